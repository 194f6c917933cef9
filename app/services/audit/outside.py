"""Acts on what has no transaction with the audit (MongoDB, S3): the intent is noted before, the outcome after.

An act without an outcome may or may not have happened: `flask shop fsck --only audit.intents` names it.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased

from app import db
from app.errors import ShopError
from app.services.audit.books import BOOKS
from app.services.audit.intake import record

_INTENT, _DONE, _REFUSED = ":intent", ":done", ":refused"


@contextmanager
def outside(
    actor: str,
    act: str,
    subject: str,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> Iterator[None]:
    """Note in `orders` that `actor` is about to do `act` to `subject`, then what came of the block.

    An error that is no refusal leaves the intent open, for nobody knows how far it came.
    """
    with db.orders.transaction():
        intent = record(db.orders, actor, act + _INTENT, subject, before=before, after=after)
    try:
        yield
    except ShopError as refusal:
        with db.orders.transaction():
            record(db.orders, actor, act + _REFUSED, subject, after={"intent": intent, "because": refusal.message})
        raise
    with db.orders.transaction():
        record(db.orders, actor, act + _DONE, subject, after={"intent": intent})


def unanswered() -> Select[str, str, str]:
    """Return the query for who meant to do what to what, without an outcome."""
    intake = BOOKS["orders"].intake
    outcome = aliased(intake)
    is_answered = (
        select(outcome.id)
        .where(outcome.subject == intake.subject, outcome.after["intent"].astext == intake.id)
        .exists()
    )
    return select(intake.actor, intake.act, intake.subject).where(intake.act.endswith(_INTENT), ~is_answered)
