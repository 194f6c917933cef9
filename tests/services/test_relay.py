"""The relay comes to every job that Redis does not hold, however many it holds."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import make_url
from sqlalchemy.exc import OperationalError

from app import clock, db, queue, stores
from app.queue import Job
from tests.running import free_port

NAME = "tests.act"


def ask(**options: Any) -> None:
    with db.orders.transaction():
        queue.later(NAME, "x", **options)


def test_long_backlog_hides_no_job_that_redis_does_not_hold(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.extensions, "jobs", {NAME: Job()})
    monkeypatch.setattr(queue, "RELAY_AT_MOST", 1)
    for _ in range(3):
        ask()
    stores.redis().rpop("rq:queue:default")
    ask(delay=timedelta(seconds=1))
    moment = clock.now()

    pushed = []
    for turn in range(1, 5):
        with clock.at(moment + turn * queue.PUSH_AGAIN_AFTER):
            pushed.append(queue.relay())

    assert pushed == [1, 0, 0, 1]


def test_jobs_of_orders_go_on_while_the_other_database_is_down(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.extensions, "jobs", {NAME: Job()})
    ask()
    stores.redis().flushdb()
    url = app.extensions["config"].customers_url
    db.customers.open(make_url(url).set(port=free_port()).render_as_string(hide_password=False))

    try:
        with clock.at(clock.now() + queue.PUSH_AGAIN_AFTER), pytest.raises(OperationalError):
            queue.relay()
    finally:
        db.customers.open(url)

    assert stores.redis().llen("rq:queue:default") == 1
