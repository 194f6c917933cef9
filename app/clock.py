"""What time it is. The one place that reads the clock, so that a test can set it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from app import config

_frozen: datetime | None = None


def now() -> datetime:
    """Return the time in UTC, aware."""
    return _frozen or datetime.now(UTC)


def today() -> date:
    """Return the day it is in store time."""
    return day_of(now())


def day_of(moment: datetime) -> date:
    """Return the day on which a moment is in store time."""
    return moment.astimezone(ZoneInfo(config.current().timezone)).date()


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Hold the clock at `moment` while the block runs. For tests."""
    global _frozen
    before, _frozen = _frozen, moment
    try:
        yield
    finally:
        _frozen = before
