"""Levels and movements: what lies on the shelf and why."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from app import clock, db
from app.errors import Conflict, Invalid
from app.services import audit
from app.services.inventory.models import StockLevel, StockMovement

DEFAULT_LOCATION = "main"


class SoldOut(Conflict):
    """Too few are left. `variant` says of which, `left` how many can still be had."""

    def __init__(self, variant: str, left: int) -> None:
        super().__init__(
            f"Only {left} left. Please lower the quantity." if left > 0 else "This has just sold out. Please remove it."
        )
        self.variant = variant
        self.left = left


@dataclass(frozen=True)
class Level:
    """`on_hand` on the shelf, `reserved` promised, `available` for sale; `version` counts the changes of `on_hand`."""

    variant_id: str
    on_hand: int
    reserved: int
    version: int

    @property
    def available(self) -> int:
        """How many can be sold."""
        return self.on_hand - self.reserved


def levels(variant_ids: Iterable[str]) -> dict[str, Level]:
    """Return the level of each variant in one query; a variant without a row has nothing on hand."""
    wanted = list(variant_ids)
    with db.orders.reading() as session:
        rows = session.execute(
            select(StockLevel.variant_id, StockLevel.on_hand, StockLevel.reserved, StockLevel.version).where(
                StockLevel.variant_id.in_(wanted), StockLevel.location == DEFAULT_LOCATION
            )
        ).all()
    found = {row.variant_id: Level(*row) for row in rows}
    return {variant: found.get(variant, Level(variant, 0, 0, 0)) for variant in wanted}


def level_as_staff(variant_id: str) -> Level:
    """Return one level for an edit. `version` 0 means that there is no row yet."""
    return levels([variant_id])[variant_id]


def receive(variant_id: str, quantity: int, *, reason: str, actor: str, reference: str | None = None) -> None:
    """Add `quantity` to what is on hand. The same `reference` counts once, however often this is called."""
    if quantity < 1:
        raise Invalid("Receive at least one.", quantity="Enter a whole number from 1.")
    with db.orders.transaction():
        _add(variant_id, quantity, kind="receive", reference=reference, reason=reason, actor=actor)


def restock(variant_id: str, quantity: int, *, reason: str, actor: str, reference: str) -> None:
    """Put back what an order had taken, once per `reference`."""
    with db.orders.transaction():
        _add(variant_id, quantity, kind="restock", reference=reference, reason=reason, actor=actor)


def adjust(variant_id: str, on_hand: int, *, version: int, reason: str, actor: str) -> Level:
    """Set what is on hand to what was counted.

    Raises Conflict when somebody else changed it since `version` was read, or when orders hold more than that.
    """
    if not 0 <= on_hand <= 1_000_000:
        raise Invalid("That is not a number of pieces.", on_hand="Enter a whole number from 0 to 1,000,000.")
    with db.orders.transaction() as session:
        _make_row(variant_id)
        before = session.execute(
            select(StockLevel.on_hand, StockLevel.reserved, StockLevel.version)
            .where(StockLevel.variant_id == variant_id, StockLevel.location == DEFAULT_LOCATION)
            .with_for_update()
        ).one()
        if before.version != version and not (version == 0 and before.version == 1 and before.on_hand == 0):
            raise Conflict(f"Somebody changed this meanwhile: {before.on_hand} are on hand now. Check and save again.")
        if on_hand < before.reserved:
            raise Conflict(f"{before.reserved} are promised to orders; there cannot be fewer. Cancel an order first.")
        _write_change(variant_id, on_hand - before.on_hand)
        _write_movement(variant_id, on_hand - before.on_hand, kind="adjust", reference=None, reason=reason, actor=actor)
        audit.record(
            db.orders, actor, "stock.adjust", f"variant:{variant_id}",
            before={"on_hand": before.on_hand}, after={"on_hand": on_hand, "reason": reason},
        )  # fmt: skip
    return Level(variant_id, on_hand, before.reserved, before.version + 1)


def movements(variant_id: str, *, before: str | None = None, limit: int = 100) -> Sequence[StockMovement]:
    """List a variant's movements, newest first, older than the movement `before`."""
    query = select(StockMovement).where(StockMovement.variant_id == variant_id)
    if before:
        query = query.where(StockMovement.id < before)
    with db.orders.reading() as session:
        return session.scalars(query.order_by(StockMovement.id.desc()).limit(limit)).all()


def generation() -> int:
    """Return a number that grows with every change of any level: pages that show stock are made again after that.

    The sum of the counters, not the newest time, because a change may commit after one that was made later.
    """
    with db.orders.reading() as session:
        return int(session.execute(select(func.sum(StockLevel.changes))).scalar() or 0)


def _add(variant_id: str, quantity: int, *, kind: str, reference: str | None, reason: str, actor: str) -> None:
    _make_row(variant_id)
    if _write_movement(variant_id, quantity, kind=kind, reference=reference, reason=reason, actor=actor):
        _write_change(variant_id, quantity)


def _make_row(variant_id: str) -> None:
    db.orders.session.execute(
        insert(StockLevel)
        .values(
            variant_id=variant_id,
            location=DEFAULT_LOCATION,
            on_hand=0,
            reserved=0,
            version=1,
            changes=1,
            updated_at=clock.now(),
        )
        .on_conflict_do_nothing()
    )


def _write_change(variant_id: str, change: int) -> None:
    db.orders.session.execute(
        update(StockLevel)
        .where(StockLevel.variant_id == variant_id, StockLevel.location == DEFAULT_LOCATION)
        .values(
            on_hand=StockLevel.on_hand + change,
            version=StockLevel.version + 1,
            changes=StockLevel.changes + 1,
            updated_at=clock.now(),
        )
    )


def _write_movement(variant_id: str, change: int, *, kind: str, reference: str | None, reason: str, actor: str) -> bool:
    """Append a movement; False when one of this kind with this reference exists already."""
    added = db.orders.session.execute(
        insert(StockMovement)
        .values(
            id=db.new_id(), variant_id=variant_id, location=DEFAULT_LOCATION, change=change, kind=kind,
            reference=reference, reason=reason, actor=actor, at=clock.now(),
        )
        .on_conflict_do_nothing(constraint="uq_stock_movements_reference")
        .returning(StockMovement.id)
    ).scalar()  # fmt: skip
    return added is not None
