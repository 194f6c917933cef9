"""How often one shopper may do a thing: `@limiter.limit("60/minute")` on a view.

Counted in Redis; while that is down each process counts for itself, and nobody is refused because of it.
"""

from datetime import UTC, datetime, timedelta

from flask import Flask, Response, request
from flask_limiter import Limiter, RateLimitExceeded
from redis.exceptions import RedisError

from app import clock, config
from app.blueprints._access import shopper
from app.blueprints._pages import show_error
from app.errors import TooOften
from app.network import network_of

_LOOPBACK = {"127.0.0.1", "::1"}


def network() -> str:
    """Return the network that asks, to limit what each cart alone would not: `key_func=network`."""
    return network_of(request.remote_addr or "")


def _who() -> str:
    """Tell shoppers apart by their cart, and those without one by their network, which an office may share."""
    return shopper().cart_id or network()


limiter = Limiter(
    _who,
    storage_options={"socket_timeout": 1, "socket_connect_timeout": 1},
    in_memory_fallback_enabled=True,
    swallow_errors=True,
    key_prefix="limits",
)


@limiter.request_filter
def _is_this_machine() -> bool:
    """Let the machine itself through: health checks, measurements, tests. Nobody else can come from there."""
    return request.remote_addr in _LOOPBACK


def register(app: Flask) -> None:
    """Install the limits, and what is said to whom they refuse."""
    settings: config.Config = app.extensions["config"]
    app.config["RATELIMIT_STORAGE_URI"] = settings.redis_url
    limiter.init_app(app)
    app.register_error_handler(RateLimitExceeded, _refuse)


def _refuse(refusal: RateLimitExceeded) -> Response:
    """Say when the time ends in which it was too often."""
    return show_error(TooOften("That was too often in a short time.", again_at=_ends(refusal)))


def _ends(refusal: RateLimitExceeded) -> datetime:
    limit = limiter.current_limit
    try:
        if limit is not None:
            return datetime.fromtimestamp(limit.reset_at, UTC)
    except RedisError:  # it went down a moment ago; nothing is known but how long it can take
        pass
    return clock.now() + timedelta(seconds=refusal.limit.limit.get_expiry())
