"""How often one shopper may do a thing: `@limiter.limit("60/minute")` on a view.

Counted in Redis; while that is down each process counts for itself, and nobody is refused because of it.
"""

from flask import Flask, request
from flask_limiter import Limiter

from app import config
from app.blueprints._access import shopper
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
    """Install the limits."""
    settings: config.Config = app.extensions["config"]
    app.config["RATELIMIT_STORAGE_URI"] = settings.redis_url
    limiter.init_app(app)
