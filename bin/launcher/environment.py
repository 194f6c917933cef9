"""The virtual environment `.venv`: made, filled with the pinned requirements, and remade when it is broken.

Runs on the machine's own Python before anything is installed, so it imports the standard library only. The one rule:
a stamp is written only after a whole installation, and what was interrupted is made anew.
"""

import fcntl
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from launcher import Refusal, terminal

ROOT = Path(__file__).resolve().parents[2]

_VENV = ROOT / ".venv"
_PYTHON = _VENV / "bin" / "python"
_STAMP = _VENV / "stoa-requirements.json"  # which requirements are whole, by the hash of their file
_UNFINISHED = _VENV / "stoa-unfinished"
_SPACE = 2_000_000_000  # bytes an installation needs at its height
_COVERS = {"dev": ("dev",), "test": ("dev", "test")}  # the test requirements contain the others


def prepare(command: str) -> Path:
    """Return the environment's Python, with the requirements of `dev` or `test` installed."""
    try:
        _VENV.mkdir(exist_ok=True)
        lock = os.open(ROOT / ".venv" / "stoa-lock", os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise Refusal(f"{ROOT} cannot be written ({error.strerror}). Use a clone in a folder that is yours.") from None
    with _one_at_a_time(lock):
        if is_ready(command):
            return _PYTHON
        if (free := shutil.disk_usage(ROOT).free) < _SPACE:
            raise Refusal(f"Only {free / 1e6:.0f} MB are free where {ROOT} is; the installation needs 2 GB. Make room.")
        if not _is_usable() or _UNFINISHED.exists():
            _make()
        _UNFINISHED.touch()
        _install(command, lock)
        _STAMP.write_text(
            json.dumps(_read_stamp() | {name: _hash(name) for name in _COVERS[command]}), encoding="utf-8"
        )
        _UNFINISHED.unlink()
    return _PYTHON


def is_ready(command: str) -> bool:
    """Whether the environment has all that the requirements of `dev` or `test` name."""
    return _is_usable() and _read_stamp().get(command) == _hash(command)


def keep_bytecode() -> None:
    """Have what is started from here keep its bytecode, inside `.venv` where somebody wants none beside the sources.

    Without it every process compiles the shop and its libraries anew, which takes twice as long as loading them.
    """
    if os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):
        os.environ.setdefault("PYTHONPYCACHEPREFIX", str(_VENV / "bytecode"))


@contextmanager
def _one_at_a_time(lock: int) -> Iterator[None]:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        terminal.say("  environment    another command installs it; waiting")
        fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        yield
    finally:
        os.close(lock)


def _is_usable() -> bool:
    check = [str(_PYTHON), "-I", "-c", "import pip, sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))"]
    return _PYTHON.exists() and subprocess.run(check, capture_output=True, check=False).returncode == 0


def _make() -> None:
    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise Refusal(
            f"This Python ({sys.executable}) lacks its module venv. "
            f"On Debian and Ubuntu install it with: sudo apt-get install python3-venv python{version}-venv"
        )
    with terminal.step("environment") as shown:
        shown.tell("making .venv")
        for entry in _VENV.iterdir():  # all but the lock that we hold
            if entry.name != "stoa-lock":
                shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()
        made = subprocess.run([sys.executable, "-m", "venv", _VENV], capture_output=True, text=True, check=False)
        if made.returncode:
            raise Refusal(f".venv cannot be made: {_last_words(made.stdout + made.stderr)}")
        shown.end(f"Python {sys.version.split()[0]}")


def _install(command: str, lock: int) -> None:
    file = _file(command)
    total = len(re.findall(r"^[a-z0-9][^ ]*==", file.read_text(encoding="utf-8"), re.MULTILINE | re.IGNORECASE))
    pip = [str(_PYTHON), "-m", "pip", "install", "--require-hashes", "-r", str(file), "--no-compile", "--no-input"]
    pip += ["--disable-pip-version-check", "--progress-bar", "off", "--retries", "3"]
    said: deque[str] = deque(maxlen=400)
    found = 0
    with (
        terminal.step("requirements") as shown,
        # It holds the lock too, so that nobody begins anew beside it if we are killed.
        subprocess.Popen(
            pip, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, pass_fds=[lock], process_group=0
        ) as running,
        _ended_with_us(running),
    ):
        for line in running.stdout or ():
            said.append(line)
            if match := re.match(r"(?:Collecting|Requirement already satisfied:) ([^ =]+)", line):
                found += 1
                shown.tell(f"{min(found, total)} of {total}: {match[1]}")
            elif line.startswith("Installing collected"):
                shown.tell(f"unpacking {total} packages, about a minute")
        if running.wait():
            log = ROOT / ".venv" / "stoa-install.log"
            log.write_text("".join(said), encoding="utf-8")
            raise Refusal(
                f"The requirements could not be installed: {_last_words(''.join(said))} "
                f"Is the package index reachable? What pip said is in {log}; run the same command again to go on."
            )
        shown.end(f"{total} packages")


@contextmanager
def _ended_with_us(running: "subprocess.Popen[str]") -> Iterator[None]:
    try:
        yield
    except BaseException:
        running.kill()
        raise


def _last_words(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR")]
    return (errors or lines or ["no reason was given."])[-1]


def _file(command: str) -> Path:
    return ROOT / f"requirements-{command}.txt"


def _hash(command: str) -> str:
    return hashlib.sha256(_file(command).read_bytes()).hexdigest()


def _read_stamp() -> dict[str, str]:
    try:
        stamp: dict[str, str] = json.loads(_STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp
