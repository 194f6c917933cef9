"""An HTTP/1.1 client that costs little: one thread, one selector, connections kept open.

The one rule: it takes far less of the machine than what it measures, and says how much it took.
"""

import gzip
import selectors
import socket
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

_PATIENCE = 30.0  # seconds for an answer
_CHUNK = 1 << 18
_HEAD_END = b"\r\n\r\n"
_LAST_CHUNK = b"0\r\n\r\n"


class Astray(Exception):
    """The answer is not the page that was meant."""


@dataclass(slots=True)
class Request:
    """What to send, where, and under which name its time is kept. `statuses` are the answers that are right."""

    name: str
    address: tuple[str, int]
    raw: bytes
    statuses: tuple[int, ...] = (200,)


@dataclass(slots=True)
class Answer:
    """What came back."""

    status: int
    head: bytes
    body: bytes  # as it came, maybe packed

    def unpacked(self) -> bytes:
        """Return the page itself."""
        return gzip.decompress(self.body) if self.header("content-encoding") == "gzip" else self.body

    def header(self, name: str) -> str:
        """Return a header's value, or nothing."""
        for line in self.head.split(b"\r\n"):
            key, _, value = line.partition(b":")
            if key.decode("latin-1").lower() == name:
                return value.strip().decode("latin-1")
        return ""


Walk = Generator[Request, Answer, None]  # one visit: yields requests, is sent their answers


@dataclass
class Tally:
    """What one turn brought. Times in seconds; `walks` are the times of whole visits."""

    seconds: float = 0.0
    cpu: float = 0.0
    requests: int = 0
    walks: list[float] = field(default_factory=list)
    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    failures: Counter[str] = field(default_factory=Counter)


class _Visitor:
    """One person with connections of their own, taking one walk after another."""

    def __init__(self, begin: Callable[[], Walk]) -> None:
        self.begin = begin
        self.walk: Walk
        self.walk_began = 0.0
        self.request: Request
        self.sent = 0.0
        self.sockets: dict[tuple[str, int], socket.socket] = {}
        self.received = bytearray()


def drive(begin: Callable[[], Walk], *, visitors: int, seconds: float) -> Tally:
    """Have so many visitors walk for so long, each sending a request as soon as the last is answered.

    Walks under way at the end are finished, and their time counts.
    """
    run = _Run(seconds)
    for _ in range(visitors):
        run.start_walk(_Visitor(begin))
    return run.finish()


class _Run:
    def __init__(self, seconds: float) -> None:
        self.tally = Tally()
        self.selector = selectors.DefaultSelector()
        self.busy: set[_Visitor] = set()
        self.cpu, self.started = time.process_time(), time.perf_counter()
        self.deadline = self.started + seconds

    def start_walk(self, visitor: _Visitor) -> None:
        """Begin a walk, unless the time is over."""
        if time.perf_counter() >= self.deadline:
            self.busy.discard(visitor)
            return
        self.busy.add(visitor)
        visitor.walk, visitor.walk_began = visitor.begin(), time.perf_counter()
        self._send(visitor, next(visitor.walk))

    def finish(self) -> Tally:
        """Carry answers to walks until the last walk ends; return what it brought."""
        while self.busy:
            ready = self.selector.select(_PATIENCE)
            if not ready:
                self.tally.failures["no answer"] += len(self.busy)
                break
            for key, _ in ready:
                self._receive(key.data, key.fileobj)
        self.tally.seconds = time.perf_counter() - self.started
        self.tally.cpu = time.process_time() - self.cpu
        for key in list(self.selector.get_map().values()):
            key.fileobj.close()
        self.selector.close()
        return self.tally

    def _send(self, visitor: _Visitor, request: Request) -> None:
        visitor.request, visitor.sent = request, time.perf_counter()
        visitor.received.clear()
        if request.address not in visitor.sockets:
            self._connect(visitor, request.address)
        visitor.sockets[request.address].sendall(request.raw)

    def _connect(self, visitor: _Visitor, address: tuple[str, int]) -> None:
        connection = socket.create_connection(address, _PATIENCE)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        visitor.sockets[address] = connection
        self.selector.register(connection, selectors.EVENT_READ, visitor)

    def _receive(self, visitor: _Visitor, connection: socket.socket) -> None:
        try:
            chunk = connection.recv(_CHUNK)
        except ConnectionError:
            chunk = b""
        if not chunk:
            self._lose(visitor, connection)
            return
        visitor.received += chunk
        answer = _parse(visitor.received)
        if answer is not None:
            self._answer(visitor, answer)

    def _lose(self, visitor: _Visitor, connection: socket.socket) -> None:
        """Forget a connection that the server closed; as browsers do, ask again on a new one."""
        self.selector.unregister(connection)
        connection.close()
        address = next(address for address, known in visitor.sockets.items() if known is connection)
        del visitor.sockets[address]
        if visitor in self.busy and visitor.request.address == address:
            self.tally.failures["connection lost"] += 1
            self._send(visitor, visitor.request)

    def _answer(self, visitor: _Visitor, answer: Answer) -> None:
        request = visitor.request
        self.tally.requests += 1
        self.tally.times[request.name].append(time.perf_counter() - visitor.sent)
        if answer.status not in request.statuses:
            self.tally.failures[f"{request.name}: {answer.status}"] += 1
            self.start_walk(visitor)
            return
        try:
            following = visitor.walk.send(answer)
        except Astray as reason:
            self.tally.failures[f"{request.name}: {reason}"] += 1
            self.start_walk(visitor)
        except StopIteration:
            self.tally.walks.append(time.perf_counter() - visitor.walk_began)
            self.start_walk(visitor)
        else:
            self._send(visitor, following)


def _parse(received: bytearray) -> Answer | None:
    """Return the answer once it is whole."""
    end = received.find(_HEAD_END)
    if end < 0:
        return None
    head = bytes(received[:end])
    lower = head.lower()
    start = end + len(_HEAD_END)
    at = lower.find(b"\r\ncontent-length:")
    if at >= 0:
        length = int(lower[at + 17 :].split(b"\r\n", 1)[0])
        if len(received) < start + length:
            return None
    elif b"\r\ntransfer-encoding: chunked" in lower and not received.endswith(_LAST_CHUNK):
        return None
    return Answer(int(head[9:12]), head, bytes(received[start:]))


def address_of(origin: str) -> tuple[str, int]:
    """Return the host and port that an origin names."""
    parts = urlsplit(origin)
    return ("127.0.0.1" if parts.hostname == "localhost" else parts.hostname or "", parts.port or 80)
