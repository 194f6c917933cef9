"""`python -m app.tasks.worker`: an RQ worker inside an app context.

Money and mail are small and run without a fork per job; pictures (`--pictures`), and imports, which fetch them from
anywhere, are heavy and may break, so they fork, and the processor is theirs when nobody else wants it.
"""

import gc
import logging
import os
import sys
from contextlib import suppress
from time import sleep
from typing import Any

from redis.exceptions import RedisError
from rq import Queue, SimpleWorker, Worker, timeouts
from rq.exceptions import StopRequested
from rq.job import Job
from rq.worker import DequeueStrategy, WorkerStatus
from rq.worker.base import BaseWorker

from app import create_app, stores, tasks
from app.config import Config

log = logging.getLogger(__name__)

QUEUES = ["clock", "money", "mail", "default"]
HEAVY = ["imports", "pictures"]
_PAUSE = 1.0  # seconds
_POLITENESS = 10  # of 19: a busy shop keeps nine tenths of a processor for pages and money
_SILENCE = 30  # seconds; a little less than that it waits for a Redis that went away without a word


class JobTimeoutException(timeouts.JobTimeoutException, KeyboardInterrupt):
    """A job's time is up. Only at an interrupt does psycopg end the statement too, and leave its connection of use."""


class _Deadline(timeouts.UnixSignalDeathPenalty):
    """RQ's, but for what it raises when a job's time is up."""

    def __init__(self, timeout: Any, exception: type[Exception], **options: Any) -> None:
        is_job = exception is timeouts.JobTimeoutException
        super().__init__(timeout, JobTimeoutException if is_job else exception, **options)  # type: ignore[no-untyped-call]


class _Told(BaseWorker):
    """A worker that tells its own end from that of Redis."""

    death_penalty_class = _Deadline
    max_connection_wait_time = 5.0  # seconds; RQ's minute is long for whoever waits for a mail
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
    RQ would note of each job (state, execution, registries, result) costs more than most jobs do. Nor does it note that
    it lives: a Redis that is full refuses that, and would never be emptied.
    """

    def execute_job(self, job: Job, queue: Queue) -> None:  # noqa: ARG002 - RQ's signature
        """Take the job out of Redis, then run it for as long as it may."""
        self.set_state(WorkerStatus.BUSY)  # so that a signal to stop waits for the job
        self.connection.delete(job.key)
        try:
            with self.death_penalty_class(job.timeout, timeouts.JobTimeoutException, job_id=job.id):
                job.perform()
        except Exception:  # one job must not end the worker; those of the outbox note their failures themselves
            log.exception("a job failed", extra={"job": job.id})
        # RQ says that it is idle again when it takes the next one, or ends.

    def set_state(self, state: str, pipeline: Any = None) -> None:  # noqa: ARG002 - RQ's signature
        """Note in this process alone what it does."""
        self._state = state

    def _keep_no_book(self, *_: Any, **__: Any) -> None:
        """Write nothing of what RQ would note here."""

    register_birth = heartbeat = register_death = run_maintenance_tasks = _keep_no_book


class Painter(_Told, Worker):
    """Runs the jobs of pictures and imports, each in a process of its own."""


def main() -> None:
    """Work until told to stop."""
    if pictures := "--pictures" in sys.argv[1:]:
        os.nice(_POLITENESS)
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
    worker = None
    while True:
        try:
            with suppress(RedisError):  # RQ's ends when Redis does not answer, and says so; here it begins anew
                worker = kind(queues, connection=stores.redis(), worker_ttl=_SILENCE, log_job_description=False)
                worker.work(burst=burst, logging_level="WARNING", dequeue_strategy=DequeueStrategy.ROUND_ROBIN)
            if burst or (worker and worker.was_told_to_stop):
                return
            sleep(_PAUSE)
        except StopRequested:
            return


if __name__ == "__main__":
    main()
