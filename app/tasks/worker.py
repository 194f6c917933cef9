"""`python -m app.tasks.worker`: an RQ worker inside an app context.

Money and mail are small and run without a fork per job; pictures (`--pictures`), and imports, which fetch them from
anywhere, are heavy and may break, so they fork.
"""

import gc
import logging
import os
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from redis.exceptions import RedisError
from rq import Queue, SimpleWorker, Worker
from rq.exceptions import StopRequested
from rq.job import Job
from rq.timeouts import JobTimeoutException
from rq.worker import DequeueStrategy, WorkerStatus
from rq.worker.base import BaseWorker

from app import create_app, stores, tasks
from app.config import Config

log = logging.getLogger(__name__)

QUEUES = ["clock", "money", "mail", "default"]
HEAVY = ["imports", "pictures"]
_HEARTBEAT = timedelta(seconds=15)
_PAUSE = 1.0  # seconds


class _Told(BaseWorker):
    """A worker that tells its own end from that of Redis."""

    was_told_to_stop = False

    def handle_warm_shutdown_request(self) -> None:
        """Note that it is to stop once its job is done."""
        self.was_told_to_stop = True

    def teardown(self) -> None:
        """Take leave of Redis; where that does not answer, what is left there expires."""
        if self.is_horse:
            return
        for leave in (self.register_death, self.unsubscribe):
            with suppress(RedisError):
                leave()  # type: ignore[no-untyped-call]  # RQ says no types here
        if self.pubsub_thread:
            self.pubsub_thread.stop()


class Carrier(_Told, SimpleWorker):
    """Runs jobs and keeps no books of them in Redis.

    The row of the outbox says what ran, how often and how it ended; what the clock starts comes again by itself. What
    RQ would note of each job (state, execution, registries, result) costs more than most jobs do.
    """

    def execute_job(self, job: Job, queue: Queue) -> None:  # noqa: ARG002 - RQ's signature
        """Take the job out of Redis, then run it for as long as it may."""
        with self.connection.pipeline(transaction=False) as pipeline:
            pipeline.delete(job.key)
            self.set_state(WorkerStatus.BUSY, pipeline)  # so that a signal to stop waits for the job
            pipeline.execute()
        try:
            with self.death_penalty_class(job.timeout, JobTimeoutException, job_id=job.id):
                job.perform()
        except Exception:  # one job must not end the worker; those of the outbox note their failures themselves
            log.exception("a job failed", extra={"job": job.id})
        # RQ says that it is idle again when it takes the next one, or ends.

    def heartbeat(self, timeout: int | None = None, pipeline: Any = None) -> None:
        """Say that this worker lives, four times a minute; RQ asks for it three times a job."""
        if self.last_heartbeat is None or datetime.now(UTC) - self.last_heartbeat > _HEARTBEAT:
            super().heartbeat(timeout, pipeline)


class Painter(_Told, Worker):
    """Runs the jobs of pictures and imports, each in a process of its own."""


def main() -> None:
    """Work until told to stop."""
    pictures = "--pictures" in sys.argv[1:]
    app = create_app(Config.or_exit(os.environ), role="worker")
    with app.app_context():
        kind, queues = (Painter, HEAVY) if pictures else (Carrier, QUEUES)
        for name in tasks.JOBS:
            tasks.find(name)
        gc.collect()
        gc.freeze()  # the collector need not look at what was loaded again and again
        work(kind, queues, burst="--burst" in sys.argv[1:])


def work(kind: type[Painter | Carrier], queues: list[str], *, burst: bool) -> None:
    """Work until told to stop; with `burst`, until the queues are empty.

    The queues take turns: a backlog of mails holds up neither money nor labels.
    """
    while True:
        worker = kind(queues, connection=stores.redis(), log_job_description=False)
        try:
            with suppress(RedisError):  # RQ's ends when Redis does not answer, and says so; here it begins anew
                worker.work(burst=burst, logging_level="WARNING", dequeue_strategy=DequeueStrategy.ROUND_ROBIN)
            if burst or worker.was_told_to_stop:
                return
            time.sleep(_PAUSE)
        except StopRequested:
            return


if __name__ == "__main__":
    main()
