"""Jobs that survive a crash: a row in the outbox of the database whose transaction asks, pushed to RQ once it commits.

The one rule: Redis only carries; the row is the job. A lost push is pushed again by the relay, a copy finds the row
leased or done and goes away, so a flushed Redis loses nothing and nothing acts twice at once.
"""

import contextvars
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from flask import current_app
from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from app import clock, db, stores
from app.errors import ShopError, Unavailable
from app.outbox import CustomersOutbox, OrdersOutbox, claiming, finishing

log = logging.getLogger(__name__)

PUSH_AGAIN_AFTER = timedelta(seconds=10)
RELAY_AT_MOST = 500
_DUE_SINCE = timedelta(seconds=5)  # a worker whose clock is a little behind ours takes the job at once all the same
KEPT_WHEN_DONE = timedelta(days=7)


@dataclass(frozen=True)
class Job:
    """How one kind of job runs: its queue, how long one try may take, and how often it is tried."""

    queue: str = "default"
    lease: int = 60  # seconds; must exceed what the job's own time budgets allow
    tries: int = 16  # with the backoff below, about five hours

    def wait(self, attempt: int) -> timedelta:
        """Return the pause after a failed `attempt`: 2 s, 4 s, 8 s … at most an hour."""
        return timedelta(seconds=min(2**attempt, 3600))


_OUTBOXES: dict[str, tuple[db.Database, type[CustomersOutbox] | type[OrdersOutbox]]] = {
    "orders": (db.orders, OrdersOutbox),  # relayed first: selling goes on while customers does not answer
    "customers": (db.customers, CustomersOutbox),
}
_OPEN = OrdersOutbox.done_at.is_(None) & OrdersOutbox.failed_at.is_(None)
_ADD = {
    name: insert(db.table_of(outbox)).on_conflict_do_nothing(index_elements=["key"]).returning(outbox.id)
    for name, (_, outbox) in _OUTBOXES.items()
}


_CLAIM = {name: claiming(db.table_of(outbox)) for name, (_, outbox) in _OUTBOXES.items()}
_FINISH = {name: finishing(db.table_of(outbox)) for name, (_, outbox) in _OUTBOXES.items()}


@dataclass
class _Run:
    """The job that runs here. `is_done` once its end has committed together with its effect."""

    database_name: str
    row_id: str
    attempt: int
    is_done: bool = False

    def end(self) -> None:
        """Note that it needs no end of its own any more."""
        self.is_done = True


_running: contextvars.ContextVar[_Run | None] = contextvars.ContextVar("job", default=None)


def later(name: str, *ids: str | int, key: str | None = None, delay: timedelta = timedelta()) -> None:
    """Have job `name` run with `ids` after the open transaction commits; never when it rolls back.

    `key` asks for it once however often this is called. Raises RuntimeError without an open transaction.
    """
    if name not in _jobs():
        raise LookupError(f"no job is called {name!r}; app/tasks/__init__.py lists them")
    is_open = [each for each in db.BOTH if each.in_transaction]
    if len(is_open) != 1:
        raise RuntimeError("later() needs one open transaction: the job leaves with its commit")
    database = is_open[0]
    moment = clock.now()
    row = {
        "id": db.new_id(), "name": name, "args": list(ids), "key": key, "created_at": moment,
        "due_at": moment + (delay or -_DUE_SINCE), "pushed_at": None if delay else moment, "attempts": 0,
    }  # fmt: skip
    database.collect(_WRITE[database.name], row)


def _write(database_name: str, rows: list[dict[str, Any]]) -> None:
    """Write the jobs that a transaction asked for; those that are new and due are pushed once it has committed."""
    database, _ = _OUTBOXES[database_name]
    added = set(database.session.scalars(_ADD[database_name], rows))
    due = [(row["id"], row["name"]) for row in rows if row["pushed_at"] and row["id"] in added]
    if due:
        database.after_commit(partial(push, database_name, due))


_WRITE = {name: partial(_write, name) for name in _OUTBOXES}


def push(database_name: str, jobs: Iterable[tuple[str, str]]) -> None:
    """Hand `(row id, job name)` pairs to RQ, all at once and within 100 ms, or leave them to the relay."""
    from redis.exceptions import RedisError  # noqa: PLC0415 - RQ is heavy, and pages that queue nothing never load it
    from rq import Queue  # noqa: PLC0415 - as above

    connection = current_app.extensions["push"]
    pipeline = connection.pipeline()
    try:
        for row_id, name in jobs:
            job = _jobs()[name]
            Queue(job.queue, connection=connection).enqueue_call(
                "app.tasks.run", args=(database_name, row_id, name), job_id=f"{database_name}-{row_id}",
                timeout=job.lease, result_ttl=0, failure_ttl=60, description=name,
                pipeline=pipeline,
            )  # fmt: skip
        pipeline.execute()
    except RedisError as error:
        log.warning("Redis did not take a job; the relay will push it", extra={"reason": str(error)})


def relay() -> int:
    """Push every due row that nobody leases and that Redis does not hold. Returns how many.

    A job that this release does not know, as after going back to it, is left for one that does; `fsck` names it.
    """
    return sum(_relay_one(name) for name in _OUTBOXES)


def _relay_one(name: str) -> int:
    database, outbox = _OUTBOXES[name]
    moment = clock.now()
    with database.transaction() as session:
        waiting = (
            select(outbox.id)
            .where(outbox.done_at.is_(None), outbox.failed_at.is_(None), outbox.due_at <= moment)
            .where(outbox.name.in_(list(_jobs())))
            .where(func.coalesce(outbox.leased_until, moment) <= moment)
            .where(func.coalesce(outbox.pushed_at, moment - PUSH_AGAIN_AFTER) <= moment - PUSH_AGAIN_AFTER)
            .order_by(outbox.pushed_at.nulls_first(), outbox.due_at)  # what waits in Redis must not hide the rest
            .limit(RELAY_AT_MOST)
            .with_for_update(skip_locked=True)
        )
        found = session.execute(
            update(outbox).where(outbox.id.in_(waiting)).values(pushed_at=moment).returning(outbox.id, outbox.name)
        ).all()
    absent = _not_in_redis(name, [(row.id, row.name) for row in found])
    push(name, absent)
    return len(absent)


def _not_in_redis(database_name: str, jobs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Keep the jobs that no queue holds, so that a backlog is not pushed on top of itself.

    Only the queues themselves count: a worker that dies just after taking a job leaves it "queued" in Redis for ever.
    """
    from redis.exceptions import RedisError  # noqa: PLC0415 - as in push()

    try:
        pipeline = stores.redis().pipeline(transaction=False)
        for queue in {_jobs()[name].queue for _, name in jobs}:
            pipeline.lrange(f"rq:queue:{queue}", 0, -1)
        held = {job_id for each in pipeline.execute() for job_id in each}
    except RedisError:
        return []
    return [(row_id, name) for row_id, name in jobs if f"{database_name}-{row_id}".encode() not in held]


def prune() -> None:
    """Forget jobs that were done a week ago; their keys may be asked for again then."""
    for database, outbox in _OUTBOXES.values():
        with database.transaction() as session:
            session.execute(delete(outbox).where(outbox.done_at < clock.now() - KEPT_WHEN_DONE))


def run(database_name: str, row_id: str, name: str, function: Callable[..., object]) -> bool:
    """Claim the row of job `name` and act on it with `function`; False when it is not ours to act on.

    The claim is a commit of its own: from then until the lease ends no other copy acts. A failure is kept with its
    reason and tried again later; after the last try it waits in the admin, as does a job whose workers all died.
    """
    database, _ = _OUTBOXES[database_name]
    moment = clock.now()
    values = {"row": row_id, "moment": moment, "until": moment + timedelta(seconds=_jobs()[name].lease)}
    claimed = database.alone(_CLAIM[database_name], values)
    if not claimed:
        return False
    (row,) = claimed
    if row.attempts > _jobs()[name].tries:
        _note_failure(database_name, row_id, name, row.attempts, "Each worker that tried it died of it.")
        return False
    this = _Run(database_name, row_id, row.attempts)
    token = _running.set(this)
    try:
        function(*row.args)
    except Exception as error:  # the job runner is one of the two places that may catch everything
        expected = isinstance(error, Unavailable)
        log.log(
            logging.WARNING if expected else logging.ERROR, "job %s failed: %s", name, error,
            exc_info=None if expected else error, extra={"job": row_id, "attempt": row.attempts},
        )  # fmt: skip
        _note_failure(database_name, row_id, name, row.attempts, _in_words(error))
    else:
        if not this.is_done:
            database.alone(_FINISH[database_name], _end_of(this))
    finally:
        _running.reset(token)
    return True


def done() -> None:
    """Mark the running job as done in the open transaction, so that its effect and its end commit together.

    Does nothing when no job runs, when the job's row lives in the other database, or within `unfinished()`.
    """
    running = _running.get()
    if running is not None and _OUTBOXES[running.database_name][0].in_transaction:
        _mark_done(running)


@contextmanager
def unfinished() -> Iterator[None]:
    """Within, `done()` ends nothing: what follows belongs to the running job too, and is to be done after a crash."""
    token = _running.set(None)
    try:
        yield
    finally:
        _running.reset(token)


def _mark_done(this: _Run) -> None:
    database, _ = _OUTBOXES[this.database_name]
    database.session.execute(_FINISH[this.database_name], _end_of(this))
    database.after_commit(this.end)


def _end_of(this: _Run) -> dict[str, Any]:
    return {"row": this.row_id, "try": this.attempt, "moment": clock.now()}


def _in_words(error: Exception) -> str:
    """Say for staff why a job failed; what the shop does not say itself is for whoever looks for the mistake."""
    if isinstance(error, ShopError):
        return str(error)
    return f"Something that the shop did not expect ({type(error).__name__}): {error}"


def _note_failure(database_name: str, row_id: str, name: str, attempt: int, reason: str) -> None:
    database, outbox = _OUTBOXES[database_name]
    job = _jobs()[name]
    moment = clock.now()
    change: dict[str, Any] = {"leased_until": None, "error": reason[:2000], "pushed_at": None}
    if attempt >= job.tries:
        change["failed_at"] = moment
    else:
        change["due_at"] = moment + job.wait(attempt)
    with database.transaction() as session:
        session.execute(
            update(outbox)
            .where(outbox.id == row_id, outbox.attempts == attempt, outbox.done_at.is_(None))
            .values(**change)
        )


def _jobs() -> dict[str, Job]:
    jobs: dict[str, Job] = current_app.extensions["jobs"]
    return jobs


def waiting(name: str) -> set[Any]:
    """Return the first id of each job `name` in `orders` that was asked for, and is neither done nor given up."""
    return _first_ids(name, _OPEN)


def failing(name: str) -> set[Any]:
    """Return the first id of each job `name` in `orders` that failed when it was last tried, given up or not."""
    # Open ones and those given up have an index each; what is only not done has none.
    is_not_done = OrdersOutbox.done_at.is_(None) & (_OPEN | OrdersOutbox.failed_at.is_not(None))
    return _first_ids(name, is_not_done & OrdersOutbox.error.is_not(None))


def _first_ids(name: str, condition: ColumnElement[bool]) -> set[Any]:
    with db.orders.reading() as session:
        return {
            args[0] for args in session.scalars(select(OrdersOutbox.args).where(OrdersOutbox.name == name, condition))
        }


def failed(database: db.Database, limit: int) -> Sequence[Any]:
    """List the jobs of a database that ended their tries, the latest first."""
    _, outbox = _OUTBOXES[database.name]
    columns = (outbox.id, outbox.name, outbox.args, outbox.attempts, outbox.failed_at, outbox.error)
    query = select(*columns).where(outbox.failed_at.is_not(None)).order_by(outbox.failed_at.desc()).limit(limit)
    with database.reading() as session:
        return session.execute(query).all()


def retry(database: db.Database, row_id: str) -> str | None:
    """Begin a failed job anew in the open transaction; return its name, or None when it had not failed.

    The relay pushes it within seconds.
    """
    _, outbox = _OUTBOXES[database.name]
    begun: str | None = database.session.execute(
        update(outbox)
        .where(outbox.id == row_id, outbox.failed_at.is_not(None))
        .values(failed_at=None, attempts=0, due_at=clock.now(), leased_until=None, pushed_at=None)
        .returning(outbox.name)
    ).scalar()
    return begun
