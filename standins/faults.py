"""Levers on calls: delay, fail or drop the next calls of a company, before or after the work is done.

A rule holds for the next `times` calls whose path begins with `path`; then it is spent. Rules survive a restart.
"""

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from flask import Response, request

from standins import store
from standins.server import DROP


@dataclass
class Rule:
    """What happens to the next calls. `decline` and `process` concern payments, the other acts any call."""

    company: str
    act: str
    times: int = 1
    path: str = ""
    method: str = ""
    when: str = "before"
    status: int = 500
    milliseconds: int = 0
    code: str = "generic_decline"
    fails: bool = False
    stored: bool = False  # a failed answer is what the idempotency key replays from now on

    def concerns(self, company: str, method: str, path: str) -> bool:
        """Say whether this call is one the rule is for."""
        return company == self.company and path.startswith(self.path) and self.method in ("", method)


# Changed only inside a transaction: a lock of their own could wait for the store while the store waits for it.
_rules: list[Rule] = []
_is_recording = False


def load() -> None:
    """Read the rules that were set before a restart."""
    global _is_recording
    _rules[:] = [Rule(**body) for body in read("rules", [])]
    _is_recording = read("recording", default=False)


def read(name: str, default: Any) -> Any:
    """Give what a lever is set to."""
    rows = store.query("SELECT body FROM levers WHERE name = ?", name)
    return json.loads(rows[0][0]) if rows else default


def write(name: str, value: Any) -> None:
    """Set a lever, so that a restart keeps it."""
    store.query("INSERT OR REPLACE INTO levers (name, body) VALUES (?, ?)", name, json.dumps(value))


def add(rule: Rule) -> None:
    """Set a rule for the calls to come."""
    with store.transaction():
        _rules.append(rule)
        _save()


def clear() -> None:
    """Take all rules back."""
    with store.transaction():
        _rules.clear()
        _save()


def rules() -> list[dict[str, Any]]:
    """Give the rules that are not spent yet."""
    return [asdict(rule) for rule in _rules]


def take(company: str, acts: tuple[str, ...], method: str = "", path: str = "") -> list[Rule]:
    """Give the rules for this call, at most one an act, and count it against each."""
    if not _rules:
        return []
    taken: dict[str, Rule] = {}
    with store.transaction():
        for rule in list(_rules):
            if rule.act in acts and rule.act not in taken and rule.concerns(company, method, path):
                taken[rule.act] = rule
                rule.times -= 1
                if rule.times <= 0:
                    _rules.remove(rule)
        if taken:
            _save()
    return list(taken.values())


def play(
    company: str,
    path: str,
    work: Callable[[], Response],
    broken: Callable[[int], Response],
    keep: Callable[[Response], None] = lambda _: None,
) -> Response:
    """Answer a call with `work`, unless a lever says otherwise; `broken` gives the company's own error answer.

    `keep` is called with a broken answer that the company would repeat under the same idempotency key.
    """
    if not _is_recording:
        return _bent(company, path, work, broken, keep)
    sent = request.get_data(as_text=True)  # before a form is parsed, which uses it up
    answer = _bent(company, path, work, broken, keep)
    _record(company, path, sent, answer)
    return answer


def record(on: bool) -> None:
    """Begin or end to write down every call and its answer, for tests that check them against a specification."""
    global _is_recording
    write("recording", on)
    _is_recording = on


def exchanges() -> list[dict[str, Any]]:
    """Give the calls that were written down, oldest first."""
    return [json.loads(row[0]) for row in store.query("SELECT body FROM exchanges ORDER BY seq")]


def _bent(
    company: str,
    path: str,
    work: Callable[[], Response],
    broken: Callable[[int], Response],
    keep: Callable[[Response], None],
) -> Response:
    rules = take(company, ("delay", "limit", "drop", "fail"), request.method, path)
    for rule in rules:
        if rule.act == "limit":
            return broken(429)
        if rule.when == "before":
            if rule.act != "delay":
                return _trouble(rule, broken, keep)
            time.sleep(rule.milliseconds / 1000)
    answer = work()
    for rule in rules:
        if rule.when == "after":
            if rule.act != "delay":
                return _trouble(rule, broken, keep)
            time.sleep(rule.milliseconds / 1000)
    return answer


def _trouble(rule: Rule, broken: Callable[[int], Response], keep: Callable[[Response], None]) -> Response:
    if rule.act == "drop":
        request.environ[DROP] = True
        return Response(status=204)
    answer = broken(rule.status)
    if rule.stored:
        keep(answer)
    return answer


def _record(company: str, path: str, sent: str, answer: Response) -> None:
    exchange = {
        "company": company,
        "method": request.method,
        "path": path,
        "query": request.query_string.decode(),
        "request": sent,
        "is_dropped": DROP in request.environ,
        "status": answer.status_code,
        "response": answer.get_data(as_text=True),
    }
    store.query("INSERT INTO exchanges (body) VALUES (?)", json.dumps(exchange))


def _save() -> None:
    write("rules", rules())
