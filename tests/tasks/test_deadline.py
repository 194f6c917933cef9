"""A job whose time is up in the middle of a statement ends the statement too."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select, text

from app import db, queue, tasks
from app.outbox import OrdersOutbox
from app.queue import Job
from app.tasks import worker
from app.tasks.worker import QUEUES, Carrier, Painter

pytestmark = pytest.mark.usefixtures("own_signals")

NAME = "tests.act"
_WAIT = text("SELECT pg_sleep(30)")
# of this test's database alone: the view shows the whole engine's, and another test may wait there just now
_WAITING = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query = 'SELECT pg_sleep(30)'"
)


def wait_in_transaction() -> None:
    with db.orders.transaction() as session:
        session.execute(_WAIT)


def wait_alone() -> None:
    db.orders.alone(_WAIT, {})


@pytest.mark.parametrize("wait", [wait_in_transaction, wait_alone])
@pytest.mark.parametrize("kind", [Carrier, Painter])
def test_job_whose_time_is_up_in_the_database_says_so_and_spoils_no_connection(
    app: Flask, monkeypatch: pytest.MonkeyPatch, kind: type[Carrier | Painter], wait: Callable[[], None]
) -> None:
    monkeypatch.setitem(app.extensions, "jobs", {NAME: Job(lease=3, tries=1)})
    monkeypatch.setattr(tasks, "find", lambda _name: wait)
    with db.orders.transaction():
        queue.later(NAME)
    db.orders.close()  # a process of its own is to open connections of its own

    worker.work(kind, QUEUES, burst=True)

    with db.orders.reading() as session:
        assert "JobTimeoutException" in (session.scalar(select(OrdersOutbox.error)) or "")
        assert session.scalar(_WAITING) == 0
