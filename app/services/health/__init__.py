"""Whether the engines answer. Owns no rows; each check asks its engine something real within its client's time budget."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import func, select, text

from app import clock, db, stores
from app.queue import OrdersOutbox

LAG_LIMIT_SECONDS = 300


@dataclass(frozen=True)
class Check:
    """What one engine said. `is_needed`: without it the shop cannot sell."""

    name: str
    is_well: bool
    is_needed: bool
    milliseconds: float
    says: str


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


def _ask(name: str, question: Callable[[], str], *, is_needed: bool = True) -> Check:
    started = time.perf_counter()
    try:
        says, is_well = question(), True
    except Exception as error:  # noqa: BLE001 - whatever an engine throws is the answer
        says, is_well = f"{type(error).__name__}: {error}".splitlines()[0][:200], False
    return Check(name, is_well, is_needed, round((time.perf_counter() - started) * 1000, 1), says)


def _ask_sql(database: db.Database) -> Callable[[], str]:
    def ask() -> str:
        with database.reading() as session:
            return f"at {session.execute(text('SELECT version_num FROM alembic_version')).scalar_one()}"

    return ask


def _ask_catalog() -> str:
    stores.catalog().command("ping")
    stores.catalog()["products"].find_one({}, {"_id": 1})
    return "answers"


def _ask_redis() -> str:
    stores.redis().ping()
    policy = str(stores.redis().config_get("maxmemory-policy").get("maxmemory-policy"))
    if policy != "noeviction":
        raise RuntimeError(f"maxmemory-policy is {policy}; sessions and queues need noeviction")
    return "answers"


def _ask_cache() -> str:
    stores.cache().ping()
    return "answers"


def _ask_s3() -> str:
    stores.s3().head_bucket(Bucket=stores.bucket())
    return "answers"


def _ask_queue() -> str:
    with db.orders.reading() as session:
        oldest = session.execute(
            select(func.min(OrdersOutbox.due_at)).where(
                OrdersOutbox.done_at.is_(None), OrdersOutbox.failed_at.is_(None)
            )
        ).scalar()
    lag = (clock.now() - oldest).total_seconds() if oldest else 0
    if lag > LAG_LIMIT_SECONDS:
        raise RuntimeError(f"the oldest job has waited {lag:.0f} s; is a worker running?")
    return f"{max(lag, 0):.0f} s behind"
