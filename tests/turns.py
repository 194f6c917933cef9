"""Two or more services at once, statement by statement, in an order drawn from a seed.

Before each statement and each commit a thread waits for its turn. The next turn is drawn when every thread waits for
one, has ended, or is blocked by another's lock, so that every order of statements which the database allows can come.
"""

import random
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from flask import Flask
from sqlalchemy import event

from app import db
from app.errors import ShopError


def at_once(app: Flask, seed: int, *acts: Callable[[], object]) -> list[object]:
    """Run `acts` with their statements mixed; return what each returned or how it was refused. Other errors raise."""
    turns = _Turns(seed, len(acts))
    outcomes: list[Any] = [None] * len(acts)

    def run(number: int, act: Callable[[], object]) -> None:
        turns.name(number)
        try:
            with app.app_context():
                outcomes[number] = act()
        except ShopError as refusal:
            outcomes[number] = refusal
        except Exception as error:  # noqa: BLE001 - raised below, where the test sees it
            outcomes[number] = error
        finally:
            turns.end(number)

    with turns.listening():
        threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    for outcome in outcomes:
        if isinstance(outcome, Exception) and not isinstance(outcome, ShopError):
            raise outcome
    return outcomes


def refusals(outcomes: Sequence[object]) -> list[ShopError]:
    """Return those that were refused."""
    return [outcome for outcome in outcomes if isinstance(outcome, ShopError)]


class _Turns:
    def __init__(self, seed: int, count: int) -> None:
        self._random = random.Random(seed)
        self._changed = threading.Condition()
        self._local = threading.local()
        self._running: set[int] = set(range(count))
        self._waiting: set[int] = set()
        self._next: int | None = None
        self._pids: dict[int, int] = {}

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Listen to the database while the block runs."""
        engine = db.orders.engine
        url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(url, autocommit=True) as self._watch:
            event.listen(engine, "before_cursor_execute", self._before_statement)
            event.listen(engine, "commit", self._before_commit)
            try:
                yield
            finally:
                event.remove(engine, "before_cursor_execute", self._before_statement)
                event.remove(engine, "commit", self._before_commit)

    def name(self, number: int) -> None:
        """Say which thread this is."""
        self._local.number = number

    def end(self, number: int) -> None:
        """Say that a thread has ended."""
        with self._changed:
            self._running.discard(number)
            self._changed.notify_all()

    def _before_statement(self, connection: Any, *_: Any) -> None:
        self._wait_for_turn(connection)

    def _before_commit(self, connection: Any) -> None:
        self._wait_for_turn(connection)

    def _wait_for_turn(self, connection: Any) -> None:
        number = getattr(self._local, "number", None)
        if number is None:
            return
        with self._changed:
            self._pids[number] = connection.connection.dbapi_connection.info.backend_pid
            self._running.discard(number)
            self._waiting.add(number)
            while self._next != number:
                self._draw()
                if self._next != number:
                    self._changed.wait(0.01)
            self._next = None
            self._waiting.discard(number)
            self._running.add(number)
            self._changed.notify_all()

    def _draw(self) -> None:
        if self._next is None and all(self._is_blocked(number) for number in self._running):
            self._next = self._random.choice(sorted(self._waiting))
            self._changed.notify_all()

    def _is_blocked(self, number: int) -> bool:
        """Whether a thread waits for a lock that another holds."""
        row = self._watch.execute(
            "SELECT cardinality(pg_blocking_pids(%s)) > 0", [self._pids.get(number, 0)]
        ).fetchone()
        return bool(row and row[0])
