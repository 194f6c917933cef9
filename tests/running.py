"""The shop as it runs in life: web and worker as processes of their own, which a test may kill."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import psutil

ROOT = Path(__file__).resolve().parent.parent
_START_SECONDS = 30


def free_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def wait_until(holds: Callable[[], object], *, seconds: float = 60, what: str = "it") -> None:
    """Look every 50 ms until `holds()` is true; fail after `seconds`."""
    give_up = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > give_up:
            raise AssertionError(f"{what} did not happen within {seconds:.0f} s")
        time.sleep(0.05)


class RunningShop:
    """The processes of one shop. Its address is the origin of its settings."""

    def __init__(self, settings: dict[str, str]) -> None:
        """Take the settings; starts nothing."""
        self.settings = settings
        self.address = settings["SHOP_ORIGIN"]
        self.log = tempfile.NamedTemporaryFile(prefix="stoa-shop-", suffix=".log")  # noqa: SIM115 - closed by close()
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def start_web(self) -> None:
        """Start the web server and wait until it answers."""
        port = self.address.rsplit(":", 1)[1]
        options = ["--port", port, "--workers", "1", "--blocking-threads", "16", "--no-ws"]
        self._start("web", [sys.executable, "-m", "app.serve", *options])
        wait_until(self._answers, seconds=_START_SECONDS, what="the web process answering")

    def start_worker(self) -> None:
        """Start a worker of the queues for money, mail and the rest."""
        self._start("worker", [sys.executable, "-m", "app.tasks.worker"])

    def start_scheduler(self) -> None:
        """Start the clock: it has the worker push what Redis lost."""
        self._start("scheduler", [sys.executable, "-m", "app.tasks.scheduler"])

    def kill(self, name: str) -> None:
        """End a process, and what it started, as a power cut would."""
        process = self._processes.pop(name)
        children = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        for each in children:  # one that has left the group would finish what it is at
            with suppress(psutil.NoSuchProcess):
                each.kill()
        process.wait()

    def close(self) -> None:
        """End everything."""
        for name in list(self._processes):
            self.kill(name)
        self.log.close()

    def printed(self) -> str:
        """Return what the processes wrote."""
        return Path(self.log.name).read_text(encoding="utf-8")

    def _start(self, name: str, command: list[str]) -> None:
        self._processes[name] = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **self.settings}, stdout=self.log, stderr=self.log,
            start_new_session=True,
        )  # fmt: skip

    def _answers(self) -> bool:
        if self._processes["web"].poll() is not None:
            raise AssertionError(f"the web process ended:\n{self.printed()}")
        try:
            with urlopen(f"{self.address}/health/live", timeout=1):
                return True
        except HTTPError:
            return True
        except (URLError, ConnectionError, TimeoutError):
            return False
