"""`python -m app.tasks.scheduler`: `rq cron` with the shop's own address of Redis."""

import logging
import os
import time
from contextlib import suppress

from redis.client import Pipeline
from redis.exceptions import RedisError
from rq.cron import CronJob, CronScheduler
from rq.exceptions import SchedulerNotFound, StopRequested
from rq.utils import now

from app import create_app, stores
from app.config import Config

log = logging.getLogger(__name__)

_PAUSE = 1.0  # seconds


class Clock(CronScheduler):
    """RQ's, but for how it takes leave, and that it may be set back."""

    def enqueue_jobs(self) -> list[CronJob]:
        """Start what is due. What was started later than now, as the machine's clock says, was started now."""
        for job in self.get_jobs():
            if job.latest_enqueue_time and job.latest_enqueue_time > now():
                job.set_enqueue_time(now())
        return super().enqueue_jobs()

    def register_death(self, pipeline: Pipeline | None = None) -> None:
        """Take leave of Redis, unless that does not answer, or came back empty and knows of no clock."""
        with suppress(RedisError, SchedulerNotFound):
            super().register_death(pipeline)


def main() -> None:
    """Start what `app/tasks/cron.py` lists, each at its time, until told to stop."""
    app = create_app(Config.or_exit(os.environ), role="scheduler")
    with app.app_context():
        scheduler = Clock(connection=stores.redis(), logging_level="WARNING")
        scheduler.load_config_from_file("app.tasks.cron")
        keep(scheduler)


def keep(scheduler: Clock) -> None:
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
