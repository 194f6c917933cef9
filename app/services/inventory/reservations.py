"""Reservations: what orders have set aside. Selling is impossible without one."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert

from app import clock, db
from app.services.inventory.backorders import owe
from app.services.inventory.levels import DEFAULT_LOCATION, SoldOut, levels
from app.services.inventory.models import Reservation, StockLevel, StockMovement

_LEVEL = update(db.table_of(StockLevel)).where(
    StockLevel.variant_id == bindparam("variant"), StockLevel.location == DEFAULT_LOCATION
)
_RESERVE = (
    _LEVEL.where(StockLevel.on_hand + StockLevel.backorder - StockLevel.reserved >= bindparam("pieces"))
    .values(reserved=StockLevel.reserved + bindparam("pieces"), updated_at=bindparam("moment"))
    .returning(StockLevel.variant_id)
)
_RELEASE = _LEVEL.values(reserved=StockLevel.reserved - bindparam("pieces"), updated_at=bindparam("moment"))
_SELL = _LEVEL.values(
    on_hand=StockLevel.on_hand - bindparam("pieces"),
    reserved=StockLevel.reserved - bindparam("pieces"),
    version=StockLevel.version + 1,
    updated_at=bindparam("moment"),
).returning(StockLevel.on_hand)
_MOVED = insert(db.table_of(StockMovement))
_HELD = select(Reservation.variant_id, Reservation.quantity).where(
    Reservation.order_id == bindparam("order"), Reservation.state == "held"
)
_HELD_UNTIL = select(func.max(Reservation.expires_at)).where(
    Reservation.order_id == bindparam("order"), Reservation.state == "held"
)
_ENDED = (
    update(db.table_of(Reservation))
    .where(Reservation.order_id == bindparam("order"), Reservation.state == "held")
    .values(state=bindparam("to"), sold_at=bindparam("sold"))
    .returning(Reservation.variant_id, Reservation.quantity)
)


def reserve(order_id: str, quantities: Mapping[str, int], *, until: datetime) -> None:
    """Set `quantities` (variant id to pieces) aside for an order, all or none; raise SoldOut when too few are left.

    Safe under concurrent calls: the check and the write are one statement per variant, in order of id.
    """
    moment = clock.now()
    with db.orders.transaction() as session:
        for variant_id, quantity in sorted(quantities.items()):
            asked = {"variant": variant_id, "pieces": quantity, "moment": moment}
            taken = session.execute(_RESERVE, asked).scalar()
            if taken is None:
                raise SoldOut(variant_id, levels([variant_id])[variant_id].available)
        held = insert(Reservation).values(
            [
                {"order_id": order_id, "variant_id": variant_id, "location": DEFAULT_LOCATION, "quantity": quantity,
                 "state": "held", "expires_at": until}
                for variant_id, quantity in sorted(quantities.items())
            ]
        )  # fmt: skip
        # An order whose money came late holds again what it had released.
        session.execute(
            held.on_conflict_do_update(
                index_elements=["order_id", "variant_id"],
                set_={"state": "held", "quantity": held.excluded.quantity, "expires_at": held.excluded.expires_at},
                where=Reservation.state == "released",
            )
        )


def release(order_id: str) -> None:
    """Give back what an order held. Twice is once. Only after its payment is confirmed cancelled."""
    with db.orders.transaction() as session:
        for variant_id, quantity in _end(order_id, "released"):
            session.execute(_RELEASE, {"variant": variant_id, "pieces": quantity, "moment": clock.now()})


def sell(order_id: str) -> None:
    """Take what an order held off the shelf, with a movement each. Twice is once."""
    moment = clock.now()
    with db.orders.transaction() as session:
        for variant_id, quantity in _end(order_id, "sold"):
            asked = {"variant": variant_id, "pieces": quantity, "moment": moment}
            on_hand = session.execute(_SELL, asked).scalar_one()
            owe(order_id, variant_id, min(quantity, max(0, -on_hand)))
            moved = {"id": db.new_id(), "variant_id": variant_id, "location": DEFAULT_LOCATION, "change": -quantity}
            why = {"kind": "sell", "reference": order_id, "reason": "Sold", "actor": "shop", "at": moment}
            session.execute(_MOVED, moved | why)


def hold(order_id: str, *, until: datetime) -> None:
    """Keep what an order has set aside until then, because it is being paid another way."""
    with db.orders.transaction() as session:
        session.execute(
            update(Reservation)
            .where(Reservation.order_id == order_id, Reservation.state == "held")
            .values(expires_at=until)
        )


def held_until(order_id: str) -> datetime | None:
    """Return until when what an order has set aside is kept for it; None when it has nothing set aside."""
    until: datetime | None = db.orders.value(_HELD_UNTIL, {"order": order_id})
    return until


def held(order_id: str) -> dict[str, int]:
    """Return how many pieces of each variant an order has set aside at this moment."""
    return {row.variant_id: row.quantity for row in db.orders.rows(_HELD, {"order": order_id})}


def reservations_of(order_ids: Iterable[str]) -> dict[str, list[Reservation]]:
    """Return what each order has or had set aside, in one query; an order without any has an empty list."""
    found: dict[str, list[Reservation]] = {order_id: [] for order_id in order_ids}
    with db.orders.reading() as session:
        for row in session.scalars(select(Reservation).where(Reservation.order_id.in_(found))):
            found[row.order_id].append(row)
    return found


def _end(order_id: str, state: str) -> list[tuple[str, int]]:
    """Move the held reservations of an order to `state`; return what they held, in order of variant id."""
    asked = {"order": order_id, "to": state, "sold": clock.now() if state == "sold" else None}
    rows = db.orders.session.execute(_ENDED, asked).all()
    return sorted((row.variant_id, row.quantity) for row in rows)
