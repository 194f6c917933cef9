"""The clock outlives Redis, and being set back."""

from datetime import timedelta

import pytest
from flask import Flask
from redis.exceptions import ConnectionError as NoRedis
from rq import cron
from rq.cron import CronScheduler
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


def test_what_is_done_once_a_day_is_done_at_night_whenever_the_clock_was_started(app: Flask) -> None:
    scheduled = CronScheduler(connection=stores.redis())
    scheduled.load_config_from_file("app.tasks.cron")

    nightly = {job.func.__name__: job for job in scheduled.get_jobs() if job.func and not job.interval}
    assert set(nightly) == {"reconcile", "forget_carts", "forget_events"}
    for job in nightly.values():
        assert not job.should_run()
        assert job.next_enqueue_time is not None
        assert job.next_enqueue_time.astimezone().hour == 3


def test_clock_that_is_set_back_goes_on_from_there(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    shop_clock = scheduler.Clock(connection=stores.redis())
    shop_clock.register(len, "clock", args=("x",), interval=5)
    shop_clock.enqueue_jobs()
    set_back = cron.now() - timedelta(hours=1)
    monkeypatch.setattr(cron, "now", lambda: set_back)
    monkeypatch.setattr(scheduler, "now", lambda: set_back)

    shop_clock.enqueue_jobs()

    [job] = shop_clock.get_jobs()
    assert job.next_enqueue_time == set_back + timedelta(seconds=5)
