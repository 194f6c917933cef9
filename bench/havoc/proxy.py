"""The proxies: one for each process and store, so that it is known whose step goes by; and the traps for it."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bench.havoc.reading import Reading

_CHUNK = 1 << 16


Point = tuple[str, str]  # "before" a step reaches the other side, or "after" that has answered; and the step


@dataclass(frozen=True)
class Trap:
    """Waits for the first of some points that any process comes to, and is then no longer set."""

    points: frozenset[Point]
    spring: Callable[[Point, str], Awaitable[None]]  # is given the point, and the process's name


@dataclass
class Traps:
    """What is waited for, and what went by."""

    trap: Trap | None = None
    seen: Counter[str] = field(default_factory=Counter)
    sprung: Counter[Point] = field(default_factory=Counter)

    def take(self, step: str) -> tuple[Trap, Point] | None:
        """Note a step that goes by; return the trap that waits for it, and where."""
        self.seen[step] += 1
        for when in ("before", "after"):
            if self.trap is not None and (when, step) in self.trap.points:
                trap, self.trap = self.trap, None
                self.sprung[when, step] += 1
                return trap, (when, step)
        return None


class Proxy:
    """Carries what one process says to one store. `role` is the kind of process: a step is named with it."""

    def __init__(self, slot: str, target: int, reading: Callable[[], Reading], traps: Traps) -> None:
        self._slot, self._role = slot, slot.rstrip("0123456789")
        self._target = target
        self._reading = reading
        self._traps = traps
        self._links: set[asyncio.Task[None]] = set()

    async def listen(self, port: int) -> None:
        """Begin to listen."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", port, limit=_CHUNK)

    async def close(self) -> None:
        """Listen no more."""
        self._server.close()
        for link in list(self._links):
            link.cancel()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._links.add(task)
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                there = await asyncio.open_connection("127.0.0.1", self._target, limit=_CHUNK)
                try:
                    await _Link(self._role, self._slot, self._reading(), self._traps).carry((reader, writer), there)
                finally:
                    there[1].close()
        finally:
            self._links.discard(task)
            writer.close()


Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class _Link:
    """One connection."""

    def __init__(self, role: str, slot: str, reading: Reading, traps: Traps) -> None:
        self._role, self._slot = role, slot
        self._reading = reading
        self._traps = traps
        self._after: tuple[Trap, Point] | None = None

    async def carry(self, here: Ends, there: Ends) -> None:
        """Carry both ways until either side ends."""
        ways = [asyncio.create_task(self._up(here[0], there[1])), asyncio.create_task(self._down(there[0], here[1]))]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)

    async def _up(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while data := await source.read(_CHUNK):
            for name, part in self._reading.feed(data):
                taken = self._traps.take(f"{self._role}: {name}") if name else None
                if taken is not None and taken[1][0] == "before":
                    await self._spring(taken)
                    return
                self._after = taken or self._after
                sink.write(part)
            await sink.drain()

    async def _down(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while data := await source.read(_CHUNK):
            if self._after is not None:
                await self._spring(self._after)
                return
            sink.write(data)
            await sink.drain()

    async def _spring(self, taken: tuple[Trap, Point]) -> None:
        trap, point = taken
        await trap.spring(point, self._slot)


class Front:
    """What stands at the shop's own address: carries each connection to a web process that lives."""

    def __init__(self, choose: Callable[[], list[int]]) -> None:
        """`choose` gives the ports to try, in order."""
        self._choose = choose
        self._links: set[asyncio.Task[None]] = set()

    async def listen(self, port: int) -> None:
        """Begin to listen."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", port, limit=_CHUNK)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with contextlib.suppress(OSError):
                there = await self._connect()
                if there is not None:
                    try:
                        await _carry((reader, writer), there)
                    finally:
                        there[1].close()
        finally:
            writer.close()

    async def _connect(self) -> Ends | None:
        for port in self._choose():
            with contextlib.suppress(OSError):
                return await asyncio.open_connection("127.0.0.1", port, limit=_CHUNK)
        return None


async def _carry(here: Ends, there: Ends) -> None:
    async def one(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while data := await source.read(_CHUNK):
            sink.write(data)
            await sink.drain()

    ways = [asyncio.create_task(one(here[0], there[1])), asyncio.create_task(one(there[0], here[1]))]
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
