"""Turns: each thing that is compared gets a short one, again and again, in changing order.

The load comes from processes of their own, so that what it costs is known and no interpreter lock is shared.
"""

import multiprocessing
import random
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from typing import Self

from bench import walks
from bench.client import Tally, drive
from bench.meter import Meter
from bench.walks import Goods


@dataclass(frozen=True)
class Target:
    """One thing to measure: a page of what answers at `origin`. `title` names it in the tables.

    `visitors` ask for it at once; 0 are as many as for the others.
    """

    title: str
    page: str
    origin: str
    visitors: int = 0


@dataclass
class Result:
    """Everything that the turns of one target brought."""

    rates: list[float] = field(default_factory=list)  # walks a second, one a turn
    whole_rates: list[float] = field(default_factory=list)  # the same, until what they left to do was done too
    walks: list[float] = field(default_factory=list)  # seconds each
    requests: int = 0
    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))  # seconds each, by request
    cpu: Counter[str] = field(default_factory=Counter)  # seconds, by process
    busiest: float = 0.0  # the greatest share of a core that one load process took
    failures: Counter[str] = field(default_factory=Counter)

    @property
    def rate(self) -> float:
        """The turn in the middle: one that something disturbed does not count."""
        return statistics.median(self.rates)

    @property
    def whole_rate(self) -> float:
        """What the shop can keep up: a rate at which no queue grows."""
        return statistics.median(self.whole_rates)

    def milliseconds(self, percent: int) -> float:
        """Return what so many per cent of the walks took at most."""
        return percentile(self.walks, percent)


class Bench:
    """Measures targets in turns."""

    def __init__(
        self, goods: Goods, meter: Meter, *, connections: int, generators: int, settle: Callable[[], None]
    ) -> None:
        """`settle` waits until what a turn left to do is done: it belongs to that turn's CPU, not to the next one's."""
        self._goods = goods
        self._meter = meter
        self._share = max(1, connections // generators)
        self._generators = generators
        self._settle = settle
        self._pool = ProcessPoolExecutor(generators, mp_context=multiprocessing.get_context("spawn"))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown()

    def measure(
        self, targets: Sequence[Target], *, seconds: float, rounds: int, tell: Callable[[int], None]
    ) -> dict[str, Result]:
        """Give each target `seconds` in all, split into `rounds` turns; a turn before that warms everything up."""
        for target in targets:
            self._turn(target, seconds / rounds, Result())
        results = {target.title: Result() for target in targets}
        for number in range(1, rounds + 1):
            for target in random.sample(targets, len(targets)):
                self._turn(target, seconds / rounds, results[target.title])
            tell(number)
        return results

    def _turn(self, target: Target, seconds: float, result: Result) -> None:
        before, began = self._meter.cpu(), time.monotonic()
        tallies = [
            self._pool.submit(_drive, target, self._goods, target.visitors or self._share, seconds)
            for _ in range(1 if target.visitors else self._generators)
        ]
        done = [tally.result() for tally in tallies]
        self._settle()
        after, took = self._meter.cpu(), time.monotonic() - began
        result.whole_rates.append(sum(len(tally.walks) for tally in done) / took)
        result.rates.append(sum(len(tally.walks) / tally.seconds for tally in done))
        for tally in done:
            _add(result, tally)
        for name, used in after.items():
            result.cpu[name] += used - before.get(name, 0.0)


def _add(result: Result, tally: Tally) -> None:
    result.walks += tally.walks
    result.requests += tally.requests
    result.cpu["load"] += tally.cpu
    result.busiest = max(result.busiest, tally.cpu / tally.seconds)
    result.failures += tally.failures
    for name, times in tally.times.items():
        result.times[name] += times


def _drive(target: Target, goods: Goods, visitors: int, seconds: float) -> Tally:
    return drive(walks.begin(target.page, target.origin, goods), visitors=visitors, seconds=seconds)


def percentile(seconds: list[float], percent: int) -> float:
    """Return, in milliseconds, what so many per cent of the times do not pass."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)] * 1000 if ordered else 0.0
