"""The shop as it runs in life: web and worker as processes of their own, which a test may kill."""

import os
import socket
import ssl
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from bench.forks import Forked

ROOT = Path(__file__).resolve().parent.parent
# For httpx's `verify`: each client that is given none reads every certificate of the machine anew, 20 ms for each.
WITHOUT_TLS = ssl.create_default_context()

_START_SECONDS = 120  # loading the shop, once for all, may be slow where much else runs


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
        self._processes: dict[str, Forked] = {}

    def start_web(self) -> None:
        """Start the web server and wait until it answers."""
        port = self.address.rsplit(":", 1)[1]
        options = ["--port", port, "--workers", "1", "--blocking-threads", "16", "--no-ws"]
        self._start("web", "app.serve", options)
        wait_until(self._answers, seconds=_START_SECONDS, what="the web process answering")

    def start_worker(self) -> None:
        """Start a worker of the queues for money, mail and the rest."""
        self._start("worker", "app.tasks.worker")

    def start_scheduler(self) -> None:
        """Start the clock: it has the worker push what Redis lost."""
        self._start("scheduler", "app.tasks.scheduler")

    def kill(self, name: str) -> None:
        """End a process, and what it started, as a power cut would."""
        self._processes.pop(name).kill()

    def close(self) -> None:
        """End everything."""
        for name in list(self._processes):
            self.kill(name)
        self.log.close()

    def printed(self) -> str:
        """Return what the processes wrote."""
        return Path(self.log.name).read_text(encoding="utf-8")

    def _start(self, name: str, module: str, options: Sequence[str] = ()) -> None:
        assert name not in self._processes, f"{name} runs: a second one would share its port, and outlive the test"
        env = {**os.environ, **self.settings}
        self._processes[name] = Forked(module, options, env=env, log=Path(self.log.name))

    def _answers(self) -> bool:
        if not self._processes["web"].is_alive():
            raise AssertionError(f"the web process ended:\n{self.printed()}")
        try:
            with urlopen(f"{self.address}/health/live", timeout=1):
                return True
        except HTTPError:
            return True
        except (URLError, ConnectionError, TimeoutError):
            return False
