"""Checks: each asks its engine something real, within its client's time budget, and says what to do when it fails."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from psycopg.errors import ConfigurationLimitExceeded
from redis.exceptions import RedisError, ResponseError
from sqlalchemy import ColumnElement, func, select, text
from sqlalchemy.exc import OperationalError

from app import clock, config, db, stores
from app.outbox import OrdersOutbox
from app.services.health.jobs import IS_PICTURE, failed_jobs, is_refused, pictures_go_on

LAG_LIMIT_SECONDS = 300
CLOCK_LIMIT_SECONDS = 5
_COUNTED = 100  # jobs that gave up

_BEAT = "health:beat"  # in Redis: when a worker last did what the clock starts
_WRITTEN = "health:written"  # in both Redis: nothing but a try whether they take anything
_ENGINES = {"customers", "orders", "catalog", "redis", "cache", "s3"}
_UNASKED = "This could not be asked; see what else is not well."
_VERSION = text("SELECT version_num FROM alembic_version")
_BY_DISK = text("SET LOCAL work_mem = '64kB'")
_ROOM = text(
    "WITH room AS MATERIALIZED (SELECT repeat('x', 100000) FROM generate_series(1, 10)) SELECT count(*) FROM room"
)
_IS_READ_ONLY = text("SELECT current_setting('transaction_read_only')::bool")


@dataclass(frozen=True)
class Check:
    """What one engine said. `is_needed`: without it the shop cannot sell."""

    name: str
    is_well: bool
    is_needed: bool
    milliseconds: float
    says: str
    advice: str  # what to do when it is not well


class _Unwell(Exception):
    """The question was answered, and the answer is not good."""


def check() -> list[Check]:
    """Ask PostgreSQL (both databases), MongoDB, Redis (both), S3 and the queue."""
    return [
        _ask("customers", _ask_sql(db.customers)),
        _ask("orders", _ask_sql(db.orders)),
        _ask("catalog", _ask_catalog),
        _ask("redis", _ask_redis, is_needed=False),
        _ask("cache", _ask_cache, is_needed=False),
        _ask("s3", _ask_s3, is_needed=False),
        _ask("queue", _ask_queue, is_needed=False),
    ]


def inspect() -> list[Check]:
    """Ask what readiness asks, and what is too slow or too rare to ask every few seconds: settings, pictures, shape."""
    return [
        _ask("settings", _ask_settings),
        *check(),
        _ask("pictures", _ask_pictures, is_needed=False),
        _ask("shape", _ask_shape),
        _ask("clock", _ask_clock, is_needed=False),
        _ask("failed jobs", _ask_failed, is_needed=False),
    ]


def _ask(name: str, question: Callable[[], str], *, is_needed: bool = True) -> Check:
    started = time.perf_counter()
    advice = _ADVICE.get(name, "")
    try:
        says, is_well = question(), True
    except _Unwell as fault:
        says, is_well = str(fault), False
    except Exception as error:  # noqa: BLE001 - whatever an engine throws is the answer
        says, is_well = f"{type(error).__name__}: {error}".splitlines()[0][:200], False
        advice = advice if name in _ENGINES else _UNASKED
    return Check(name, is_well, is_needed, round((time.perf_counter() - started) * 1000, 1), says, advice)


def _ask_sql(database: db.Database) -> Callable[[], str]:
    def ask() -> str:
        with database.reading() as session:
            version = session.execute(_VERSION).scalar_one()
            is_read_only = session.execute(_IS_READ_ONLY).scalar_one()
        if is_read_only:
            raise _Unwell("answers, and takes no changes: is it a standby?")
        _ask_room(database)
        return f"at {version}"

    return ask


def _ask_room(database: db.Database) -> None:
    """Have a megabyte written aside: with a full disk it answers all the same, and takes no order."""
    try:
        with database.snapshot() as session:
            session.execute(_BY_DISK)
            session.execute(_ROOM)
    except OperationalError as error:
        if not isinstance(error.orig, ConfigurationLimitExceeded):  # temp_file_limit, which says nothing of the disk
            raise


def _ask_catalog() -> str:
    stores.catalog().command("ping")
    stores.catalog()["products"].find_one({"_id": ""}, {"_id": 1})  # by its id: any at all, and some engines read all
    return "answers"


def _ask_redis() -> str:
    stores.redis().set(_WRITTEN, "", ex=60)  # it answers also when it is full, or copies another
    try:
        policy = str(stores.redis().config_get("maxmemory-policy").get("maxmemory-policy"))
    except ResponseError:  # as where others run it
        return "answers, and does not tell its maxmemory-policy, which must be noeviction"
    if policy != "noeviction":
        raise _Unwell(f"maxmemory-policy is {policy}; sessions and queues need noeviction")
    return "answers"


def _ask_cache() -> str:
    stores.cache().set(_WRITTEN, "", ex=60)
    return "answers"


def _ask_s3() -> str:
    stores.s3().head_bucket(Bucket=stores.bucket())
    return "answers"


def _ask_queue() -> str:
    lag = _lag(~IS_PICTURE)
    if lag > LAG_LIMIT_SECONDS:
        raise _Unwell(f"the oldest job has waited {lag:.0f} s; is a worker running?")
    _ask_beat()
    return f"{lag:.0f} s behind"


def beat() -> None:
    """Note that the clock runs and a worker does what it starts: without either, nothing waits in a shop at rest."""
    stores.redis().set(_BEAT, clock.now().isoformat())


def _ask_beat() -> None:
    try:
        last = stores.redis().get(_BEAT)
    except RedisError:
        return  # which its own check says
    if not isinstance(last, bytes):
        raise _Unwell("nothing that the clock starts was done yet; do the clock and a worker run?")
    silence = (clock.now() - datetime.fromisoformat(last.decode())).total_seconds()
    if silence > LAG_LIMIT_SECONDS:
        raise _Unwell(f"nothing that the clock starts was done for {silence:.0f} s; do the clock and a worker run?")


def _ask_pictures() -> str:
    lag = _lag(IS_PICTURE)
    if lag > LAG_LIMIT_SECONDS and not pictures_go_on(clock.now() - timedelta(seconds=LAG_LIMIT_SECONDS)):
        raise _Unwell(f"the oldest has waited {lag:.0f} s, and none is worked on; is their worker running?")
    return f"{lag:.0f} s behind"


def _lag(which: ColumnElement[bool]) -> float:
    """Return for how many seconds the oldest of these jobs is due that nobody works on."""
    moment = clock.now()
    waits = OrdersOutbox.done_at.is_(None) & OrdersOutbox.failed_at.is_(None) & (OrdersOutbox.due_at < moment)
    is_free = func.coalesce(OrdersOutbox.leased_until, moment) <= moment
    with db.orders.reading() as session:
        oldest = session.scalar(select(func.min(OrdersOutbox.due_at)).where(waits, is_free, which))
    return (moment - oldest).total_seconds() if oldest else 0


def _ask_settings() -> str:
    settings = config.current()
    taxed = "with" if settings.prices_include_tax else "without"
    return f"{settings.env}, {settings.origin}, prices in {settings.currency} {taxed} tax"


def _ask_shape() -> str:
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - alembic is for operators, not for every page

    from app.migrate import alembic_config  # noqa: PLC0415 - as above

    for database in db.BOTH:
        head = ScriptDirectory.from_config(alembic_config(database)).get_current_head()
        with database.reading() as session:
            found = session.execute(_VERSION).scalar_one_or_none()
        if found != head:
            raise _Unwell(f"{database.name} is at {found}, this release needs {head}")
    return "as this release needs it"


def _ask_clock() -> str:
    with db.orders.reading() as session:
        theirs = session.execute(select(func.clock_timestamp())).scalar_one()
    off = abs((clock.now() - theirs).total_seconds())
    if off > CLOCK_LIMIT_SECONDS:
        raise _Unwell(f"this machine's clock and the database's differ by {off:.0f} s")
    return f"{off * 1000:.0f} ms from the database's"


def _ask_failed() -> str:
    if failed := failed_jobs(_COUNTED + 1):
        count = len(failed) if len(failed) <= _COUNTED else f"more than {_COUNTED}"
        raise _Unwell(f"{count} jobs gave up, the latest {failed[0].name}")
    refused = select(OrdersOutbox.error).where(is_refused(OrdersOutbox))
    with db.orders.reading() as session:
        reason = session.scalar(refused.order_by(OrdersOutbox.id.desc()).limit(1))
    if reason:  # jobs wait for a week, and with a wrong key all that long in vain
        raise _Unwell(f"none yet, but {reason}")
    return "none"


_ADVICE = {
    "customers": "Check SHOP_CUSTOMERS_URL, that PostgreSQL runs and its disk has room, and run `flask shop migrate`.",
    "orders": "Check SHOP_ORDERS_URL, that PostgreSQL runs and its disk has room, and run `flask shop migrate`.",
    "catalog": "Check SHOP_CATALOG_URL and that MongoDB runs.",
    "redis": "Check SHOP_REDIS_URL; it needs room, and `maxmemory-policy noeviction`. Nobody can sign in meanwhile.",
    "cache": "Check SHOP_CACHE_URL. Pages are made anew each time meanwhile.",
    "s3": "Check the SHOP_S3_… settings and that the bucket exists. Pictures and labels are missing meanwhile.",
    "queue": "Start a worker (`python -m app.tasks.worker`) and the scheduler (`python -m app.tasks.scheduler`).",
    "pictures": "Start a worker for pictures (`python -m app.tasks.worker --pictures`); what staff sent waits for it.",
    "shape": "Run `flask shop migrate` with the owner's role.",
    "clock": "Set the clock by NTP: codes of authenticators and signatures depend on it.",
    "failed jobs": "Look at /admin/jobs/ for their reasons, and have them tried again. A setting that is refused "
    "is to be corrected first; then start web, workers and clock anew. What waits goes by itself within the hour, "
    "or at once by `flask shop fsck --mend --only jobs.refused`.",
}
