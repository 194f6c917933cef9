"""The clock outlives Redis."""

import pytest
from flask import Flask
from redis.exceptions import ConnectionError as NoRedis
from rq.cron import CronScheduler
from rq.exceptions import StopRequested

from app import stores
from app.tasks import scheduler

pytestmark = pytest.mark.usefixtures("own_signals")


def test_clock_waits_for_redis_and_goes_on(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    clock, answers = CronScheduler(connection=stores.redis()), iter((NoRedis, StopRequested))
    monkeypatch.setattr(scheduler, "_PAUSE", 0)

    def look() -> None:
        raise next(answers)

    monkeypatch.setattr(clock, "enqueue_jobs", look)

    scheduler.keep(clock)

    assert list(answers) == []
