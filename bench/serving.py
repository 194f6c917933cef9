"""How each candidate server is started, all with as many processes and threads as it can have.

waitress and cheroot have one process each, however many are asked for.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass

PRODUCTION = "granian"  # docs/decisions says why


@dataclass(frozen=True)
class Size:
    """How many processes a server has, and how many threads each of them."""

    processes: int = 2
    threads: int = 8


def command(server: str, application: str, origin: str, size: Size) -> list[str]:
    """Return the command that serves `application` (module:name) at `origin`, a port of loopback."""
    return [sys.executable, *_COMMANDS[server](application, int(origin.rpartition(":")[2]), size)]


def _granian(application: str, port: int, size: Size) -> list[str]:
    options = [
        *("--host", "127.0.0.1", "--port", str(port), "--no-ws", "--log-level", "warning"),
        *("--workers", str(size.processes), "--blocking-threads", str(size.threads)),
    ]
    if application == "wsgi:app":
        return ["-m", "app.serve", *options]
    return ["-m", "granian", "--interface", "wsgi", *options, application]


def _gunicorn(application: str, port: int, size: Size) -> list[str]:
    return [
        *("-m", "gunicorn", "--worker-class", "gthread", "--workers", str(size.processes), "--keep-alive", "60"),
        *("--threads", str(size.threads), "--bind", f"127.0.0.1:{port}", "--log-level", "warning"),
        application,
    ]


def _uvicorn(application: str, port: int, size: Size) -> list[str]:
    return [
        *("-m", "uvicorn", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)),
        *("--workers", str(size.processes), "--no-access-log", "--log-level", "error"),
        application,
    ]


def _waitress(application: str, port: int, size: Size) -> list[str]:
    return ["-m", "waitress", f"--listen=127.0.0.1:{port}", f"--threads={size.threads}", application]


def _cheroot(application: str, port: int, size: Size) -> list[str]:
    return ["-m", "cheroot", "--bind", f"127.0.0.1:{port}", "--threads", str(size.threads), application]


_COMMANDS: dict[str, Callable[[str, int, Size], list[str]]] = {
    "granian": _granian,
    "gunicorn": _gunicorn,
    "uvicorn": _uvicorn,
    "waitress": _waitress,
    "cheroot": _cheroot,
}
SERVERS = tuple(_COMMANDS)
