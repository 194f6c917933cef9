"""The tables, as Markdown, so that they can be kept."""

from collections.abc import Iterable, Sequence

from bench.turns import Result, percentile
from bench.walks import HELLO, LONG_HELLO

_PERCENTS = (50, 95, 99)
_LEAST_COST = 0.005  # milliseconds; a process that always takes less is left out
_TOO_BUSY = 0.85  # of a core; a load process above it measures itself


def speed(results: dict[str, Result], yardstick: str = HELLO) -> str:
    """Show how many a second, how that compares with the yardstick, and how long one takes."""
    rows = []
    for title, result in results.items():
        times = (f"{result.milliseconds(percent):.1f}" for percent in _PERCENTS)
        spread = f"{min(result.rates):,.0f}–{max(result.rates):,.0f}"
        ratios = (_ratio(result, results.get(name)) for name in (yardstick, LONG_HELLO))
        rows.append((title, _number(result.rate), *ratios, spread, *times))
    head = ("", "a second", "of hello-world", "of a long one", "worst–best turn", "p50 ms", "p95 ms", "p99 ms")
    return markdown(head, rows)


def _ratio(result: Result, yardstick: Result | None) -> str:
    return f"{result.rate / yardstick.rate:.3f}" if yardstick else ""


def cpu(results: dict[str, Result]) -> str:
    """Show what one of each costs every process, in milliseconds of CPU time. `server` is what a row is named after."""
    rows = {title: _costs(title, result, set(results)) for title, result in results.items()}
    names = dict.fromkeys(name for row in rows.values() for name, cost in row.items() if cost >= _LEAST_COST)
    shown = [(title, *(f"{row.get(name, 0):.2f}" for name in names)) for title, row in rows.items()]
    return markdown(("CPU ms each", *names), shown)


def _costs(title: str, result: Result, titles: set[str]) -> dict[str, float]:
    """Return the cost of one walk by process. Servers that wait for their own turn are left out."""
    each = {name: used / max(1, len(result.walks)) * 1000 for name, used in result.cpu.items()}
    return {"server" if name == title else name: cost for name, cost in each.items() if name not in titles - {title}}


def steps(result: Result) -> str:
    """Show how long each request of a walk took."""
    rows = [
        (name, *(f"{percentile(times, percent):.1f}" for percent in _PERCENTS)) for name, times in result.times.items()
    ]
    return markdown(("request", "p50 ms", "p95 ms", "p99 ms"), rows)


def kept_up(result: Result) -> str:
    """Say how many walks a second the shop can do for ever."""
    return f"{result.whole_rate:.1f} a second until the queues were empty again: what can be kept up."


def memory(found: dict[str, list[int]]) -> str:
    """Show what the processes weigh."""
    rows = [
        (name, str(len(sizes)), f"{sum(sizes) / 1e6:.0f}", ", ".join(f"{size / 1e6:.0f}" for size in sizes[:4]))
        for name, sizes in found.items()
    ]
    return markdown(("", "processes", "MB in all (PSS)", "the largest"), rows)


def doubts(results: dict[str, Result]) -> list[str]:
    """Say what makes the figures doubtful; nothing when they can be believed."""
    said = []
    for title, result in results.items():
        said += [f"{title}: {count} times {failure}" for failure, count in result.failures.items()]
        if result.busiest > _TOO_BUSY:
            said.append(f"{title}: the load took {result.busiest:.0%} of a core; measure with more --generators.")
    return said


def markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a table; the first column holds words, the others numbers."""
    lines = [head, ("---", *("---:" for _ in head[1:])), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _number(rate: float) -> str:
    return f"{rate:,.0f}" if rate >= 100 else f"{rate:.1f}"
