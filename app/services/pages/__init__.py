"""Whole pages, kept in Redis for everybody who asks for the same thing while nothing has changed.

The one rule: a page's key holds the state of the catalogue and the stock that was read before the page was made, and
the day, so a page is never found once it is old. Losing every page costs only the making of them.
"""

import logging
import time
from collections.abc import Callable
from hashlib import sha256
from typing import cast

from redis.exceptions import RedisError

from app import stores
from app.services.catalog import State
from app.services.pages.packing import Packed
from app.services.pages.reading import Known, known_of, shelves, state

__all__ = ["Known", "Packed", "State", "fetch", "known_of", "shelves", "state"]

log = logging.getLogger(__name__)

_KEPT = 600  # seconds; nobody asks for an old state again, so this only bounds what lies about
_MAKING = 3000  # milliseconds that one process may take before another tries
_LOOK_EVERY = 0.02  # seconds
_REST_AFTER_FAILURE = 5.0  # seconds in which Redis is not asked again, so that a dead one does not slow every page
_rests_until = 0.0


def fetch(parts: list[str], make: Callable[[], Packed]) -> Packed:
    """Return the page that `parts` name, made by `make` unless it is kept. Of many who ask at once, one makes it."""
    key = f"page:{sha256(chr(0).join(parts).encode()).hexdigest()}"
    if time.monotonic() < _rests_until:
        return make()
    try:
        kept = _find_or_claim(key)
    except RedisError as error:
        _rest(error)
        return make()
    if kept is not None:
        return Packed.from_bytes(kept)
    try:
        page = make()
    except BaseException:
        _release(key)
        raise
    _keep(key, page.to_bytes())
    return page


def _find_or_claim(key: str) -> bytes | None:
    """Return the page, or None when it is ours to make: nobody else is at it, or they take too long."""
    cache = stores.cache()
    deadline = time.monotonic() + _MAKING / 1000
    while True:
        found = cast(bytes | None, cache.get(key))
        if found is not None or time.monotonic() > deadline:
            return found
        if cache.set(f"{key}:making", b"1", nx=True, px=_MAKING):
            found = cast(bytes | None, cache.get(key))  # whoever made it may have ended between the two questions
            if found is not None:
                cache.delete(f"{key}:making")
            return found
        time.sleep(_LOOK_EVERY)


def _keep(key: str, body: bytes) -> None:
    try:
        pipeline = stores.cache().pipeline(transaction=False)
        pipeline.set(key, body, ex=_KEPT)
        pipeline.delete(f"{key}:making")
        pipeline.execute()
    except RedisError as error:
        _rest(error)


def _release(key: str) -> None:
    try:
        stores.cache().delete(f"{key}:making")
    except RedisError as error:
        _rest(error)


def _rest(error: RedisError) -> None:
    global _rests_until
    _rests_until = time.monotonic() + _REST_AFTER_FAILURE
    log.warning("the cache does not answer; pages are made anew", extra={"reason": str(error)})
