"""Everything the stand-ins remember: JSON bodies in one SQLite file, so that a restart changes nothing.

One connection behind one lock: calls are short, so they take turns, and every transaction sees the one before it.
Keys of a body that begin with `_` are the stand-in's own and are never shown.
"""

import json
import os
import sqlite3
import string
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Body = dict[str, Any]

SCHEMA = """
CREATE TABLE IF NOT EXISTS bodies (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, created REAL NOT NULL,
    body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS bodies_kind ON bodies (kind, seq);
CREATE INDEX IF NOT EXISTS bodies_created ON bodies (kind, created);
CREATE INDEX IF NOT EXISTS bodies_intent ON bodies (kind, json_extract(body, '$.payment_intent'))
    WHERE json_extract(body, '$.payment_intent') IS NOT NULL;
CREATE INDEX IF NOT EXISTS bodies_charge ON bodies (kind, json_extract(body, '$.charge'))
    WHERE json_extract(body, '$.charge') IS NOT NULL;
CREATE INDEX IF NOT EXISTS bodies_payment ON bodies (kind, json_extract(body, '$.metadata.payment'))
    WHERE json_extract(body, '$.metadata.payment') IS NOT NULL;
CREATE INDEX IF NOT EXISTS bodies_open ON bodies (json_extract(body, '$.expires_at'))
    WHERE kind = 'checkout.session' AND json_extract(body, '$.status') = 'open';
CREATE INDEX IF NOT EXISTS bodies_ends ON bodies (json_extract(body, '$._ends'))
    WHERE json_extract(body, '$._ends') IS NOT NULL;
CREATE INDEX IF NOT EXISTS bodies_later ON bodies (kind) WHERE json_extract(body, '$._later') != '';
CREATE TABLE IF NOT EXISTS answers (
    key TEXT PRIMARY KEY, request TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL, created REAL NOT NULL);
CREATE TABLE IF NOT EXISTS exchanges (seq INTEGER PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS levers (name TEXT PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS deliveries (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, company TEXT NOT NULL, event TEXT NOT NULL, type TEXT NOT NULL,
    url TEXT NOT NULL, body TEXT NOT NULL, status TEXT NOT NULL DEFAULT 'waiting', attempts INTEGER NOT NULL DEFAULT 0,
    due REAL NOT NULL, answer TEXT NOT NULL DEFAULT '');
CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (due) WHERE status = 'waiting';
CREATE INDEX IF NOT EXISTS deliveries_waiting ON deliveries (company, seq) WHERE status = 'waiting';
CREATE INDEX IF NOT EXISTS deliveries_event ON deliveries (event);
"""

_connection: sqlite3.Connection
_lock = threading.RLock()
_depth = 0
_after_commit: list[Callable[[], None]] = []
_LETTERS = (string.ascii_letters + string.digits).encode()
# Every byte becomes a letter: faster than a choice for each, and even enough for ids.
_AS_LETTER = bytes(_LETTERS[byte % len(_LETTERS)] for byte in range(256))


def open_file(path: Path) -> None:
    """Open, and on the first start make, the file that holds all state."""
    global _connection
    _connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    _connection.execute("PRAGMA journal_mode = WAL")
    # NORMAL survives `kill -9` of this process; only a power cut may lose the last moments.
    _connection.execute("PRAGMA synchronous = NORMAL")
    _connection.execute("PRAGMA wal_autocheckpoint = 8000")
    _connection.executescript(SCHEMA)


@contextmanager
def transaction() -> Iterator[None]:
    """Keep all that is written inside, or none of it. A transaction inside another joins it."""
    global _depth
    with _lock:
        if _depth == 0:
            _connection.execute("BEGIN IMMEDIATE")
        _depth += 1
        try:
            yield
        except BaseException:
            _depth -= 1
            if _depth == 0:
                _connection.execute("ROLLBACK")
                _after_commit.clear()
            raise
        _depth -= 1
        if _depth == 0:
            _connection.execute("COMMIT")
            calls = _after_commit[:]
            _after_commit.clear()
            for call in calls:
                call()


def after_commit(call: Callable[[], None]) -> None:
    """Call when the open transaction has been kept."""
    if call not in _after_commit:
        _after_commit.append(call)


def query(sql: str, *values: Any) -> list[Any]:
    """Run one statement and give its rows."""
    with _lock:
        return _connection.execute(sql, values).fetchall()


def new_id(prefix: str, length: int = 24) -> str:
    """Make an id in Stripe's style: the prefix and random letters."""
    return prefix + os.urandom(length).translate(_AS_LETTER).decode()


def new_number(length: int) -> str:
    """Make random digits."""
    return "".join(str(byte % 10) for byte in os.urandom(length))


def now() -> int:
    """Give the time in whole seconds since 1970, as far ahead as the lever `clock` says."""
    rows = query("SELECT body FROM levers WHERE name = 'clock'")
    return int(time.time()) + (int(rows[0][0]) if rows else 0)


def today() -> tuple[int, int, int]:
    """Give the year, month and day in UTC."""
    return time.gmtime()[:3]


def put(kind: str, body: Body) -> Body:
    """Write a body under its `id`, new or changed."""
    text = json.dumps(body, separators=(",", ":"))
    query(
        "INSERT INTO bodies (id, kind, created, body) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET body = excluded.body",
        body["id"], kind, body.get("created") or time.time(), text,
    )  # fmt: skip
    return body


def find(kind: str, key: str) -> Body | None:
    """Give the body with this id, or None."""
    rows = query("SELECT body FROM bodies WHERE id = ? AND kind = ?", key, kind)
    return json.loads(rows[0][0]) if rows else None


def find_all(kind: str, where: str = "", *values: Any, limit: int = 1000, newest_first: bool = True) -> list[Body]:
    """Give the bodies of a kind that match a condition in SQL; `field('status')` names a field of the body."""
    order = "DESC" if newest_first else "ASC"
    condition = f" AND {where}" if where else ""
    rows = query(
        f"SELECT body FROM bodies WHERE kind = ?{condition} ORDER BY seq {order} LIMIT ?", kind, *values, limit
    )
    return [json.loads(row[0]) for row in rows]


def find_due(kind: str, index: str, where: str, *values: Any) -> list[Body]:
    """Give the bodies of a kind that match, through an index that holds only few: for what is asked every second."""
    rows = query(f"SELECT body FROM bodies INDEXED BY {index} WHERE kind = '{kind}' AND {where}", *values)
    return [json.loads(row[0]) for row in rows]


def position(key: str) -> int | None:
    """Give the place of a body in the order of making, or None when there is no such body."""
    rows = query("SELECT seq FROM bodies WHERE id = ?", key)
    return rows[0][0] if rows else None


def field(path: str) -> str:
    """Give the SQL expression for a field of a body, as the indexes spell it."""
    return f"json_extract(body, '$.{path}')"


def forget_everything() -> None:
    """Empty every table."""
    with transaction():
        query("DELETE FROM bodies WHERE kind != 'ups.token'")  # clients keep their tokens
        for table in ("answers", "levers", "deliveries", "exchanges"):
            query(f"DELETE FROM {table}")
