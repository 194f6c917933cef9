"""What goes by on the wire, in units that can be held back, and the name of the step that each of them is.

A step's name is what it does to what: "INSERT orders", "COMMIT settle", "stripe POST /v1/refunds", "redis push".
"""

import re
import struct
from abc import ABC, abstractmethod
from functools import lru_cache
from itertools import pairwise

Unit = tuple[str, bytes]  # the step's name, or "", and what is sent

_SSL, _GSS, _CANCEL = 80877103, 80877104, 80877102
_WRITE = re.compile(r"\s*(INSERT INTO|UPDATE|DELETE FROM) (\w+)", re.IGNORECASE)
_LOCK = re.compile(r"\bFROM (\w+).*\bFOR UPDATE\b", re.IGNORECASE | re.DOTALL)
_END = re.compile(r"\s*(BEGIN|COMMIT|ROLLBACK)\b(?! TO)", re.IGNORECASE)
# What a transaction is, by the first of its writes that stands in this list.
_KINDS = {
    "INSERT orders": "place",
    "INSERT refunds": "ask refund",
    "INSERT shipments": "ship",
    "UPDATE orders": "settle",
    "INSERT label_attempts": "want label",
    "UPDATE shipments": "have label",
    "UPDATE label_attempts": "ask for label",
    "INSERT messages": "write mail",
    "UPDATE messages": "mark mail",
    "UPDATE refunds": "refund",
    "INSERT webhook_inbox": "receive",
    "INSERT payments": "pay again",
    "UPDATE payments": "charge",
    "UPDATE webhook_inbox": "verdict",
    "UPDATE outbox": "job",
}
_IDS = re.compile(r"/(?:[a-z]+_)?[A-Za-z0-9_]*\d[A-Za-z0-9_]{9,}|/[0-9a-f-]{32,}")


class Reading(ABC):
    """Cuts one direction of one connection into units."""

    @abstractmethod
    def feed(self, data: bytes) -> list[Unit]:
        """Take what came; return what is whole."""


class Postgres(Reading):
    """The frontend's side of PostgreSQL's protocol: https://www.postgresql.org/docs/current/protocol-flow.html."""

    def __init__(self) -> None:
        self._rest = b""
        self._has_started = False
        self._statements: dict[bytes, str] = {}
        self._writes: list[str] = []

    def feed(self, data: bytes) -> list[Unit]:
        """Take what came; return its whole messages, those without a name joined."""
        buffer, at, units = self._rest + data, 0, [0]
        names = [""]
        while (length := self._length(buffer, at)) and at + length <= len(buffer):
            name = self._read(buffer[at : at + length])
            if name:
                units.append(at)
                names.append(name)
            at += length
        self._rest = buffer[at:]
        cuts = pairwise([*units, at])
        return [(name, buffer[start:end]) for name, (start, end) in zip(names, cuts, strict=True) if end > start]

    def _length(self, buffer: bytes, at: int) -> int:
        """Return how long the message that begins at `at` is; 0 while that is unknown."""
        first = at if not self._has_started else at + 1
        if len(buffer) < first + 4:
            return 0
        length: int = struct.unpack_from("!i", buffer, first)[0]
        return length + first - at

    def _read(self, message: bytes) -> str:
        if not self._has_started:
            code = struct.unpack_from("!i", message, 4)[0]
            self._has_started = code not in {_SSL, _GSS, _CANCEL}
            return ""
        match message[:1]:
            case b"Q":
                return self._name(message[5:-1].decode(errors="replace"))
            case b"P":
                name, text, _ = message[5:].split(b"\0", 2)
                self._statements[name] = text.decode(errors="replace")
            case b"B":
                name = message[5:].split(b"\0", 2)[1]
                return self._name(self._statements.get(name, ""))
        return ""

    def _name(self, statement: str) -> str:
        name = name_of(statement)
        if name in {"BEGIN", "ROLLBACK"}:
            self._writes = []
            return ""
        if name == "COMMIT":
            writes, self._writes = self._writes, []
            kind = next((kind for write, kind in _KINDS.items() if write in writes), "")
            return f"COMMIT {kind}" if kind else ""
        if name and not name.startswith("LOCK"):
            self._writes.append(name)
        return name


@lru_cache(maxsize=4096)
def name_of(statement: str) -> str:
    """Return what a statement does to which table; nothing for one that only reads."""
    if found := _END.match(statement):
        return found[1].upper()
    if found := _WRITE.match(statement):
        return f"{found[1].split()[0].upper()} {found[2]}"
    if found := _LOCK.search(statement):
        return f"LOCK {found[1]}"
    return ""


class Http(Reading):
    """Requests: a head is a unit with a name, a body goes by as it comes."""

    def __init__(self) -> None:
        self._head = b""
        self._body = 0

    def feed(self, data: bytes) -> list[Unit]:
        """Take what came; return heads, and what there is of bodies."""
        units: list[Unit] = []
        while data:
            if self._body:
                part, data = data[: self._body], data[self._body :]
                self._body -= len(part)
                units.append(("", part))
                continue
            self._head += data
            head, end, data = self._head.partition(b"\r\n\r\n")
            if not end:
                return units
            self._head = b""
            units.append((_request(head), head + end))
            length = re.search(rb"\r\ncontent-length:\s*(\d+)", head, re.IGNORECASE)
            self._body = int(length[1]) if length else 0
        return units


def _request(head: bytes) -> str:
    method, path, _ = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ", 2)
    path = _IDS.sub("/…", path.partition("?")[0])
    company, _, rest = path.removeprefix("/").partition("/")
    if rest.startswith(("pay/", "3ds/")):  # the customer's own steps, not ours
        return ""
    return f"{company} {method} /{rest}" if company in {"stripe", "ups", "sendgrid"} else f"s3 {method}"


class Redis(Reading):
    """Commands as they come: all that matters is whether a job is handed over."""

    def feed(self, data: bytes) -> list[Unit]:
        """Take what came, as one unit."""
        return [("redis push" if b"rq:queue" in data and b"PUSH" in data.upper() else "", data)]
