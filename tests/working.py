"""Jobs without a worker: what is due in the outboxes, acted on here and now."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import pytest
from sqlalchemy import event, select, update

from app import clock, db, tasks
from app.outbox import CustomersOutbox, OrdersOutbox
from app.queue import later

_AT_MOST = 200


def work(only: str = "") -> list[str]:
    """Run every due job, and those that they ask for, in order; return their names. `only` is a name's beginning."""
    names: list[str] = []
    while (found := _next(only)) is not None:
        database, row_id, name = found
        tasks.run(database, row_id, name)
        names.append(name)
        assert len(names) < _AT_MOST, f"jobs ask for each other without end: {names[-6:]}"
    return names


class Killed(BaseException):
    """The process ends here."""


def work_and_die(patch: pytest.MonkeyPatch, job: str, where: Any, name: str, *, at: int = 1) -> None:
    """Work until `where.name` is called the `at`-th time, which ends the process; then let its job's lease end."""
    function, calls = getattr(where, name), count(1)

    def die(*values: object, **named: object) -> Any:
        if next(calls) >= at:
            raise Killed
        return function(*values, **named)

    with patch.context() as patched:
        patched.setattr(where, name, die)
        with pytest.raises(Killed):
            work(job)
    free_jobs()


@contextmanager
def dying(at: int) -> Iterator[None]:
    """End the process, so to speak, before the `at`-th statement or commit of the block: Killed, if it gets there."""
    asked = count(1)

    def die(*_: Any) -> None:
        if next(asked) >= at:
            raise Killed

    engine, moments = db.orders.engine, ("before_cursor_execute", "commit")
    for moment in moments:
        event.listen(engine, moment, die)
    try:
        yield
    finally:
        for moment in moments:
            event.remove(engine, moment, die)


def free_jobs() -> None:
    """Let the leases of jobs end whose worker was killed."""
    with db.orders.transaction() as session:
        session.execute(update(OrdersOutbox).values(leased_until=None))


def soon(job: str, *args: str) -> None:
    """Ask for a job."""
    with db.orders.transaction():
        later(job, *args)


def _next(only: str) -> tuple[str, str, str] | None:
    for database, outbox in (("orders", OrdersOutbox), ("customers", CustomersOutbox)):
        with getattr(db, database).reading() as session:
            row = session.execute(
                select(outbox.id, outbox.name)
                .where(outbox.done_at.is_(None), outbox.failed_at.is_(None), outbox.due_at <= clock.now())
                .where(outbox.leased_until.is_(None), outbox.name.startswith(only))
                .order_by(outbox.id)
                .limit(1)
            ).one_or_none()
        if row is not None:
            return database, row.id, row.name
    return None
