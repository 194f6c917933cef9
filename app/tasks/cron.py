"""What runs when. Read by `rq cron`; a job that still waits when it is due again expires with its interval."""

from collections.abc import Callable

from rq import cron

from app.tasks import clock

_DAY = 24 * 3600


def _nightly(at: str, job: Callable[[], None], queue: str = "clock") -> None:
    """Have it done once a night, `at` minute and hour by the clock's own zone, whenever the clock was started."""
    cron.register(job, queue, cron=f"{at} * * *", job_timeout=_DAY, ttl=_DAY, result_ttl=0, failure_ttl=60)


def _every(seconds: int, job: Callable[[], None], queue: str = "clock") -> None:
    cron.register(job, queue, interval=seconds, job_timeout=max(60, seconds), ttl=seconds, result_ttl=0, failure_ttl=60)


_every(15, clock.beat)
_every(3, clock.relay, queue="money")
_every(3600, clock.prune_jobs)
_every(120, clock.settle_open, queue="money")
_nightly("10 3", clock.reconcile, queue="money")
_every(2, clock.seal_audit)
_every(60, clock.checkpoint_audit)
_every(3600, clock.forget_attempts)
_every(3600, clock.forget_tries)
_every(3600, clock.flag_lapsing)
_nightly("40 3", clock.forget_carts)
_nightly("50 3", clock.forget_events)
_every(120, clock.follow_parcels)
_every(5, clock.index_stale)
_every(2, clock.index_turns)
_every(3600, clock.forget_words)
_every(3600, clock.rank_products)
_every(3600, clock.finish_pictures)
_every(3600, clock.forget_uploads)
