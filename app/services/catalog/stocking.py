"""Puts what a file says of the stock on the shelf, for the products that were just taken from it."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from app import db
from app.errors import Conflict
from app.services import inventory
from app.services.catalog.drafts import DraftVariant, Problem
from app.services.catalog.models import ImportRun
from app.services.catalog.taking import Taken

_IMPORTER = "import"


class _Counted(NamedTuple):
    """How many pieces a file says of a variant."""

    variant_id: str
    quantity: int
    row: DraftVariant
    taken: Taken


def take_stock(run: ImportRun, taken: Sequence[Taken]) -> None:
    """Put a file's quantities on the shelf: where there never was stock, or everywhere when the run says so.

    In the open transaction, so that what notes the products as taken notes this too, and it happens once.
    """
    counted = sorted((each for one in taken for each in _counted(one)), key=lambda each: each.variant_id)
    levels = inventory.levels(each.variant_id for each in counted)
    reason = f"Import of {run.file_name}"
    for each in counted if run.sets_stock else ():
        level = levels[each.variant_id]
        if level.version and each.quantity != level.shelf:
            _set(each, level, reason)
    first = {
        each.variant_id: each.quantity for each in counted if each.quantity and not levels[each.variant_id].version
    }
    inventory.receive_first(first, reason=reason, actor=_IMPORTER, name="import")


def _counted(taken: Taken) -> Iterator[_Counted]:
    """Yield what a draft says of the stock. What a gift card has there is no count of pieces that lie anywhere."""
    if taken.product and not taken.product.is_gift_card:
        ids = {variant.values: variant.id for variant in taken.product.variants}
        for row in taken.draft.variants:
            if row.quantity is not None:
                yield _Counted(ids[row.values], row.quantity, row, taken)


def _set(counted: _Counted, level: inventory.Level, reason: str) -> None:
    try:
        with db.orders.savepoint():
            inventory.adjust(
                counted.variant_id, counted.quantity, version=level.version, reason=reason, actor=_IMPORTER
            )
    except Conflict as error:
        draft = counted.taken.draft
        draft.problems.append(Problem(counted.row.row, draft.slug, f"The stock was not set. {error}"))
