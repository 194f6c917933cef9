"""Webhooks on their way to the shop: kept in the store, signed at each attempt, repeated until the shop says 2xx.

The levers bend the way: hold everything back, send twice, late, in the wrong order, with a stale or a false signature.
"""

import http.client
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

from standins import faults, settings, store

# Seconds before each further attempt. The companies go on for days; a laptop's day is shorter.
RETRIES = (1, 5, 30, 120, 600, 3600, 3600, 3600)
# Events sent in the wrong order wait until none has been added for this long, then leave last first.
QUIET_SECONDS = 1.0
NORMAL: dict[str, Any] = {"paused": False, "repeat": 1, "late": 0.0, "reverse": False, "stale": 0, "forged": False}

Sign = Callable[[str, int, bool], dict[str, str]]
_signers: dict[str, Sign] = {}
_wake = threading.Event()
_in_flight: set[int] = set()
_ticks: list[Callable[[], None]] = []


def sign_with(company: str, sign: Sign) -> None:
    """Sign a company's webhooks with `sign(body, timestamp, forged)`, which gives headers."""
    _signers[company] = sign


def each_second(tick: Callable[[], None]) -> None:
    """Call about every second: for what happens by the clock."""
    _ticks.append(tick)


def levers(company: str) -> dict[str, Any]:
    """Give how the webhooks of a company travel now."""
    ways: dict[str, Any] = NORMAL | faults.read(f"webhooks.{company}", {})
    return ways


def bend(company: str, **changes: Any) -> None:
    """Change how the webhooks of a company travel from now on."""
    faults.write(f"webhooks.{company}", levers(company) | changes)
    _wake.set()


def post(company: str, event: str, *, kind: str, path: str, body: str) -> None:
    """Queue one webhook in the open transaction; it leaves after the commit."""
    ways = levers(company)
    due = time.time() + float(ways["late"])
    if ways["reverse"]:
        due = max(due, time.time() + QUIET_SECONDS)
        store.query(
            "UPDATE deliveries SET due = ? WHERE company = ? AND status = 'waiting' AND attempts = 0", due, company
        )
    for _ in range(int(ways["repeat"])):
        _insert(company, event, kind=kind, url=settings.current().shop.rstrip("/") + path, body=body, due=due)
    store.after_commit(_wake.set)


def send_again(event: str) -> bool:
    """Queue one more copy of a webhook that was sent before, and say whether there was one."""
    rows = store.query("SELECT company, type, url, body FROM deliveries WHERE event = ? ORDER BY seq LIMIT 1", event)
    for company, kind, url, body in rows:
        _insert(company, event, kind=kind, url=url, body=body, due=time.time())
    _wake.set()
    return bool(rows)


def deliveries(limit: int = 200) -> list[dict[str, Any]]:
    """Give the latest deliveries with their fate, newest first."""
    names = ("seq", "company", "event", "type", "url", "status", "attempts", "due", "answer")
    rows = store.query(f"SELECT {', '.join(names)} FROM deliveries ORDER BY seq DESC LIMIT ?", limit)
    return [dict(zip(names, row, strict=True)) for row in rows]


def wait_until_idle() -> None:
    """Wait until no webhook is on the wire any more, for a few seconds at most."""
    give_up = time.monotonic() + 3
    while _in_flight and time.monotonic() < give_up:
        time.sleep(0.005)


def start() -> None:
    """Begin to deliver, in threads of this process."""
    threading.Thread(target=_dispatch, name="outbox", daemon=True).start()
    threading.Thread(target=_tick, name="clock", daemon=True).start()


def _insert(company: str, event: str, *, kind: str, url: str, body: str, due: float) -> None:
    store.query(
        "INSERT INTO deliveries (company, event, type, url, body, due) VALUES (?, ?, ?, ?, ?, ?)",
        company, event, kind, url, body, due,
    )  # fmt: skip


def _tick() -> None:
    while True:
        time.sleep(1)
        for tick in _ticks:
            tick()


def _dispatch() -> None:
    pool = ThreadPoolExecutor(4, "delivery")
    while True:
        _wake.clear()
        for company in _signers:
            ways = levers(company)
            if ways["paused"]:
                continue
            for row in _due(company, ways["reverse"]):
                _in_flight.add(row[0])
                if ways["reverse"]:
                    _deliver(company, ways, row)
                else:
                    pool.submit(_deliver, company, ways, row)
        _wake.wait(_pause())


def _due(company: str, last_first: bool) -> list[Any]:
    busy = set(_in_flight)  # read before the rows: what ends meanwhile is no longer due
    rows = store.query(
        "SELECT seq, url, body, attempts FROM deliveries WHERE status = 'waiting' AND company = ? AND due <= ?"
        f" ORDER BY seq {'DESC' if last_first else 'ASC'} LIMIT 100",
        company, time.time(),
    )  # fmt: skip
    return [row for row in rows if row[0] not in busy]


def _pause() -> float:
    rows = store.query("SELECT min(due) FROM deliveries WHERE status = 'waiting' AND due > ?", time.time())
    return min(max(rows[0][0] - time.time(), 0.0), 5.0) if rows[0][0] else 5.0


def _deliver(company: str, ways: dict[str, Any], row: tuple[int, str, str, int]) -> None:
    seq, url, body, attempts = row
    if not store.query("SELECT 1 FROM deliveries WHERE seq = ?", seq):  # forgotten while it waited for its turn
        _in_flight.discard(seq)
        return
    headers = _signers[company](body, int(time.time()) - int(ways["stale"]), bool(ways["forged"]))
    status, answer = _send(url, body, headers)
    if 200 <= status < 300:
        fate = "delivered"
    elif attempts < len(RETRIES):
        fate = "waiting"
    else:
        fate = "given up"
    wait = RETRIES[min(attempts, len(RETRIES) - 1)]
    store.query(
        "UPDATE deliveries SET status = ?, attempts = attempts + 1, due = ?, answer = ? WHERE seq = ?",
        fate, time.time() + wait, answer, seq,
    )  # fmt: skip
    _in_flight.discard(seq)
    _wake.set()


def _send(url: str, body: str, headers: dict[str, str]) -> tuple[int, str]:
    address = urlsplit(url)
    line = http.client.HTTPConnection(address.hostname or "127.0.0.1", address.port or 80, timeout=20)
    try:
        line.request("POST", address.path, body.encode(), {"Content-Type": "application/json", **headers})
        answer = line.getresponse()
        answer.read()
    except (OSError, http.client.HTTPException) as problem:
        return 0, str(problem) or type(problem).__name__
    else:
        return answer.status, f"{answer.status} {answer.reason}"
    finally:
        line.close()
