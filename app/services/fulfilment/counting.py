"""Counting what lies in the house: the shelf, and what is sold and waits there for the carrier.

The one rule: a sold piece leaves the shelf when it is paid and the house when the carrier has it. In between it is
counted with the rest, and never sold again.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import ARRAY, String, and_, any_, bindparam, exists, func, select, union, union_all

from app import db
from app.outbox import OrdersOutbox
from app.services import inventory
from app.services.credits import Credit, CreditLine
from app.services.fulfilment.models import Shipment, ShipmentLine
from app.services.fulfilment.states import HERE
from app.services.inventory import Booking, Entry, NotBooked, Reservation
from app.services.orders import Order, OrderLine, OrderState

_THESE = OrderLine.variant_id == any_(bindparam("variants", type_=ARRAY(String)))
_IN_PARCELS = (
    select(OrderLine.variant_id, ShipmentLine.quantity.label("pieces"))
    .join(
        ShipmentLine,
        and_(ShipmentLine.order_id == OrderLine.order_id, ShipmentLine.position == OrderLine.position),
    )
    .join(Shipment, Shipment.id == ShipmentLine.shipment_id)
    .where(_THESE, Shipment.state.in_(HERE))
)
CANCELLED = (
    select(func.coalesce(func.sum(CreditLine.quantity), 0))
    .join(Credit, Credit.id == CreditLine.credit_id)
    .where(
        CreditLine.order_id == OrderLine.order_id,
        CreditLine.position == OrderLine.position,
        Credit.kind == "cancellation",
    )
    .scalar_subquery()
)
# A job makes the parcel once an order is paid and owed nothing, so one without is owed something, or its job is not
# done. Those are few, and each kind has its index; to look for orders without a parcel would be to look at all.
_STARTS = select(OrdersOutbox.args[0].astext).where(OrdersOutbox.name == "fulfilment.start")
_MAY_LACK_PARCEL = union(
    select(Reservation.order_id).where(Reservation.owed > 0),
    _STARTS.where(OrdersOutbox.done_at.is_(None), OrdersOutbox.failed_at.is_(None)),
    _STARTS.where(OrdersOutbox.failed_at.is_not(None)),
)
# One order has one line of a variant.
_WITHOUT_PARCEL = (
    select(OrderLine.variant_id, OrderLine.quantity - CANCELLED - func.coalesce(Reservation.owed, 0))
    .join(Order, Order.id == OrderLine.order_id)
    .outerjoin(
        Reservation,
        and_(Reservation.order_id == OrderLine.order_id, Reservation.variant_id == OrderLine.variant_id),
    )
    .where(
        _THESE,
        OrderLine.order_id.in_(_MAY_LACK_PARCEL),
        OrderLine.requires_shipping,
        Order.state == OrderState.CONFIRMED,
        ~exists().where(Shipment.order_id == Order.id),
    )
)
_PIECES = union_all(_IN_PARCELS, _WITHOUT_PARCEL).subquery()
_UNSENT = select(_PIECES.c.variant_id, func.sum(_PIECES.c.pieces).label("pieces")).group_by(_PIECES.c.variant_id)


def unsent(variant_ids: Iterable[str]) -> dict[str, int]:
    """Return how many of each variant are sold and still here, in one query over the tables that know.

    They are in parcels that the carrier does not have, or wait for theirs. What is owed is not here yet; what was
    cancelled is on the shelf again, and what a voided parcel or one that came back held is nobody's.
    """
    wanted = list(variant_ids)
    found = {row.variant_id: int(row.pieces) for row in db.orders.rows(_UNSENT, {"variants": wanted})}
    return {variant: found.get(variant, 0) for variant in wanted}


def count(entries: Sequence[Entry], *, reason: str, actor: str) -> None:
    """Book what was counted in the house, what is sold and not sent yet included: all of it, or nothing.

    Raises NotBooked when that, or a level, has changed since it was looked at, and as `inventory.book` does. A parcel
    that leaves after this look was here when it was counted; what is sold or cancelled after it changes the level.
    """
    now = unsent(entry.variant_id for entry in entries)
    for entry in entries:
        if entry.unsent != now[entry.variant_id]:
            raise NotBooked(
                entry.variant_id,
                f"This changed meanwhile: {now[entry.variant_id]} are sold and not sent yet now, and were "
                f"{entry.unsent} when you looked. Check and save again.",
            )
    inventory.book(entries, Booking.COUNTED, reference="count", reason=reason, actor=actor)
