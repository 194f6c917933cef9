"""Checks of the outboxes: what was asked for is done, and what cannot be done is looked at."""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import func, select, update

from app import clock, db, queue
from app.fsck import Check, Fault, walk
from app.outbox import CustomersOutbox, OrdersOutbox
from app.services.health.jobs import IS_PICTURE, is_refused, pictures_go_on

_DONE_WITHIN = timedelta(minutes=10)
_OUTBOXES = ((db.customers, CustomersOutbox), (db.orders, OrdersOutbox))


def _find_late() -> Iterator[Fault]:
    late = clock.now() - _DONE_WITHIN
    for database, outbox in _OUTBOXES:
        waits = outbox.done_at.is_(None) & outbox.failed_at.is_(None) & (outbox.due_at < late)
        is_free = func.coalesce(outbox.leased_until, late) <= late
        query = select(outbox.name, outbox.due_at).where(waits, is_free)
        if outbox is OrdersOutbox and pictures_go_on(late):
            query = query.where(~IS_PICTURE)
        for row in walk(query, outbox.id, database=database):
            yield Fault(f"{database.name}/{row.key}", f"{row.name} is due since {row.due_at:%Y-%m-%d %H:%M}")


def _push_again(subject: str) -> None:
    database, outbox, row_id = _row_of(subject)
    with database.transaction() as session:
        session.execute(update(outbox).where(outbox.id == row_id, outbox.done_at.is_(None)).values(pushed_at=None))


def _find_given_up() -> Iterator[Fault]:
    for database, outbox in _OUTBOXES:
        query = select(outbox.name, outbox.error).where(outbox.failed_at.is_not(None))
        for row in walk(query, outbox.id, database=database):
            yield Fault(f"{database.name}/{row.key}", f"{row.name} gave up: {(row.error or '')[:200]}")


def _begin_anew(subject: str) -> None:
    database, _, row_id = _row_of(subject)
    with database.transaction():
        queue.retry(database, row_id)


def _find_refused() -> Iterator[Fault]:
    for database, outbox in _OUTBOXES:
        for row in walk(select(outbox.name, outbox.error).where(is_refused(outbox)), outbox.id, database=database):
            yield Fault(f"{database.name}/{row.key}", f"{row.name} waits: {row.error[:200]}")


def _try_now(subject: str) -> None:
    database, outbox, row_id = _row_of(subject)
    waits = (outbox.id == row_id) & outbox.done_at.is_(None) & outbox.failed_at.is_(None)
    with database.transaction() as session:
        session.execute(update(outbox).where(waits).values(due_at=clock.now(), pushed_at=None))


def _row_of(subject: str) -> tuple[db.Database, type[CustomersOutbox | OrdersOutbox], str]:
    name, _, row_id = subject.partition("/")
    database, outbox = next(each for each in _OUTBOXES if each[0].name == name)
    return database, outbox, row_id


CHECKS = (
    Check(
        "jobs.done",
        "What was asked for is done within ten minutes of its time, pictures in turn.",
        _find_late,
        mend=_push_again,
        because="a job claims its row before it acts, so a second copy in Redis goes away",
    ),
    Check(
        "jobs.failed",
        "No job has given up.",
        _find_given_up,
        mend=_begin_anew,
        because="each job may run twice, and one that cannot be done gives up again",
    ),
    Check(
        "jobs.refused",
        "No job waits because a company refuses a setting.",
        _find_refused,
        mend=_try_now,
        because="a job is tried again in any case, and one that is refused again waits again",
    ),
)
