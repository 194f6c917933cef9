"""`python -m app.tasks.scheduler`: `rq cron` with the shop's own address of Redis."""

import logging
import os
import time

from redis.exceptions import RedisError
from rq.cron import CronScheduler
from rq.exceptions import StopRequested

from app import create_app, stores
from app.config import Config

log = logging.getLogger(__name__)

_PAUSE = 1.0  # seconds


def main() -> None:
    """Start what `app/tasks/cron.py` lists, each at its time, until told to stop."""
    app = create_app(Config.from_env(os.environ), role="scheduler")
    with app.app_context():
        scheduler = CronScheduler(connection=stores.redis(), logging_level="WARNING")
        scheduler.load_config_from_file("app.tasks.cron")
        keep(scheduler)


def keep(scheduler: CronScheduler) -> None:
    """Have it run until it is told to stop. RQ's ends when Redis does not answer; here it waits for Redis."""
    try:
        while True:
            try:
                scheduler.start()  # type: ignore[no-untyped-call]  # RQ says no types here
            except RedisError as error:
                log.warning("the clock waits for Redis", extra={"reason": str(error)})
                time.sleep(_PAUSE)
            else:
                return
    except StopRequested:  # while it waited
        return


if __name__ == "__main__":
    main()
