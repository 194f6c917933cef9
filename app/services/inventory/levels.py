"""Levels and movements: what lies on the shelf and why."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import BigInteger, String, any_, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert

from app import clock, db
from app.errors import Conflict, Invalid
from app.services import audit
from app.services.inventory.backorders import fill
from app.services.inventory.models import StockLevel, StockMovement

DEFAULT_LOCATION = "main"
FEW = 3  # pieces; from here down customers are told how many are left
LEVEL_COLUMNS = (
    StockLevel.variant_id, StockLevel.on_hand, StockLevel.reserved, StockLevel.version,
    StockLevel.backorder, StockLevel.expected_on, StockLevel.low_at,
)  # fmt: skip


# One array however many variants are asked for: a parameter each would make a statement of its own of every number.
THESE = (
    StockLevel.variant_id == any_(bindparam("variants", type_=ARRAY(String))),
    StockLevel.location == DEFAULT_LOCATION,
)
_LEVELS = select(*LEVEL_COLUMNS).where(*THESE)
_LEASTS = select(
    func.unnest(bindparam("variants", type_=ARRAY(String))).label("variant_id"),
    func.unnest(bindparam("leasts", type_=ARRAY(BigInteger))).label("least"),
).subquery()
# All of them in the order in which orders lock them, before the first is written.
_OTHERS = (
    select(StockLevel.variant_id, _LEASTS.c.least)
    .join(_LEASTS, _LEASTS.c.variant_id == StockLevel.variant_id)
    .where(StockLevel.location == DEFAULT_LOCATION, StockLevel.sold_from != _LEASTS.c.least)
    .order_by(StockLevel.variant_id)
    .with_for_update(of=StockLevel)
    .subquery()
)
_SELL_FROM = (
    update(db.table_of(StockLevel))
    .where(StockLevel.variant_id == _OTHERS.c.variant_id, StockLevel.location == DEFAULT_LOCATION)
    .values(sold_from=_OTHERS.c.least)
)
MOST = 1_000_000  # pieces of one variant; more is a slip of the hand
_TOO_FEW = "{} are promised to orders; there cannot be fewer. Cancel an order first."


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
    """`on_hand` on the shelf, `reserved` promised; `version` counts the edits of a person and the changes of `on_hand`.

    `backorder` more may be sold, expected on `expected_on`; `on_hand` below zero is owed to customers.
    """

    variant_id: str
    on_hand: int
    reserved: int
    version: int
    backorder: int = 0
    expected_on: date | None = None
    low_at: int = 3

    @property
    def available(self) -> int:
        """How many can be sold, on backorder included."""
        return self.on_hand + self.backorder - self.reserved

    @property
    def due(self) -> date | None:
        """The day on which it comes, while it can be had but not at once."""
        return self.expected_on if self.available > 0 and self.on_hand <= self.reserved else None

    @property
    def shelf(self) -> int:
        """How many lie on the shelf."""
        return max(0, self.on_hand)

    @property
    def owed(self) -> int:
        """How many were sold and are still to come."""
        return max(0, -self.on_hand)


def levels(variant_ids: Iterable[str]) -> dict[str, Level]:
    """Return the level of each variant in one query; a variant without a row has nothing on hand."""
    wanted = list(variant_ids)
    found = {row.variant_id: Level(*row) for row in db.orders.rows(_LEVELS, {"variants": wanted})}
    return {variant: found.get(variant, Level(variant, 0, 0, 0)) for variant in wanted}


def sell_from(leasts: Mapping[str, int]) -> None:
    """Keep, in the open transaction, from how many pieces each variant is sold."""
    db.orders.session.execute(_SELL_FROM, {"variants": list(leasts), "leasts": list(leasts.values())})


def level_as_staff(variant_id: str) -> Level:
    """Return one level for an edit. `version` 0 means that there is no row yet."""
    return levels([variant_id])[variant_id]


def receive(variant_id: str, quantity: int, *, reason: str, actor: str, reference: str | None = None) -> bool:
    """Add `quantity` to what is on hand. The same `reference` counts once; False when it was counted before."""
    if quantity < 1:
        raise Invalid("Receive at least one.", quantity="Enter a whole number from 1.")
    with db.orders.transaction():
        return _add(variant_id, quantity, kind="receive", reference=reference, reason=reason, actor=actor)


def restock(
    variant_id: str, quantity: int, *, reason: str, actor: str, reference: str, order_id: str | None = None
) -> None:
    """Put back what an order had taken, once per `reference`. What `order_id` was still owed it is owed no more."""
    with db.orders.transaction():
        _add(variant_id, quantity, kind="restock", reference=reference, reason=reason, actor=actor, order_id=order_id)


def take_off(variant_id: str, quantity: int, *, reason: str, actor: str, reference: str) -> None:
    """Take off the shelf what leaves without being sold, once per `reference`; Conflict where orders need it."""
    with db.orders.transaction():
        before = lock_level(variant_id)
        if not write_movement(variant_id, -quantity, kind="send_back", reference=reference, reason=reason, actor=actor):
            return
        if quantity > min(before.shelf, before.available):
            raise Conflict(
                "Some of these pieces are promised to other orders by now, so they cannot go. Keep them here, or make "
                "room first: receive more of them, or cancel an order."
            )
        write_change(variant_id, -quantity)


def adjust(variant_id: str, counted: int, *, version: int, reason: str, actor: str, unsent: int = 0) -> Level:
    """Set what lies on the shelf to what was counted; pieces owed to customers stay owed until they come.

    `unsent` of what was counted are sold and not sent yet: they lie there and have left the shelf. Raises Conflict when
    somebody else changed it since `version` was read, or when orders need more than that. The same count sent twice, as
    by two clicks, counts once.
    """
    if not 0 <= counted <= MOST:
        raise Invalid("That is not a number of pieces.", on_hand=f"Enter a whole number from 0 to {MOST:,}.")
    with db.orders.transaction():
        before = lock_level(variant_id)
        if _is_counted(before, counted - unsent, version=version, actor=actor):
            return before
        _check_version(before, version)
        if refusal := too_few(before, counted, unsent):
            raise Conflict(refusal)
        change = counted - unsent - before.shelf
        on_hand = before.on_hand + change
        write_change(variant_id, change)
        write_movement(variant_id, change, kind="adjust", reference=None, reason=reason, actor=actor)
        if change > 0:
            fill(variant_id, change)
        audit.record(
            db.orders, actor, "stock.adjust", f"variant:{variant_id}",
            before={"on_hand": before.on_hand},
            after={"on_hand": on_hand, "reason": reason} | ({"counted": counted, "unsent": unsent} if unsent else {}),
        )  # fmt: skip
    return replace(before, on_hand=on_hand, version=before.version + 1)


def too_few(level: Level, counted: int, unsent: int) -> str:
    """Say why `counted`, of which `unsent` are sold, cannot be all that lies there; nothing when it can."""
    least = unsent + max(0, level.reserved + level.owed - level.backorder)
    if counted >= least:
        return ""
    if counted >= unsent:
        sold = f"{unsent} are sold and not sent yet, and " if unsent else ""
        return sold + _TOO_FEW.format(level.reserved)
    missing = "one is" if unsent - counted == 1 else f"{unsent - counted} are"
    return (
        f"{unsent} are sold and not sent yet, so {missing} missing for paid orders. Enter {least} for now, so that no "
        f"more are sold; find what is missing, or cancel what cannot be sent, and count again."
    )


def allow_backorder(
    variant_id: str, pieces: int, *, expected_on: date | None, low_at: int, version: int, actor: str
) -> Level:
    """Let `pieces` more be sold than lie on the shelf, to come on a date; and say from where down it runs out.

    Raises Invalid without a date to tell customers, or for one that has passed; Conflict when more are sold so already,
    or for a stale `version`.
    """
    if not 0 <= pieces <= MOST:
        raise Invalid("That is not a number of pieces.", backorder=f"Enter a whole number from 0 to {MOST:,}.")
    if pieces and expected_on is None:
        raise Invalid("Customers are told when it comes.", expected_on="Enter the day on which you expect it.")
    if pieces and expected_on and expected_on < clock.today():
        raise Invalid("That day has passed; customers are told it.", expected_on="Enter a day from today on.")
    with db.orders.transaction() as session:
        before = lock_level(variant_id, version=version)
        needed = max(-before.on_hand, before.reserved - before.on_hand, 0)
        if pieces < needed:
            raise Conflict(f"{needed} are sold on backorder already; there cannot be fewer. Cancel an order first.")
        session.execute(
            update(StockLevel)
            .where(StockLevel.variant_id == variant_id, StockLevel.location == DEFAULT_LOCATION)
            .values(
                backorder=pieces, expected_on=expected_on if pieces else None, low_at=low_at,
                version=StockLevel.version + 1, updated_at=clock.now(),
            )
        )  # fmt: skip
        audit.record(
            db.orders, actor, "stock.allow_backorder", f"variant:{variant_id}",
            before={"backorder": before.backorder, "expected_on": str(before.expected_on), "low_at": before.low_at},
            after={"backorder": pieces, "expected_on": str(expected_on), "low_at": low_at},
        )  # fmt: skip
    return level_as_staff(variant_id)


def list_low(*, after: str = "", limit: int = 50) -> Sequence[Level]:
    """List the levels that run out, by variant id, behind the variant `after`."""
    query = select(*LEVEL_COLUMNS).where(
        StockLevel.location == DEFAULT_LOCATION,
        StockLevel.variant_id > after,
        StockLevel.on_hand - StockLevel.reserved <= StockLevel.low_at,
    )
    with db.orders.reading() as session:
        return [Level(*row) for row in session.execute(query.order_by(StockLevel.variant_id).limit(limit))]


def lock_level(variant_id: str, *, version: int | None = None) -> Level:
    """Lock a level, made if need be, until the open transaction ends; Conflict when it is not at `version` any more."""
    _make_row(variant_id)
    query = select(*LEVEL_COLUMNS).where(StockLevel.variant_id == variant_id, StockLevel.location == DEFAULT_LOCATION)
    before = Level(*db.orders.session.execute(query.with_for_update()).one())
    if version is not None:
        _check_version(before, version)
    return before


def movements(variant_id: str, *, before: str | None = None, limit: int = 100) -> Sequence[StockMovement]:
    """List a variant's movements, newest first, older than the movement `before`."""
    query = select(StockMovement).where(StockMovement.variant_id == variant_id)
    if before:
        query = query.where(StockMovement.id < before)
    with db.orders.reading() as session:
        return session.scalars(query.order_by(StockMovement.id.desc()).limit(limit)).all()


def _add(
    variant_id: str, quantity: int, *, kind: str, reference: str | None, reason: str, actor: str,
    order_id: str | None = None,
) -> bool:  # fmt: skip
    _make_row(variant_id)
    is_new = write_movement(variant_id, quantity, kind=kind, reference=reference, reason=reason, actor=actor)
    if is_new:
        write_change(variant_id, quantity)
        fill(variant_id, quantity, back_from=order_id)
    return is_new


def _check_version(now: Level, version: int) -> None:
    is_new = version == 0 and now.version == 1 and now.on_hand == 0
    if now.version != version and not is_new:
        raise Conflict(f"Somebody changed this meanwhile: {now.on_hand} are on hand now. Check and save again.")


def _is_counted(now: Level, shelf: int, *, version: int, actor: str) -> bool:
    """Whether all that happened since `version` is that the same person counted the same."""
    is_next = now.version == max(version, 1) + 1 and now.shelf == shelf
    return is_next and [(last.kind, last.actor) for last in movements(now.variant_id, limit=1)] == [("adjust", actor)]


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


def write_change(variant_id: str, change: int) -> None:
    """Change what is on hand, in the open transaction; a movement says why."""
    db.orders.session.execute(
        update(StockLevel)
        .where(StockLevel.variant_id == variant_id, StockLevel.location == DEFAULT_LOCATION)
        .values(
            on_hand=StockLevel.on_hand + change,
            version=StockLevel.version + 1,
            updated_at=clock.now(),
        )
    )


def write_movement(variant_id: str, change: int, *, kind: str, reference: str | None, reason: str, actor: str) -> bool:
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
