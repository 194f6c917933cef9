"""Checks of stock: what is on hand is what was moved, what is promised is what orders hold."""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, ScalarSelect, Select, func, select, update

from app import clock, db
from app.fsck import Check, Fault, Key, pages, walk
from app.services.inventory.models import Reservation, StockLevel, StockMovement


def stocked() -> Iterator[list[str]]:
    """Yield the variants of which something is on hand or promised, some at a time."""
    query = select(StockLevel.on_hand).where((StockLevel.on_hand != 0) | (StockLevel.reserved > 0))
    return ([row.key for row in page] for page in pages(query, StockLevel.variant_id))


def moved_by(reference: ColumnElement[str]) -> ScalarSelect[int]:
    """Return, for a query, how many pieces a `reference` put back on the shelf, less those that left again."""
    change = func.coalesce(func.sum(StockMovement.change), 0)
    returned = StockMovement.kind.in_(("restock", "send_back"))
    return select(change).where(returned, StockMovement.reference == reference).scalar_subquery()


def _find_unexplained() -> Iterator[Fault]:
    moved = (
        select(StockMovement.variant_id, StockMovement.location, func.sum(StockMovement.change).label("sum"))
        .group_by(StockMovement.variant_id, StockMovement.location)
    )  # fmt: skip
    return _compare(StockLevel.on_hand, moved, "{} are on hand, but its movements come to {}")


def _find_miscounted() -> Iterator[Fault]:
    return _compare(StockLevel.reserved, _held(), "{} count as reserved, but orders hold {}")


def _find_misowed() -> Iterator[Fault]:
    owed = (
        select(Reservation.variant_id, Reservation.location, func.sum(Reservation.owed).label("sum"))
        .where(Reservation.owed > 0)
        .group_by(Reservation.variant_id, Reservation.location)
    )
    missing = func.greatest(0, -StockLevel.on_hand)
    return _compare(missing, owed, "{} are missing on the shelf, but {} are owed to orders")


def _compare(count: Key, rows: Select[str, str, int], says: str) -> Iterator[Fault]:
    """Find the levels whose `count` is not the `sum` of their rows, and rows without a level."""
    sums = rows.subquery()
    same = (sums.c.variant_id == StockLevel.variant_id) & (sums.c.location == StockLevel.location)
    key = func.concat(
        func.coalesce(StockLevel.variant_id, sums.c.variant_id),
        "@",
        func.coalesce(StockLevel.location, sums.c.location),
    )
    count, summed = func.coalesce(count, 0), func.coalesce(sums.c.sum, 0)
    query = select(count.label("count"), summed.label("sum")).select_from(StockLevel)
    query = query.join(sums, same, full=True).where(count != summed)
    for row in walk(query, key):
        yield Fault(row.key, says.format(row.count, row.sum))


def _count_again(subject: str) -> None:
    variant_id, _, location = subject.partition("@")
    here = (StockLevel.variant_id == variant_id) & (StockLevel.location == location)
    with db.orders.transaction() as session:
        can_be_held = StockLevel.on_hand + StockLevel.backorder
        most = session.execute(select(can_be_held).where(here).with_for_update()).scalar_one_or_none()
        held = _held().where(Reservation.variant_id == variant_id, Reservation.location == location)
        row = session.execute(held).one_or_none()
        count = row.sum if row else 0
        if most is not None and count <= most:
            again = {"reserved": count, "updated_at": clock.now()}
            session.execute(update(StockLevel).where(here).values(again))


def _find_unmoved() -> Iterator[Fault]:
    is_its = (
        (StockMovement.kind == "sell")
        & (StockMovement.reference == Reservation.order_id)
        & (StockMovement.variant_id == Reservation.variant_id)
    )
    key = func.concat(Reservation.order_id, "/", Reservation.variant_id)
    query = select(Reservation.quantity, StockMovement.change).outerjoin(StockMovement, is_its)
    query = query.where(Reservation.state == "sold", func.coalesce(StockMovement.change, 0) != -Reservation.quantity)
    for row in walk(query, key):
        yield Fault(row.key, f"{row.quantity} were sold, but the movement says {row.change or 0}")


def _held() -> Select[str, str, int]:
    return (
        select(Reservation.variant_id, Reservation.location, func.sum(Reservation.quantity).label("sum"))
        .where(Reservation.state == "held")
        .group_by(Reservation.variant_id, Reservation.location)
    )


CHECKS = (
    Check("stock.movements", "What is on hand is the sum of all movements.", _find_unexplained),
    Check(
        "stock.reserved",
        "What is promised is what orders hold.",
        _find_miscounted,
        mend=_count_again,
        because="the reservations are the truth; they are counted again under the lock that every reservation takes",
    ),
    Check("stock.owed", "What is missing on the shelf is what is owed to orders.", _find_misowed),
    Check("stock.sold", "What was sold left the shelf, once.", _find_unmoved),
)
