"""The clock outlives Redis."""

import pytest
from flask import Flask
from redis.exceptions import ConnectionError as NoRedis
from rq.exceptions import StopRequested

from app import stores
from app.tasks import scheduler

pytestmark = pytest.mark.usefixtures("own_signals")


@pytest.mark.parametrize("comes_back_empty", [False, True])
def test_clock_waits_for_redis_and_goes_on(
    app: Flask, monkeypatch: pytest.MonkeyPatch, *, comes_back_empty: bool
) -> None:
    clock, answers = scheduler.Clock(connection=stores.redis()), iter((NoRedis, StopRequested))
    monkeypatch.setattr(scheduler, "_PAUSE", 0)

    def look() -> None:
        if comes_back_empty:
            stores.redis().flushdb()
        raise next(answers)

    monkeypatch.setattr(clock, "enqueue_jobs", look)

    scheduler.keep(clock)

    assert list(answers) == []
