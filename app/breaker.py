"""A circuit breaker: after a few failures in a row a company is left alone for a while, so that nobody waits for it.

Per process and in memory; losing it costs a few slow calls.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from app import clock
from app.errors import Unavailable


class Breaker:
    """Opens after `failures` calls in a row that ended in Unavailable, for `pause`; then lets one call try again.

    Of that, `answers` are the kinds that only a company which is there can give; they count for nothing.
    """

    def __init__(
        self,
        name: str,
        *,
        failures: int = 5,
        pause: timedelta = timedelta(seconds=20),
        answers: tuple[type[Unavailable], ...] = (),
    ) -> None:
        self._name = name
        self._answers = answers
        self._limit = failures
        self._pause = pause
        self._failed = 0
        self._open_until: datetime | None = None
        self._lock = threading.Lock()

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Run a call: raise Unavailable at once while open, count what the call does otherwise."""
        with self._lock:
            is_try = self._open_until is not None
            if self._open_until is not None:
                if timedelta() < self._open_until - clock.now() <= self._pause:  # longer, where the clock was set back
                    raise Unavailable(f"{self._name} does not answer at the moment. Please try again in a minute.")
                self._open_until = clock.now() + self._pause  # for all others, until this call has an answer
        try:
            yield
        except BaseException as error:
            with self._lock:
                if isinstance(error, Unavailable) and not isinstance(error, self._answers):
                    self._failed += 1
                    if self._failed >= self._limit:
                        self._open_until = clock.now() + self._pause
                elif is_try:
                    self._open_until = clock.now()  # it found out nothing: the next call tries
            raise
        with self._lock:
            self._failed, self._open_until = 0, None

    def reset(self) -> None:
        """Close it. For tests, which make a company fail on purpose."""
        with self._lock:
            self._failed, self._open_until = 0, None
