"""The queue: a job leaves with its commit, acts once at a time, and survives whatever happens to Redis."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import Queue
from sqlalchemy import select, update

from app import clock, db, queue, stores, tasks
from app.errors import Unavailable
from app.outbox import OrdersOutbox
from app.queue import Job
from app.tasks import worker
from app.tasks.worker import QUEUES, Carrier
from tests.running import free_port

pytestmark = pytest.mark.usefixtures("own_signals")

NAME = "tests.act"


@pytest.fixture(autouse=True)
def known(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """A job of these tests' own: two tries, a minute each."""
    monkeypatch.setitem(app.extensions, "jobs", {NAME: Job(lease=60, tries=2)})


@pytest.fixture
def silent_redis(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A Redis that does not answer when a job is handed over."""
    with Redis.from_url(f"redis://127.0.0.1:{free_port()}", retry=Retry(NoBackoff(), 0)) as nobody:
        monkeypatch.setitem(app.extensions, "push", nobody)
        yield


def ask(**options: Any) -> None:
    with db.orders.transaction():
        queue.later(NAME, "x", **options)


def rows() -> list[OrdersOutbox]:
    with db.orders.reading() as session:
        return list(session.scalars(select(OrdersOutbox).order_by(OrdersOutbox.id)))


def change(**values: Any) -> None:
    with db.orders.transaction() as session:
        session.execute(update(OrdersOutbox).values(**values))


def in_redis() -> int:
    return sum(stores.redis().llen(key) for key in stores.redis().scan_iter("rq:queue:*"))


def fail(_id: str) -> None:
    raise Unavailable("The carrier is silent.")


def test_rollback_leaves_no_job() -> None:
    with suppress(ZeroDivisionError), db.orders.transaction():
        queue.later(NAME, "x")
        raise ZeroDivisionError

    assert rows() == []
    assert in_redis() == 0


def test_job_outside_a_transaction_is_refused() -> None:
    with pytest.raises(RuntimeError, match="transaction"):
        queue.later(NAME, "x")


def test_key_asks_once() -> None:
    ask(key="once")
    ask(key="once")
    ask()

    assert [row.key for row in rows()] == ["once", None]


def test_two_copies_never_act_at_once(app: Flask) -> None:
    ask()
    [row] = rows()
    acting, may_end = threading.Event(), threading.Event()

    def act(_id: str) -> None:
        acting.set()
        may_end.wait(10)

    def run() -> bool:
        with app.app_context():
            return queue.run("orders", row.id, NAME, act)

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(run)
        acting.wait(10)
        second = pool.submit(run).result(10)
        may_end.set()

        assert (first.result(10), second) == (True, False)
    assert not queue.run("orders", row.id, NAME, act), "a job that is done is not done again"


def test_lease_of_a_dead_worker_ends() -> None:
    ask()
    [row] = rows()
    change(attempts=1, leased_until=clock.now() + timedelta(seconds=60))
    held = queue.run("orders", row.id, NAME, lambda _id: None)

    change(leased_until=clock.now() - timedelta(seconds=1))

    assert not held
    assert queue.run("orders", row.id, NAME, lambda _id: None)
    assert rows()[0].done_at is not None


def test_failure_is_tried_again_later_and_then_waits_to_be_seen() -> None:
    ask()
    [row] = rows()

    queue.run("orders", row.id, NAME, fail)
    [waiting] = rows()
    is_early = queue.run("orders", row.id, NAME, fail)
    change(due_at=clock.now())
    queue.run("orders", row.id, NAME, fail)

    assert waiting.due_at > row.due_at
    assert waiting.failed_at is None
    assert not is_early
    [failed] = queue.failed(db.orders, 10)
    assert (failed.attempts, failed.error) == (2, "The carrier is silent.")


def test_job_that_kills_its_worker_each_time_waits_to_be_seen() -> None:
    ask()
    [row] = rows()
    change(attempts=2, leased_until=clock.now() - timedelta(seconds=1))

    queue.run("orders", row.id, NAME, lambda _id: pytest.fail("It has had all of its tries."))

    [failed] = queue.failed(db.orders, 10)
    assert "died" in failed.error


def test_failed_job_begins_anew_when_asked() -> None:
    ask()
    [row] = rows()
    change(failed_at=clock.now(), attempts=2)

    with db.orders.transaction():
        name = queue.retry(db.orders, row.id)

    assert name == NAME
    assert queue.run("orders", row.id, NAME, lambda _id: None)


def test_emptied_redis_is_filled_again_once() -> None:
    ask()
    assert in_redis() == 1
    stores.redis().flushdb()
    change(pushed_at=clock.now() - queue.PUSH_AGAIN_AFTER)

    pushed = [queue.relay(), queue.relay()]

    assert pushed == [1, 0]
    assert in_redis() == 1


def test_job_that_this_release_does_not_know_holds_up_no_other() -> None:
    ask(key="of a later release")
    change(name="tests.later")
    ask()
    stores.redis().flushdb()
    change(pushed_at=clock.now() - queue.PUSH_AGAIN_AFTER)

    assert [queue.relay(), in_redis()] == [1, 1]
    assert [row.attempts for row in rows()] == [0, 0]


def test_worker_whose_clock_is_behind_takes_a_job_at_once() -> None:
    ask()
    [row] = rows()

    with clock.at(row.created_at - timedelta(seconds=1)):
        assert queue.run("orders", row.id, NAME, lambda _id: None)


def test_backlog_is_not_pushed_on_top_of_itself() -> None:
    ask()
    change(pushed_at=clock.now() - queue.PUSH_AGAIN_AFTER)

    assert queue.relay() == 0


def test_job_that_a_worker_took_and_died_with_is_pushed_again() -> None:
    ask()
    [waiting] = stores.redis().scan_iter("rq:queue:*")
    stores.redis().lpop(waiting)  # Redis still calls it queued
    change(pushed_at=clock.now() - queue.PUSH_AGAIN_AFTER)

    assert queue.relay() == 1
    assert in_redis() == 1


@pytest.mark.usefixtures("silent_redis")
def test_silent_redis_keeps_the_job() -> None:
    ask()

    [row] = rows()
    assert queue.run("orders", row.id, NAME, lambda _id: None)


def test_delayed_job_is_pushed_when_it_is_due() -> None:
    ask(delay=timedelta(hours=1))

    early = queue.relay()
    change(due_at=clock.now())

    assert (early, queue.relay()) == (0, 1)


def test_part_of_a_job_does_not_end_it() -> None:
    ask()
    [row] = rows()

    def in_parts(_id: str) -> None:
        with queue.unfinished(), db.orders.transaction():
            queue.done()
        [between] = rows()
        assert between.done_at is None

    assert queue.run("orders", row.id, NAME, in_parts)
    [after] = rows()
    assert after.done_at is not None
    assert after.attempts == 1


def test_job_whose_last_transaction_is_undone_ends_all_the_same() -> None:
    ask()
    [row] = rows()

    def undo(_id: str) -> None:
        with suppress(KeyError), db.orders.transaction():
            queue.done()
            raise KeyError

    assert queue.run("orders", row.id, NAME, undo)
    assert rows()[0].done_at is not None


def overrun(_id: str) -> None:
    time.sleep(30)


def break_down(_id: str) -> None:
    raise ZeroDivisionError


@pytest.mark.parametrize(
    ("act", "error"), [(len, None), (break_down, "ZeroDivisionError"), (overrun, "JobTimeoutException")]
)
def test_worker_leaves_nothing_of_a_job_in_redis(
    app: Flask, monkeypatch: pytest.MonkeyPatch, act: Callable[[str], object], error: str | None
) -> None:
    monkeypatch.setitem(app.extensions["jobs"], NAME, Job(lease=1, tries=2))
    monkeypatch.setattr(tasks, "find", lambda _name: act)
    ask()

    worker.work(Carrier, QUEUES, burst=True)

    [row] = rows()
    assert (row.done_at is not None, row.error and row.error.split(":")[0][40:-1]) == (error is None, error)
    assert list(stores.redis().scan_iter("rq:job:*")) == []
    assert in_redis() == 0


def test_worker_that_is_told_to_stop_ends_its_job_and_takes_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "find", lambda _name: lambda _id: os.kill(os.getpid(), signal.SIGTERM))
    ask()
    ask()

    worker.work(Carrier, QUEUES, burst=True)

    assert sorted(row.done_at is None for row in rows()) == [False, True]
    assert in_redis() == 1


def test_worker_outlives_a_job_of_the_clock_that_fails(caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(2):
        Queue("clock", connection=stores.redis()).enqueue(break_down, "x", job_timeout=5)
    worker.work(Carrier, QUEUES, burst=True)

    assert [record.message for record in caplog.records if "job" in record.message] == ["a job failed"] * 2
    assert in_redis() == 0


def test_backlog_of_one_queue_keeps_no_other_waiting() -> None:
    served = list[str]()
    for name in ("mail", "mail", "mail", "default", "clock"):
        Queue(name, connection=stores.redis()).enqueue(len, name, job_timeout=5)

    class Watched(Carrier):
        def execute_job(self, _job, queue):
            served.append(queue.name)

    worker.work(Watched, QUEUES, burst=True)

    assert served == ["clock", "mail", "default", "mail", "mail"]
