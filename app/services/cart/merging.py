"""Two carts become one: the cart at hand keeps its place, the other is emptied into it.

The one rule: which cart is which changes no quantity, and doing it twice changes nothing more.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import delete, select

from app import clock, db
from app.services import catalog
from app.services.cart.changes import MAX_LINES, MAX_QUANTITY
from app.services.cart.contents import Cart
from app.services.cart.models import CartRow, LineRow
from app.services.cart.reading import read, stock_left


@dataclass(frozen=True, slots=True)
class Wish:
    """How many pieces of a variant a cart holds, and the price (minor units) they were agreed to."""

    quantity: int
    price_seen: int


@dataclass(frozen=True, slots=True)
class Fewer:
    """What could not be merged whole: `kept` of the `wanted` pieces of `title`."""

    title: str
    wanted: int
    kept: int

    def __str__(self) -> str:
        if not self.kept:
            return f"{self.title} did not fit into your cart."
        return f"Your cart has {self.kept} of {self.title} instead of {self.wanted}: more cannot be had."


@dataclass(frozen=True, slots=True)
class Merged:
    """The cart that both became, and what became fewer. `waits_for`: the unpaid order that keeps the other apart."""

    cart: Cart
    fewer: tuple[Fewer, ...] = ()
    waits_for: str | None = None


def combine(mine: Mapping[str, Wish], theirs: Mapping[str, Wish], limits: Mapping[str, int]) -> dict[str, Wish]:
    """Add up two carts (variant id to wish), each variant capped at its limit. Pure; the order does not matter.

    Never fewer than either cart had of a variant, so that merging takes nothing away. The lower agreed price counts:
    when today's is above it, the shopper is asked.
    """
    both: dict[str, Wish] = {}
    for variant_id in sorted(mine.keys() | theirs.keys()):
        wishes = [cart[variant_id] for cart in (mine, theirs) if variant_id in cart]
        most, wanted = max(wish.quantity for wish in wishes), sum(wish.quantity for wish in wishes)
        quantity = max(most, min(wanted, limits.get(variant_id, 0)))
        both[variant_id] = Wish(quantity, min(wish.price_seen for wish in wishes))
    return both


def merge(cart_id: str, other_id: str) -> Merged:
    """Empty the cart `other_id` into the cart `cart_id`, at sign-in: capped at what can be had, and told.

    A cart whose order waits for its money stays as it is: those things are ordered already. Safe to repeat.
    """
    if cart_id == other_id:
        return Merged(read(cart_id))
    with db.orders.reading() as session:
        wanted = session.scalars(select(LineRow.variant_id).where(LineRow.cart_id.in_((cart_id, other_id)))).all()
    batches = {variant: sellable.batch for variant, sellable in catalog.find_variants(wanted).items()}
    with db.orders.transaction() as session:
        rows = session.scalars(
            select(CartRow).where(CartRow.id.in_((cart_id, other_id))).order_by(CartRow.id).with_for_update()
        ).all()
        carts = {row.id: row for row in rows}
        other = carts.get(other_id)
        if other is None or cart_id not in carts or other.order_id:
            return Merged(read(cart_id), waits_for=other.order_id if other else None)
        fewer = _move_lines(carts[cart_id], other, batches)
    return Merged(read(cart_id), fewer)


def _move_lines(cart: CartRow, other: CartRow, batches: Mapping[str, catalog.Batch]) -> tuple[Fewer, ...]:
    session = db.orders.session
    lines = session.scalars(select(LineRow).where(LineRow.cart_id == cart.id)).all()
    added = session.scalars(
        select(LineRow).where(LineRow.cart_id == other.id).order_by(LineRow.added_at, LineRow.variant_id)
    ).all()
    if not added:
        return ()
    mine, theirs = ({line.variant_id: Wish(line.quantity, line.price_seen) for line in each} for each in (lines, added))
    left = stock_left([*(mine.keys() | theirs.keys())], order_id=cart.order_id)
    limits = {
        variant: batches.get(variant, catalog.Batch()).down(min(each.pieces, MAX_QUANTITY))
        for variant, each in left.items()
    }
    both = combine(mine, theirs, limits)
    cart.revision, cart.updated_at = cart.revision + 1, clock.now()
    other.revision, other.updated_at = other.revision + 1, clock.now()
    fewer, room = [], MAX_LINES - len(lines)
    at_hand = {line.variant_id: line for line in lines}
    for line in added:
        wanted = line.quantity + (mine[line.variant_id].quantity if line.variant_id in mine else 0)
        if line.variant_id in at_hand:
            kept = _renew(at_hand[line.variant_id], both[line.variant_id], cart.revision)
        elif room > 0:
            kept, room = _renew(line, both[line.variant_id], cart.revision), room - 1
            line.cart_id = cart.id
        else:
            kept = 0
        if kept < wanted:
            fewer.append(Fewer(line.title, wanted, kept))
    session.flush()
    session.execute(delete(LineRow).where(LineRow.cart_id == other.id))
    return tuple(fewer)


def _renew(line: LineRow, wish: Wish, revision: int) -> int:
    line.quantity, line.price_seen, line.revision = wish.quantity, wish.price_seen, revision
    return wish.quantity
