"""Checks of the audit that need no recomputing; `flask shop audit verify` does the rest."""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import select

from app import clock
from app.fsck import Check, Fault, walk
from app.services.audit.books import BOOKS
from app.services.audit.outside import unanswered

_SEALED_WITHIN = timedelta(minutes=5)


def _find_unsealed() -> Iterator[Fault]:
    for name, book in BOOKS.items():
        query = select(book.intake.act, book.intake.subject).join(
            book.unsealed, book.unsealed.intake_id == book.intake.id
        )
        late = book.intake.at < clock.now() - _SEALED_WITHIN
        for row in walk(query.where(late), book.intake.id, database=book.database):
            yield Fault(row.key, f"{name}: {row.act} of {row.subject} waits for its seal")


def _find_open_intents() -> Iterator[Fault]:
    intake = BOOKS["orders"].intake
    for row in walk(unanswered().where(intake.at < clock.now() - _SEALED_WITHIN), intake.id):
        yield Fault(
            row.key, f"{row.actor} began {row.act.partition(':')[0]} of {row.subject}; nobody knows how it ended"
        )


CHECKS = (
    Check("audit.sealed", "What was audited is sealed within five minutes.", _find_unsealed),
    Check("audit.intents", "What staff began in the catalogue was done, or was refused.", _find_open_intents),
)
