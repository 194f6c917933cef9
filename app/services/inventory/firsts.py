"""The first pieces of many variants at once, as an import of a catalogue brings them."""

from collections.abc import Mapping

from sqlalchemy.dialects.postgresql import insert

from app import clock, db
from app.services.inventory.levels import DEFAULT_LOCATION
from app.services.inventory.models import StockLevel, StockMovement

_LEVELS = insert(db.table_of(StockLevel)).on_conflict_do_nothing().returning(StockLevel.variant_id)
_MOVEMENTS = insert(db.table_of(StockMovement))


def receive_first(pieces: Mapping[str, int], *, name: str, reason: str, actor: str) -> None:
    """Put the first `pieces` of variants on the shelf, in the open transaction; one that had some before gets none.

    Nobody waits for a variant that never had a level: nothing of it could be sold, and nothing is owed.
    """
    moment, place = clock.now(), {"location": DEFAULT_LOCATION}
    levels = [
        place | {"variant_id": variant, "on_hand": pieces[variant], "reserved": 0, "updated_at": moment}
        | {"version": 2, "changes": 1}  # as after a level was made, and pieces came
        for variant in sorted(pieces)
    ]  # fmt: skip
    if not levels:
        return
    movements = [
        place | {"id": db.new_id(), "variant_id": variant, "change": pieces[variant], "kind": "receive"}
        | {"reference": f"{name}:{variant}", "reason": reason, "actor": actor, "at": moment}
        for variant in sorted(db.orders.session.scalars(_LEVELS, levels))
    ]  # fmt: skip
    if movements:
        db.orders.session.execute(_MOVEMENTS, movements)
