"""What addresses among the settings look like: a half-typed one is told at the start, not at its first use."""

from urllib.parse import urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

_USUAL_PORTS = {"http": 80, "https": 443}


def is_origin(text: str) -> bool:
    """Whether it is written as browsers write it in `Origin`, with which it is compared."""
    if not is_web(text):
        return False
    parts = urlsplit(text)
    return parts.port != _USUAL_PORTS[parts.scheme] and text == f"{parts.scheme}://{parts.netloc}".lower()


def is_web(text: str) -> bool:
    """Whether it leads to a host by http or https."""
    return text.startswith(("http://", "https://")) and _has_host(text)


def _has_host(text: str) -> bool:
    """Whether an address names a host, and its port, if it has one, is a number."""
    try:
        parts = urlsplit(text)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def is_postgresql(text: str) -> bool:
    """Whether it names a database of PostgreSQL."""
    try:
        return text.startswith("postgresql://") and bool(make_url(text).database)
    except (ArgumentError, ValueError):
        return False


def is_redis(text: str) -> bool:
    """Whether it names a host with Redis."""
    return text.startswith(("redis://", "rediss://")) and _has_host(text)


def is_mongo(text: str) -> bool:
    """Whether it names one database of MongoDB; of several hosts, maybe. A password with / in it makes more parts."""
    parts = text.partition("?")[0].rstrip("/").split("/")
    return parts[0] in {"mongodb:", "mongodb+srv:"} and len(parts) == 4 and bool(parts[3])
