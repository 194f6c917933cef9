"""What an order does to a cart. Called inside the transaction of the order."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import bindparam, delete, func, select, update

from app import clock, db
from app.errors import NotFound
from app.services import tax
from app.services.cart.models import CartRow, LineRow

_LOCKED = (
    select(CartRow.id, CartRow.revision, CartRow.order_id).where(CartRow.id == bindparam("cart")).with_for_update()
)
_LINES = (
    select(LineRow.variant_id, LineRow.quantity)
    .where(LineRow.cart_id == bindparam("cart"))
    .order_by(LineRow.variant_id)
)
_CART = update(db.table_of(CartRow)).where(CartRow.id == bindparam("cart"))
_RAISED = _CART.values(revision=CartRow.revision + 1)
_SENT = _RAISED.values(country=bindparam("to_country"), region=bindparam("to_region"), postal_code=bindparam("to_code"))
_ORDERED = _CART.values(order_id=bindparam("order"))
_USED_UP = delete(db.table_of(LineRow)).where(
    LineRow.cart_id == bindparam("cart"), LineRow.variant_id.in_(bindparam("variants", expanding=True))
)
_LEFT = (
    update(db.table_of(LineRow))
    .where(LineRow.cart_id == bindparam("cart"), LineRow.variant_id == bindparam("variant"))
    .values(quantity=bindparam("left"), revision=bindparam("new"))
)
_EMPTIED = _RAISED.values(
    order_id=func.nullif(CartRow.order_id, bindparam("order")), coupon=None, updated_at=bindparam("moment")
).returning(CartRow.revision)


@dataclass(frozen=True, slots=True)
class LockedLine:
    """How many of a variant are wanted."""

    variant_id: str
    quantity: int


@dataclass(frozen=True, slots=True)
class LockedCart:
    """A cart that nobody else can change until the open transaction ends. Lines in order of variant id."""

    id: str
    revision: int
    order_id: str | None
    lines: tuple[LockedLine, ...]


def lock(cart_id: str) -> LockedCart:
    """Lock a cart until the open transaction ends; raise NotFound when it does not exist."""
    with db.orders.transaction() as session:
        cart = session.execute(_LOCKED, {"cart": cart_id}).one_or_none()
        if cart is None:
            raise NotFound("That cart does not exist any more.")
        lines = session.execute(_LINES, {"cart": cart_id}).all()
        return LockedCart(
            id=cart.id,
            revision=cart.revision,
            order_id=cart.order_id,
            lines=tuple(LockedLine(line.variant_id, line.quantity) for line in lines),
        )


def touch(cart_id: str) -> None:
    """Raise a cart's revision, because what an order of it would be has changed: its address or its delivery."""
    with db.orders.transaction() as session:
        session.execute(_RAISED, {"cart": cart_id})


def send_to(cart_id: str, place: tax.Place) -> None:
    """Note where a cart goes, because its taxes hang on that, and raise its revision."""
    where = {"to_country": place.country, "to_region": place.region, "to_code": place.postal_code}
    with db.orders.transaction() as session:
        session.execute(_SENT, {"cart": cart_id} | where)


def keep_coupon(cart_id: str, code: str | None) -> None:
    """Keep the code that was entered, in place of an earlier one; None takes it away. Twice is once."""
    with db.orders.transaction() as session:
        session.execute(
            update(CartRow)
            .where(CartRow.id == cart_id, CartRow.coupon.is_distinct_from(code))
            .values(revision=CartRow.revision + 1, updated_at=clock.now(), coupon=code)
        )


def remember_order(cart_id: str, order_id: str | None) -> None:
    """Note which unpaid order holds stock for this cart, so that the cart does not show its own pieces as sold out."""
    with db.orders.transaction() as session:
        session.execute(_ORDERED, {"cart": cart_id, "order": order_id})


def take_out(cart_id: str, order_id: str, quantities: Mapping[str, int]) -> None:
    """Take what was ordered (variant id to pieces) out of a cart. What was added since stays.

    So does what is known of another order of it, which waits for its money while that of an earlier one came late.
    """
    with db.orders.transaction() as session:
        revision = session.execute(_EMPTIED, {"cart": cart_id, "order": order_id, "moment": clock.now()}).scalar()
        if revision is None:
            return
        lines = session.execute(_LINES, {"cart": cart_id}).all()
        rest = {line.variant_id: line.quantity - quantities.get(line.variant_id, 0) for line in lines}
        used_up = [variant for variant, left in rest.items() if left <= 0]
        if used_up:
            session.execute(_USED_UP, {"cart": cart_id, "variants": used_up})
        fewer = [
            {"cart": cart_id, "variant": variant, "left": left, "new": revision}
            for variant, left in rest.items()
            if left > 0 and variant in quantities
        ]
        if fewer:
            session.execute(_LEFT, fewer)
