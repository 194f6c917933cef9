"""Runs: pieces that lie nowhere, on hand while something is sold that nobody packs.

The one rule: a run that ends takes with it what is left of it, so that none of it is ever sold as goods.
"""

from collections.abc import Sequence

from sqlalchemy import func, select

from app import db
from app.services.inventory.levels import lock_level, receive, write_change, write_movement
from app.services.inventory.models import StockMovement

_ENDED = "adjust"


def give_run(variant_id: str, pieces: int, *, name: str, reason: str, actor: str) -> None:
    """Add a run to what is on hand, unless one of this `name` is there. Safe to repeat."""
    with db.orders.transaction():
        lock_level(variant_id)
        moved = _moved(variant_id, name)
        if not moved or moved[-1].kind == _ENDED:
            reference = f"{name}:{variant_id}" + (f":{len(moved)}" if moved else "")
            receive(variant_id, pieces, reason=reason, actor=actor, reference=reference)


def end_run(variant_id: str, *, name: str, reason: str, actor: str) -> None:
    """Bring what is on hand down to what it was before the run, or to what is promised. Safe to repeat."""
    with db.orders.transaction() as session:
        level, moved = lock_level(variant_id), _moved(variant_id, name)
        if not moved or moved[-1].kind == _ENDED:
            return
        since = (StockMovement.variant_id == variant_id) & (StockMovement.id >= moved[-1].id)
        left = session.scalar(select(func.sum(StockMovement.change)).where(since)) or 0
        taken = max(0, min(left, level.on_hand - level.reserved))
        write_movement(variant_id, -taken, kind=_ENDED, reference=moved[-1].reference, reason=reason, actor=actor)
        write_change(variant_id, -taken)


def _moved(variant_id: str, name: str) -> Sequence[StockMovement]:
    """Return the movements that gave and ended runs, the oldest first."""
    query = select(StockMovement).where(
        StockMovement.variant_id == variant_id, StockMovement.reference.startswith(f"{name}:", autoescape=True)
    )
    return db.orders.session.scalars(query.order_by(StockMovement.id)).all()
