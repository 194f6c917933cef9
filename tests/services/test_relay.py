"""The relay comes to every job that Redis does not hold, however many it holds."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from app import clock, db, queue, stores
from app.queue import Job

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
