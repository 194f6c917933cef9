"""The data folder of a clone (`var/`): who holds it, its layout's version, its ports and its secrets.

The one rule: only the holder of its lock touches it, and the guard goes on holding the lock until all is stopped.
"""

import contextlib
import fcntl
import itertools
import json
import os
import random
import secrets
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from launcher import Refusal, terminal
from launcher.ports import is_free
from launcher.processes import Entry, Processes, stop_leftovers

VERSION = "4"

_OTHERS = {"screenshots", "demo", "lighthouse"}  # what the shop's other programs may have put there first
_LEAST_SPACE = 1_000_000_000  # bytes
_PATIENCE = 30.0  # seconds to wait for the guard of a killed run to finish stopping it
_PORTS = range(20000, 32000)  # below what systems hand out for outgoing connections
_SECRETS = (
    *("secret_key", "s3_access_key", "s3_secret_key"),
    *(f"postgres_{role}" for role in ("postgres", "owner", "web", "worker", "readonly")),
)


@dataclass
class Folder:
    """A data folder that this process holds, with the guard that cleans up after it."""

    path: Path
    processes: Processes
    _lock: int
    _guard: "subprocess.Popen[bytes]"
    _lifeline: int

    @classmethod
    def hold(cls, path: Path, *, fresh: bool = False, remove: bool = False) -> "Folder":
        """Take the folder, or raise Refusal when another run has it or it cannot be used.

        What a killed run left running is stopped first. With `fresh` all data in the folder is deleted; with `remove`
        the guard deletes the folder itself in the end.
        """
        _make(path)
        lock = _take_lock(path)
        stop_leftovers(path)
        if fresh:
            _empty(path)
        _check_version(path)
        _check_space(path)
        reading, lifeline = os.pipe()
        guard = subprocess.Popen(
            [sys.executable, "-m", "launcher.guard", str(path), *(["--remove"] if remove else [])],
            stdin=reading,
            pass_fds=[lock],
            start_new_session=True,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
        )
        os.close(reading)
        return cls(path, Processes(path), lock, guard, lifeline)

    def release(self) -> None:
        """Let the guard go, and the folder with it. Everything must have been stopped before."""
        os.close(self._lifeline)
        self._guard.wait()
        os.close(self._lock)

    def ports(self, names: tuple[str, ...]) -> dict[str, int]:
        """Return a free port for each name: the one of the last run, unless somebody else took it since."""
        path = self.path / "ports.json"
        known: dict[str, int] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        ports: dict[str, int] = {}
        for name in names:
            port = known.get(name, 0)
            while not port or port in ports.values() or not is_free(port):
                port = random.choice(_PORTS)
            ports[name] = port
        write_private(path, json.dumps(known | ports, indent=1))
        return ports

    def secrets(self) -> dict[str, str]:
        """Return the passwords and keys of this clone, made at random on the first run."""
        path = self.path / "secrets.json"
        known: dict[str, str] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        made = {name: secrets.token_hex(24) for name in _SECRETS} | known
        if made != known:
            write_private(path, json.dumps(made, indent=1))
        return made


def _make(path: Path) -> None:
    try:
        path.mkdir(exist_ok=True)
        with (path / "lock").open("a"):
            pass
    except OSError as error:
        raise Refusal(
            f"{path} cannot be written ({error.strerror}). Use a clone in a folder that is yours; if `var` belongs to "
            "another user, give it to yourself with chown."
        ) from None


def _take_lock(path: Path) -> int:
    lock = os.open(path / "lock", os.O_RDWR)
    deadline = time.monotonic() + _PATIENCE
    for waited in itertools.count():
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        holder = _holder(path)
        if (holder and holder.is_alive()) or time.monotonic() > deadline:
            number = f" (process {holder.pid})" if holder else ""
            raise Refusal(f"It already runs in this clone{number}. Stop that one first, with Ctrl-C in its terminal.")
        if waited == 10:
            terminal.say("  An earlier run is still being stopped; waiting for it.")
        time.sleep(0.1)
    os.ftruncate(lock, 0)
    me = Entry.of("launcher", os.getpid())
    os.pwrite(lock, json.dumps([me.pid, me.started]).encode(), 0)
    return lock


def _holder(path: Path) -> Entry | None:
    with contextlib.suppress(ValueError):
        pid, started = json.loads((path / "lock").read_text(encoding="utf-8"))
        return Entry("launcher", pid, started, signal.SIGTERM)
    return None


def _empty(path: Path) -> None:
    for entry in path.iterdir():
        if entry.name != "lock":
            shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()


def _check_version(path: Path) -> None:
    stamp = path / "VERSION"
    if not stamp.exists():
        if any(entry.name not in {"lock", "VERSION.new", *_OTHERS} for entry in path.iterdir()):
            raise Refusal(f"{path} was not made by this program. Move it away and start again.")
        write_private(stamp, VERSION)
    found = stamp.read_text(encoding="utf-8").strip()
    if found != VERSION:
        raise Refusal(
            f"{path} was made by another version of the shop (layout {found}; this one uses {VERSION}). Check out that "
            "version to go on with its data, or start a new shop with `bin/dev --fresh`, which deletes it."
        )


def _check_space(path: Path) -> None:
    if (free := shutil.disk_usage(path).free) < _LEAST_SPACE:
        raise Refusal(
            f"Only {free / 1e6:.0f} MB are free where {path} is; the shop needs 1 GB. Make room and try again."
        )


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    draft = path.with_suffix(".new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)
