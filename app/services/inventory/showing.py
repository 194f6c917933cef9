"""What pages show of the stock: as much as the generation tells the changes of, and no more (docs/decisions, 29)."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from sqlalchemy import case, func, select

from app import db
from app.known import known_at
from app.services.inventory.levels import FEW, THESE
from app.services.inventory.models import StockLevel

_GENERATION = select(func.sum(StockLevel.changes))
_left = StockLevel.on_hand + StockLevel.backorder - StockLevel.reserved
# One row of three lists: hundreds of variants stand in a list of products.
_SHOWN = select(
    func.array_agg(StockLevel.variant_id),
    func.array_agg(func.least(_left, FEW + 1)),
    func.array_agg(case((StockLevel.on_hand <= StockLevel.reserved, StockLevel.expected_on))),
).where(*THESE, _left >= StockLevel.sold_from)
_MOST = 50_000  # variants in each process, two hundred bytes each


class Shown(NamedTuple):
    """How many of a variant can be sold, beyond FEW only that there are more; the day on which they come, or none.

    None are, where fewer are left than are sold at once.
    """

    left: int
    due: date | None


_NONE = Shown(0, None)


def generation() -> str:
    """Return a number that grows when what is shown of any variant changes: pages made before are old.

    The sum of the counters, not the newest time, because a change may commit after one that was made later. The
    database counts, in the statement that changes a level.
    """
    return str(db.orders.value(_GENERATION, {}) or 0)


def shown(variant_ids: Iterable[str], *, at: str | None = None) -> dict[str, Shown]:
    """Return what pages show of each variant, in at most one query.

    `at` is the generation of the stock that the asker knows: what was read since then will do. Without it all are read
    now.
    """
    known: dict[str, Shown] = known_at("stock", at)
    found = {variant: known.get(variant) for variant in variant_ids}
    if missing := [variant for variant, each in found.items() if each is None]:
        [lists] = db.orders.rows(_SHOWN, {"variants": missing})
        had = dict(zip(lists[0] or (), map(Shown, lists[1] or (), lists[2] or ()), strict=True))
        read = {variant: had.get(variant, _NONE) for variant in missing}
        found |= read
        if len(known) < _MOST:
            known |= read
    return {variant: each or _NONE for variant, each in found.items()}
