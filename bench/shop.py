"""A whole shop to measure, in a temporary folder: engines, stand-ins, catalogue, web, worker, scheduler.

The one rule: it leaves nothing behind, however it ends; the launcher's guard sees to that.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import psycopg
from launcher import Refusal, settings, terminal
from launcher.engines import NAMES, Engines
from launcher.environment import ROOT
from launcher.folder import Folder

from bench import serving
from bench.serving import Size
from bench.walks import Goods

_PATIENCE = 60.0  # seconds for a program to start, and for the worker to finish what was asked for
_OPEN_JOBS = "SELECT count(*) FROM outbox WHERE done_at IS NULL AND failed_at IS NULL AND due_at <= now()"


class Shop:
    """The processes of one shop. `folder.processes` knows them by name."""

    def __init__(self, folder: Folder, *, extra_path: str = "") -> None:
        """Take a folder. `extra_path` is where Python finds servers that are not installed."""
        self.folder = folder
        self._ports = folder.ports((*NAMES, "standins", "web"))
        self._secrets = folder.secrets()
        self._engines = Engines.of(folder.path, self._ports, self._secrets)
        self._origin = f"http://127.0.0.1:{self._ports['web']}"
        self._companies: dict[str, str] = {}
        self._python_path = extra_path

    def open(self, products: int) -> Goods:
        """Start the engines and the stand-ins, migrate, fill the shop; return what there is to ask for."""
        with terminal.step("engines") as shown:
            self._engines.start(self.folder.processes)
            desk = f"http://localhost:{self._ports['standins']}"
            command = ["-m", "standins", "--port", str(self._ports["standins"]), "--shop", self._origin]
            self._start("standins", [*command, "--state", str(self.folder.path / "standins")], {})
            wait_for(f"{desk}/health")
            self._companies = settings.standins(desk)
            self._call("-m", "flask", "--app", "wsgi", "shop", "migrate", role="owner")
            shown.end()
        with terminal.step("catalogue") as shown:
            said = self._call("-m", "bench.stock", "--products", str(products), role="worker")
            self._call("-m", "app.tasks.worker", "--pictures", "--burst", role="worker")
            goods = Goods(**json.loads(said.splitlines()[-1]))
            shown.end(f"{len(goods.products)} products")
        return goods

    def start_worker(self) -> None:
        """Start what works behind the pages: a worker for each of two cores, and the clock."""
        for name in ("worker", "worker-2", "scheduler"):
            self._start(name, ["-m", f"app.tasks.{name.partition('-')[0]}"], self._env("worker", self._origin))

    def start_web(self, server: str, size: Size, *, name: str = "web", port: int = 0, keeps: bool = True) -> str:
        """Start the shop under a server and return its origin. Unless it `keeps` pages, it makes each one anew."""
        origin = f"http://127.0.0.1:{port or self._ports['web']}"
        env = {"SHOP_KEEP_PAGES": "yes" if keeps else "no"}
        self._start(name, serving.command(server, "wsgi:app", origin, size)[1:], self._env("web", origin) | env)
        wait_for(f"{origin}/health/live")
        return origin

    def start_hello(self, server: str, size: Size, *, name: str = "hello") -> str:
        """Start the yardstick under a server and return its origin."""
        origin = f"http://127.0.0.1:{self.folder.ports((name,))[name]}"
        self._start(name, serving.command(server, "bench.hello:app", origin, size)[1:], self._env("web", origin))
        wait_for(origin)
        return origin

    def wait_for_jobs(self) -> None:
        """Wait until the worker has done all that is due, or raise Refusal when it does not get there."""
        deadline = time.monotonic() + _PATIENCE
        while any(self._open_jobs(database) for database in ("orders", "customers")):
            if time.monotonic() > deadline:
                raise Refusal(f"The worker does not finish; its log is {self.folder.processes.log('worker')}.")
            time.sleep(0.1)

    def _open_jobs(self, database: str) -> int:
        with psycopg.connect(self._engines.postgres.url(database, "owner"), autocommit=True) as connection:
            row = connection.execute(_OPEN_JOBS).fetchone()
        return int(row[0]) if row else 0

    def _start(self, name: str, command: Sequence[str], env: Mapping[str, str]) -> None:
        env = {**os.environ, **env, "PYTHONPATH": f"{ROOT}:{self._python_path}"}
        self.folder.processes.start(name, [sys.executable, *command], env=env, cwd=ROOT)

    def _call(self, *command: str, role: str) -> str:
        env = {**os.environ, **self._env(role, self._origin), "PYTHONPATH": str(ROOT)}
        ran = subprocess.run([sys.executable, *command], cwd=ROOT, env=env, capture_output=True, text=True, check=False)
        if ran.returncode:
            raise Refusal(f"{' '.join(command)} failed:\n{ran.stdout}{ran.stderr}")
        return ran.stdout

    def _env(self, role: str, origin: str) -> dict[str, str]:
        """Return the settings of a shop as in production, but for http and the stand-ins, which production refuses."""
        mine = settings.shop(env="test", origin=origin, secret_key=self._secrets["secret_key"])
        return mine | self._engines.settings(role) | self._companies


def bytes_of_home(origin: str, variant: str) -> int:
    """Return how long the home page is, packed, for a visitor who has something in the cart."""
    body = urlencode({"variant": variant, "quantity": "3"}).encode()
    asked = Request(f"{origin}/cart/lines", body, {"Sec-Fetch-Site": "same-origin", "HX-Request-Type": "partial"})
    with urlopen(asked, timeout=_PATIENCE) as answer:
        cookie = answer.headers["Set-Cookie"].partition(";")[0]
    with urlopen(Request(origin, headers={"Cookie": cookie, "Accept-Encoding": "gzip"}), timeout=_PATIENCE) as answer:
        return len(answer.read())


@contextmanager
def temporary_folder() -> Iterator[Folder]:
    """Hold a folder for one measurement; in the end everything in it is stopped and removed."""
    path = Path(tempfile.mkdtemp(prefix="stoa-bench-"))
    path.chmod(0o711)  # PostgreSQL, started by root, runs as another user
    folder = Folder.hold(path, remove=True)
    try:
        yield folder
    finally:
        folder.processes.stop()
        folder.release()


def wait_for(address: str) -> None:
    """Wait until something answers at an address."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            with urlopen(address, timeout=5):
                return
        except HTTPError:
            return
        except (URLError, OSError):
            if time.monotonic() > deadline:
                raise Refusal(f"{address} does not answer.") from None
            time.sleep(0.05)
