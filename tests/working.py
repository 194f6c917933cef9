"""Jobs without a worker: what is due in the outboxes, acted on here and now."""

from sqlalchemy import select

from app import clock, db, tasks
from app.outbox import CustomersOutbox, OrdersOutbox

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
