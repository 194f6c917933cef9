"""What a shopper does to a cart.

A line remembers the revision at which it last changed. A page that is older than that may not overwrite the line;
what it asks of other lines still holds. So two tabs get in each other's way only where they mean the same line.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from app import clock, db
from app.errors import Conflict, Invalid, NotFound, Unavailable
from app.money import Money
from app.services import catalog
from app.services.cart.contents import Cart, Left, Shopper
from app.services.cart.models import CartRow, LineRow
from app.services.cart.reading import CART, LINE, compose, read, stock_left

MAX_QUANTITY = 99
MAX_LINES = 500
KEPT_FOR = timedelta(days=90)  # as long as the cookie that leads to it


class ChangedElsewhere(Conflict):
    """A line changed after the page that asks was made: what it has typed is not what was meant of the line now."""


_new = insert(db.table_of(CartRow))
_OPENED = _new.on_conflict_do_update(
    index_elements=[CartRow.id], set_={"revision": CartRow.revision + 1, "updated_at": _new.excluded.updated_at}
).returning(*CART)
_LINES = select(*LINE).where(LineRow.cart_id == bindparam("cart")).order_by(LineRow.added_at, LineRow.variant_id)
_rows = db.table_of(LineRow)
_line = insert(_rows)
# What a line copies is renewed; the price agreed to is not.
_PUT = _line.on_conflict_do_update(
    index_elements=[LineRow.cart_id, LineRow.variant_id],
    set_={name: _line.excluded[name] for name in ("revision", "title", "options_label", "slug", "image")}
    | {"quantity": LineRow.quantity + _line.excluded.quantity},
).returning(*LINE)
# Of a line that is gone by now nothing is agreed to.
_AGREED = (
    update(_rows)
    .where(_rows.c.cart_id == bindparam("cart"), _rows.c.variant_id == bindparam("variant"))
    .values(price_seen=bindparam("price"), currency=bindparam("money"))
)


def add(shopper: Shopper, variant_id: str, quantity: int) -> Cart:
    """Put `quantity` more of a variant in the cart, which is made when the shopper has none.

    Raises NotFound for an unknown variant, Conflict when it is not sold now or too few are left.
    Safe under concurrent calls: the cart's row is locked, and quantities add up in one line.
    """
    _check(quantity)
    sellable = catalog.find_variants([variant_id]).get(variant_id)
    if sellable is None:
        raise NotFound("We could not find that. It may not be sold any more.")
    if not sellable.is_available:
        raise Conflict(f"{sellable.title} is not sold at the moment.")
    cart_id = shopper.cart_id or db.new_id()
    with db.orders.transaction() as session:
        moment = clock.now()
        opened = {"id": cart_id, "revision": _first_revision(shopper), "created_at": moment, "updated_at": moment}
        cart = session.execute(_OPENED, opened).one()
        lines = session.execute(_LINES, {"cart": cart_id}).all() if shopper.cart_id else []
        present = next((line.quantity for line in lines if line.variant_id == variant_id), 0)
        if not present and len(lines) >= MAX_LINES:
            raise Conflict(f"A cart holds at most {MAX_LINES} different things. Please order these first.")
        left = stock_left([variant_id, *(line.variant_id for line in lines)], order_id=cart.order_id)
        _check_stock(left[variant_id].pieces, sellable.batch, present + quantity, present=present)
        _check_batch(sellable.batch, present + quantity, present=present)
        line = _put(cart_id, sellable, quantity, revision=cart.revision)
    now = [line if each.variant_id == variant_id else each for each in lines] if present else [*lines, line]
    return compose(cart, now, left, {variant_id: sellable})


def set_quantity(shopper: Shopper, variant_id: str, quantity: int, *, version: int) -> Cart:
    """Change how many of a variant are wanted. `version` is the revision of the cart that the shopper saw.

    Raises ChangedElsewhere when the line was changed since, Conflict when it was removed or too few are left.
    """
    refused = set_quantities(shopper, {variant_id: quantity}, version=version)
    if refused:
        raise refused[variant_id]
    return read(shopper.cart_id)


def set_quantities(shopper: Shopper, wanted: Mapping[str, int], *, version: int) -> dict[str, Conflict]:
    """Change how many of several variants are wanted; return why not, of those that stay as they were.

    `version` is the revision of the cart that the shopper saw. The reasons are those of `set_quantity`.
    """
    for quantity in wanted.values():
        _check(quantity)
    batches = _batches_of(wanted)
    refused = dict[str, Conflict]()
    with db.orders.transaction():
        cart = _locked(shopper)
        lines = {line.variant_id: line for line in _lines_of(cart, wanted)}
        changed = [variant for variant, line in lines.items() if line.quantity != wanted[variant]]
        left = stock_left(changed, order_id=cart.order_id) if cart and changed else {}
        for variant in changed:
            try:
                _check_change(lines[variant], left[variant], batches[variant], wanted[variant], version=version)
            except Conflict as refusal:
                refused[variant] = refusal
        if cart and len(changed) > len(refused):
            _bump(cart)
            for line in (lines[variant] for variant in changed if variant not in refused):
                line.quantity, line.revision = wanted[line.variant_id], cart.revision
    gone = "That was taken out of your cart meanwhile. This is your cart now."
    return refused | {variant: Conflict(gone) for variant in wanted if variant not in lines}


def remove(shopper: Shopper, variant_id: str) -> Cart:
    """Take a variant out of the cart. Twice is once."""
    with db.orders.transaction() as session:
        cart = _locked(shopper)
        if cart is not None:
            gone = session.execute(
                delete(LineRow)
                .where(LineRow.cart_id == cart.id, LineRow.variant_id == variant_id)
                .returning(LineRow.variant_id)
            ).all()
            if gone:
                _bump(cart)
    return read(shopper.cart_id)


def accept_prices(shopper: Shopper, *, subtotal_shown: int) -> Cart:
    """Agree to today's prices, shown with the sum `subtotal_shown` (minor units); Conflict when they changed again."""
    cart = read(shopper.cart_id)
    if not cart.is_current:
        raise Unavailable("Today's prices cannot be read at the moment. Your cart is kept; please try again shortly.")
    if cart.subtotal != Money(subtotal_shown, cart.currency):
        raise Conflict("A price has changed again. Please look at the new prices below.")
    new_prices = [
        {"cart": cart.id, "variant": line.variant_id, "price": line.unit_price.amount,
         "money": line.unit_price.currency}
        for line in cart.lines
        if line.has_changed and not line.is_gone  # what is sold out is not in the sum agreed to
    ]  # fmt: skip
    if new_prices:
        with db.orders.transaction() as session:
            locked = _locked(shopper)
            if locked is not None:
                session.execute(_AGREED, new_prices)
                _bump(locked)
    return read(cart.id)


def forget_old() -> None:
    """Erase carts that nobody changed for long, and what was entered at their checkout; not while an order waits."""
    with db.orders.transaction() as session:
        session.execute(delete(CartRow).where(CartRow.updated_at < clock.now() - KEPT_FOR, CartRow.order_id.is_(None)))


def _check(quantity: int) -> None:
    if not 1 <= quantity <= MAX_QUANTITY:
        advice = f"Enter a whole number from 1 to {MAX_QUANTITY}."
        raise Invalid(advice, quantity=advice)


def _check_change(line: LineRow, left: Left, batch: catalog.Batch, wanted: int, *, version: int) -> None:
    """Raise Conflict when the line cannot become `wanted` pieces on a page of the cart as `version` had it."""
    if line.revision > version:
        raise ChangedElsewhere(f"You changed {line.title} in another tab. This is how it is now.")
    _check_stock(left.pieces, batch, wanted, present=0)
    _check_batch(batch, wanted, present=0)


def _check_stock(left: int, batch: catalog.Batch, wanted: int, *, present: int) -> None:
    """Raise Conflict when `wanted` pieces are more than are left; `present` of them lie in the cart already."""
    if left < batch.least:
        raise Conflict("This has just sold out.")
    if left < wanted:
        if present and left == 1:
            raise Conflict("The last one is in your cart already.")
        already = f", {present} of them in your cart already" if present else ""
        raise Conflict(f"Only {left} left{already}.{'' if present >= left else ' Please choose fewer.'}")
    if wanted > MAX_QUANTITY:
        raise Conflict(f"A cart holds at most {MAX_QUANTITY} of one kind. Please write to us about a larger order.")


def _check_batch(batch: catalog.Batch, wanted: int, *, present: int) -> None:
    """Raise Conflict when so many cannot be bought at once; `present` of them lie in the cart already."""
    if advice := batch.advice(wanted):
        already = f" You have {present} in your cart already." if present else ""
        raise Conflict(advice + already)


def _batches_of(variants: Collection[str]) -> dict[str, catalog.Batch]:
    """Return how each variant is sold. Any number will do while the catalogue is down: the order asks again."""
    try:
        sellables = catalog.find_variants(list(variants))
    except Unavailable:
        sellables = {}
    return {variant: sellables[variant].batch if variant in sellables else catalog.Batch() for variant in variants}


def _put(cart_id: str, sellable: catalog.Sellable, quantity: int, *, revision: int) -> Any:
    """Add `quantity` to the line, or make it; return it."""
    values = {
        "cart_id": cart_id,
        "variant_id": sellable.id,
        "quantity": quantity,
        "revision": revision,
        "price_seen": sellable.price.amount,
        "currency": sellable.price.currency,
        "title": sellable.title,
        "options_label": sellable.options_label,
        "slug": sellable.slug,
        "image": asdict(sellable.image) if sellable.image else None,
        "added_at": clock.now(),
    }
    return db.orders.session.execute(_PUT, values).one()


def _locked(shopper: Shopper) -> CartRow | None:
    """Lock the shopper's cart for the open transaction."""
    return db.orders.session.get(CartRow, shopper.cart_id, with_for_update=True) if shopper.cart_id else None


def _lines_of(cart: CartRow | None, variants: Collection[str]) -> Sequence[LineRow]:
    if cart is None:
        return ()
    wanted = select(LineRow).where(LineRow.cart_id == cart.id, LineRow.variant_id.in_(variants))
    return db.orders.session.scalars(wanted).all()


def _bump(cart: CartRow) -> None:
    cart.revision += 1
    cart.updated_at = clock.now()


def _first_revision(shopper: Shopper) -> int:
    """Return where a new cart begins to count.

    One that was forgotten and is made anew by its old cookie begins at the second it is now: above every revision that
    it had, because an order stands for one revision of one cart for ever.
    """
    return 1 if shopper.cart_id is None else int(clock.now().timestamp())
