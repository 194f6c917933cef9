"""The processes that belong to one data folder: started, written down, and stopped even when their starter was killed.

Each child leads its own session, so a Ctrl-C in the terminal reaches only the launcher, and a child's own children
can be found. Every start and stop is written to `processes.json`: the guard and the next run stop what it still names.
"""

import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from launcher import Refusal

_GRACE = 10.0  # seconds between the polite signal and SIGKILL
_START_TOLERANCE = 2.0  # seconds
_LOG_LIMIT = 10_000_000  # bytes; a larger log is set aside as `.1` at the next start


@dataclass(frozen=True)
class Entry:
    """A process as it is written down. The start time tells it from a later process with the same number."""

    name: str
    pid: int
    started: float
    stop_signal: int
    is_store: bool = False  # stopped after everything that may still write to it

    @classmethod
    def of(cls, name: str, pid: int, stop_signal: int = signal.SIGTERM, *, is_store: bool = False) -> "Entry":
        """Write down the running process `pid`."""
        try:
            started = psutil.Process(pid).create_time()
        except psutil.NoSuchProcess:
            started = 0.0  # it ended at once; its starter will notice
        return cls(name, pid, started, stop_signal, is_store)

    def is_alive(self) -> bool:
        """Whether this very process still runs."""
        try:
            process = psutil.Process(self.pid)
            return self._is_ours(process) and process.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return False

    def session(self) -> Iterator[psutil.Process]:
        """Find what runs in the session this process led, itself included."""
        for process in psutil.process_iter():
            with suppress(psutil.Error, OSError):
                if os.getsid(process.pid) == self.pid and (process.pid != self.pid or self._is_ours(process)):
                    yield process

    def _is_ours(self, process: psutil.Process) -> bool:
        # The system computes start times from the clock, so setting the clock moves them a little.
        return bool(abs(process.create_time() - self.started) < _START_TOLERANCE)


class Processes:
    """The running processes of one data folder."""

    def __init__(self, folder: Path) -> None:
        self._record = folder / "processes.json"
        self._logs = folder / "log"
        self._lock = threading.Lock()
        self._running: dict[str, tuple[Entry, subprocess.Popen[bytes]]] = {}
        self.is_closed = False  # nothing more may start

    def start(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        env: Mapping[str, str],
        cwd: Path | str,
        stop_signal: int = signal.SIGTERM,
        is_store: bool = False,
        user: int | None = None,
    ) -> subprocess.Popen[bytes]:
        """Start a process whose output goes to its log, and write it down. Root may name a `user` to run it."""
        with self._lock, self.log(name).open("ab") as log:
            if self.is_closed:
                raise Refusal("It is being stopped.")
            popen = subprocess.Popen(
                [str(word) for word in command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=dict(env),
                cwd=cwd,
                start_new_session=True,
                user=user,
                group=user,
                extra_groups=None if user is None else [],
            )
            self._running[name] = Entry.of(name, popen.pid, stop_signal, is_store=is_store), popen
            self._write()
        return popen

    def log(self, name: str) -> Path:
        """Return the log of a process; one that has grown large is set aside."""
        self._logs.mkdir(exist_ok=True)
        path = self._logs / f"{name}.log"
        if name not in self._running and path.exists() and path.stat().st_size > _LOG_LIMIT:
            path.replace(path.with_suffix(".log.1"))
        return path

    def entries(self) -> list[Entry]:
        """Return what was started and has not been found ended."""
        with self._lock:
            return [entry for entry, _ in self._running.values()]

    def ended(self) -> list[str]:
        """Return the names of processes that ended by themselves, and forget them."""
        with self._lock:
            names = [name for name, (_, popen) in self._running.items() if popen.poll() is not None]
            for name in names:
                self._running.pop(name)
            if names:
                self._write()
        return names

    def stop(self, *, hurry: threading.Event | None = None) -> None:
        """Stop everything, the stores last, and start nothing more."""
        with self._lock:
            self.is_closed = True
            running = list(self._running.values())
        stop_entries([entry for entry, _ in running], hurry=hurry)
        for _, popen in running:
            popen.wait()
        with self._lock:
            self._running.clear()
            self._write()

    def _write(self) -> None:
        draft = self._record.with_suffix(".new")
        draft.write_text(json.dumps([asdict(entry) for entry, _ in self._running.values()]), encoding="utf-8")
        draft.replace(self._record)


def stop_leftovers(folder: Path) -> int:
    """Stop the processes that an earlier run of this data folder left behind; return how many there were."""
    try:
        rows = json.loads((folder / "processes.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return 0
    left = [entry for row in rows if any((entry := Entry(**row)).session())]
    stop_entries(left)
    return len(left)


def stop_entries(entries: Sequence[Entry], *, hurry: threading.Event | None = None) -> None:
    """Stop processes, the stores last, politely first; `hurry` cuts the waiting short."""
    for is_store in (False, True):
        wave = [entry for entry in entries if entry.is_store is is_store]
        for entry in wave:
            if entry.is_alive():
                _send(entry.pid, entry.stop_signal)
        deadline = time.monotonic() + _GRACE
        while (
            any(entry.is_alive() for entry in wave) and time.monotonic() < deadline and not (hurry and hurry.is_set())
        ):
            time.sleep(0.02)
        for entry in wave:
            for process in entry.session():
                _send(process.pid, signal.SIGKILL)


def _send(pid: int, number: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)
