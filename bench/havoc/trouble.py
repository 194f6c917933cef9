"""Trouble, drawn from a seed: processes killed at a step or at random, connections cut, stores and companies down."""

import asyncio
import random
import signal
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress

from launcher import Refusal

from bench.havoc.fleet import Fleet
from bench.havoc.proxy import Point, Trap, Traps

_WAITS = 4.0  # seconds for somebody to come by
_POINTS_AT_ONCE = 30
_MEANWHILE = (0.05, 0.6)  # seconds between two troubles
_DOWN = (0.0, 1.5)  # seconds until what was killed is started again
_CALLS = (
    ("stripe", "/v1/checkout/sessions"), ("stripe", "/v1/payment_intents"), ("stripe", "/v1/refunds"),
    ("ups", "/api/shipments"), ("ups", ""), ("sendgrid", "/v3/mail/send"),
)  # fmt: skip


class Trouble:
    """Makes trouble until told to stop. `points` counts kills at named steps, `faults` all that is no kill of ours."""

    def __init__(self, fleet: Fleet, traps: Traps, seed: int) -> None:
        self._fleet, self._traps = fleet, traps
        self._chance = random.Random(seed)
        self._restarts: set[asyncio.Task[None]] = set()
        self._in_vain: Counter[Point] = Counter()  # how often nobody came by
        self.points: Counter[Point] = Counter()
        self.faults: Counter[str] = Counter()
        self.at_random = 0

    async def make(self, is_enough: Callable[[], bool]) -> None:
        """Make trouble, one after the other; while `is_enough` says so, wait."""
        rare: tuple[tuple[float, Callable[[], Awaitable[None]]], ...] = (
            (70, self._kill_at_a_step), (12, self._kill_at_random), (5, self._cut_at_a_step), (6, self._bend_calls),
            (2, self._bend_webhooks), (1.4, self._flush_redis), (0.8, self._restart_redis),
            (0.8, self._restart_postgres), (0.8, self._stop_mongo), (0.6, self._hold_mongo),
            (0.6, self._restart_companies),
        )  # fmt: skip
        weights, acts = zip(*rare, strict=True)
        while True:
            if is_enough():
                await asyncio.sleep(0.2)
                continue
            await self._chance.choices(acts, weights)[0]()
            self._fleet.revive()
            await asyncio.sleep(self._chance.uniform(*_MEANWHILE))

    async def end(self) -> None:
        """Take everything back that lasts."""
        self._traps.trap = None
        await asyncio.gather(*self._restarts)
        self._pull("reset")

    async def _kill_at_a_step(self) -> None:
        async def kill(point: Point, slot: str) -> None:
            self.points[point] += self._fleet.kill(slot)
            self._start_later(slot)

        await self._wait_at(kill)

    async def _cut_at_a_step(self) -> None:
        async def cut(_: Point, __: str) -> None:
            self.faults["connection cut at a step"] += 1

        await self._wait_at(cut)

    async def _wait_at(self, act: Callable[[Point, str], Awaitable[None]]) -> None:
        """Wait at points where least has happened, counting where nobody came: some steps are taken once only."""
        all_points = [(when, step) for step in self._traps.seen for when in ("before", "after")]
        self._chance.shuffle(all_points)
        least = sorted(all_points, key=lambda point: self._traps.sprung[point] + self._in_vain[point])[:_POINTS_AT_ONCE]
        come = asyncio.Event()

        async def spring(point: Point, slot: str) -> None:
            come.set()
            await act(point, slot)

        self._traps.trap = Trap(frozenset(least), spring)
        try:
            await asyncio.wait_for(come.wait(), _WAITS)
        except TimeoutError:
            self._in_vain.update(least)
        self._traps.trap = None

    async def _kill_at_random(self) -> None:
        slot = self._chance.choice(self._fleet.slots)
        self.at_random += self._fleet.kill(slot)
        self._start_later(slot)

    def _start_later(self, slot: str) -> None:
        task = asyncio.create_task(self._fleet.kill_and_start(slot, self._chance.uniform(*_DOWN)))
        self._restarts.add(task)
        task.add_done_callback(self._restarts.discard)

    async def _bend_calls(self) -> None:
        company, path = self._chance.choice(_CALLS)
        lever = self._chance.choice(["fail", "fail", "drop", "drop", "delay", "limit"])
        if lever == "limit" and company != "stripe":
            lever = "fail"
        given = {
            "company": company, "path": path, "times": self._chance.randint(1, 4), "milliseconds": 1500,
            "when": self._chance.choice(["before", "after"]),
            "stored": company == "stripe" and self._chance.random() < 0.4,
        }  # fmt: skip
        self._pull(lever, **given)
        self.faults[f"{company}: {lever}"] += 1

    async def _bend_webhooks(self) -> None:
        how = self._chance.choice([{"repeat": 3}, {"reverse": True}, {"late": 3.0}, {"paused": True}])
        self._pull("webhooks", company="stripe", **how)
        self.faults[f"stripe's events: {next(iter(how))}"] += 1
        await asyncio.sleep(2)
        self._pull("webhooks", company="stripe", repeat=1, reverse=False, late=0.0, paused=False)

    async def _flush_redis(self) -> None:
        await asyncio.to_thread(self._fleet.flush_redis)
        self.faults["redis emptied"] += 1

    async def _restart_redis(self) -> None:
        await self._restart("valkey", signal.SIGKILL, "redis killed")

    async def _restart_postgres(self) -> None:
        # SIGQUIT ends it at once, as a crash: it recovers from its log when it starts again.
        await self._restart("postgres", signal.SIGQUIT, "postgres crashed")

    async def _stop_mongo(self) -> None:
        await self._restart("mongo", signal.SIGTERM, "mongo stopped")

    async def _hold_mongo(self) -> None:
        self.faults["mongo silent"] += 1
        await self._fleet.hold("mongo", self._chance.uniform(1, 4))

    async def _restart_companies(self) -> None:
        await self._restart("standins", signal.SIGKILL, "companies down")

    async def _restart(self, name: str, how: int, said: str) -> None:
        self.faults[said] += 1
        await self._fleet.restart(name, how, self._chance.uniform(0.5, 4))

    def _pull(self, lever: str, **given: object) -> None:
        with suppress(OSError, Refusal):
            self._fleet.pull(lever, **given)
