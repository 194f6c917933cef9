"""Reads what the shop's processes write to their logs, and finds in it what a person must see."""

import json
import re
from pathlib import Path

_BAD = re.compile(r"^(?:\S+Error|\S+Exception)\b|\b(?:ERROR|CRITICAL|panicked)\b")


class Tail:
    """The lines a log gains from now on."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._position = path.stat().st_size if path.exists() else 0
        self._rest = b""

    def lines(self) -> list[str]:
        """Return the whole lines that came since the last call."""
        if not self.path.exists():
            return []
        if self.path.stat().st_size < self._position:  # it was set aside, and a new one begun
            self._position = 0
        with self.path.open("rb") as file:
            file.seek(self._position)
            fresh = file.read()
        self._position += len(fresh)
        *whole, self._rest = (self._rest + fresh).split(b"\n")
        return [line.decode(errors="replace").rstrip("\r") for line in whole]


def find_reason(lines: list[str]) -> str:
    """Return why a command failed: the error it named, or else its last words."""
    if not any(line.startswith("Traceback") for line in lines):
        return "\n".join(lines[-12:])
    return next((line for line in reversed(lines) if _BAD.search(line)), lines[-1])


def find_error(line: str) -> str | None:
    """Return what a line says if it tells of an error, in one line."""
    try:
        entry = json.loads(line)
    except ValueError:
        return line if _BAD.search(line) else None
    if not isinstance(entry, dict) or entry.get("level") not in {"error", "critical"}:
        return None
    message, _, trace = str(entry.get("message", "")).partition("\n")
    cause = _find_cause(str(entry.get("exception", "")) or trace)
    return f"{message} ({cause})" if cause else message


def _find_cause(trace: str) -> str:
    """Return the error that a traceback ends with: what some add below it, as the SQL, is for the log."""
    last = trace.rpartition("Traceback (most recent call last):\n")[2]
    return next((line for line in last.splitlines() if line and not line.startswith(" ")), "")
