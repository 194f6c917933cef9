"""The state of what pages show, read at most once a second in each process."""

import threading
import time

from flask import Flask, current_app
from pymongo.errors import PyMongoError
from sqlalchemy.exc import OperationalError

from app import clock
from app.services import catalog, inventory
from app.services.catalog import State

_FRESH = 1.0  # seconds; with the time a page takes, a change shows within two
_SHELVES_FRESH = 60.0  # seconds that the frame of a page outside the catalogue may lag behind
_REST_AFTER_FAILURE = 10.0


class Known:
    """What one app in this process last read."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.state: State | None = None
        self.failure: Exception | None = None
        self.read_at = float("-inf")
        self.shelves: list[catalog.Collection] = []
        self.shelves_of = ""
        self.shelves_at = 0.0

    def fresh(self) -> State | None:
        """Return the state when it was read within the second; asks no store."""
        return self.state if time.monotonic() - self.read_at <= _FRESH else None


def state() -> State:
    """Return the state of the catalogue and the stock, at most a second old; raise what a store raises that is down."""
    known = known_of(current_app)
    with known.lock:
        if time.monotonic() - known.read_at > _FRESH:
            known.state, known.failure = None, None
            try:
                asked_at = time.monotonic()
                known.state = State(catalog.generation(), inventory.generation(), clock.today().isoformat())
                known.read_at = asked_at
            except (PyMongoError, OperationalError) as error:
                # Whoever waits behind the lock is told the same at once, rather than waiting for the store in turn.
                known.failure, known.read_at = error, time.monotonic()
        if known.state is None:
            raise known.failure or RuntimeError("the state of the shop was not read")
        return known.state


def known_of(app: Flask) -> Known:
    """Return what this process knows for an app."""
    known: Known = app.extensions.setdefault("page_state", Known())
    return known


def shelves(at: State | None = None) -> list[catalog.Collection]:
    """Return the published collections as they are in a state; without one, as this process last knew them.

    Without a state it never raises: what is known, or nothing, while the catalogue is down.
    """
    known = known_of(current_app)
    if at is None:
        return _last_known(known)
    if known.shelves_of != at.catalog:
        found = catalog.collections()
        known.shelves, known.shelves_of, known.shelves_at = found, at.catalog, time.monotonic()
    return known.shelves


def _last_known(known: Known) -> list[catalog.Collection]:
    if known.shelves_at == 0.0 or time.monotonic() - known.shelves_at > _SHELVES_FRESH:
        try:
            known.shelves, known.shelves_at = catalog.collections(), time.monotonic()
        except PyMongoError:
            known.shelves_at = time.monotonic() - _SHELVES_FRESH + _REST_AFTER_FAILURE
    return known.shelves
