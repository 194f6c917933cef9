"""Pieces sold before they lie on the shelf: whom they are owed to, and who gets them when they come.

The one rule: what is owed of a variant adds up to how far its `on_hand` is below zero.
"""

from collections.abc import Iterable

from sqlalchemy import Text, Update, func, select, update

from app import db
from app.queue import later
from app.services.inventory.models import Reservation


def owe(order_id: str, variant_id: str, pieces: int) -> None:
    """Note, in the transaction that sells, how many of the sold pieces are not on the shelf yet."""
    if pieces:
        db.orders.session.execute(_of(order_id, variant_id).values(owed=pieces))


def waiting(order_ids: Iterable[str]) -> set[str]:
    """Return which of these orders still wait for goods, in one query."""
    query = select(Reservation.order_id).where(Reservation.order_id.in_(list(order_ids)), Reservation.owed > 0)
    with db.orders.reading() as session:
        return set(session.scalars(query))


def owed(order_id: str) -> dict[str, int]:
    """Return how many pieces of each variant an order still waits for."""
    query = select(Reservation.variant_id, Reservation.owed).where(
        Reservation.order_id == order_id, Reservation.owed > 0
    )
    with db.orders.reading() as session:
        return {row.variant_id: row.owed for row in session.execute(query)}


def fill(variant_id: str, pieces: int, *, back_from: str | None = None) -> None:
    """Give pieces that came in to the orders they are owed to, the oldest first, and have those sent that got all.

    Called under the level's lock. What comes `back_from` an order that never had it counts against that order first.
    Whether an order got all is for its job to find out, after the commit: of two deliveries at once, neither sees what
    the other gives. What one delivery gives an order of several variants asks for one job.
    """
    session = db.orders.session
    waiting = (
        select(Reservation.order_id, Reservation.owed, func.pg_current_xact_id().cast(Text).label("delivery"))
        .where(Reservation.variant_id == variant_id, Reservation.owed > 0, Reservation.state == "sold")
        .order_by((Reservation.order_id == back_from).desc() if back_from else Reservation.sold_at, Reservation.sold_at)
        .with_for_update()
    )
    for row in session.execute(waiting).all():
        given = min(pieces, row.owed)
        session.execute(_of(row.order_id, variant_id).values(owed=Reservation.owed - given))
        pieces -= given
        # Also `back_from`, whose rest can be sent now; nothing follows where it was cancelled whole.
        later("fulfilment.start", row.order_id, key=f"filled:{row.order_id}:{row.delivery}")
        if not pieces:
            return


def _of(order_id: str, variant_id: str) -> Update:
    return update(Reservation).where(Reservation.order_id == order_id, Reservation.variant_id == variant_id)
