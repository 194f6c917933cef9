"""`bin/dev`: from a fresh clone to an open shop, in order, and back to nothing running."""

import argparse
import os
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from types import FrameType
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from launcher import Refusal, ports, settings, terminal
from launcher.engines import NAMES, Engines
from launcher.environment import ROOT
from launcher.folder import Folder, write_private
from launcher.logs import Tail, find_reason
from launcher.supervise import Supervisor

_PATIENCE = 60.0  # seconds until a started program must answer
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_FLASK = ("-m", "flask", "--app", "wsgi", "shop")
_SERVICES = {
    "worker": ("-m", "app.tasks.worker"),
    "pictures": ("-m", "app.tasks.worker", "--pictures"),
    "scheduler": ("-m", "app.tasks.scheduler"),
}


def run(options: argparse.Namespace) -> int:
    """Open the shop and keep it open until it is interrupted."""
    hurry = _catch_signals()
    folder = Folder.hold(ROOT / "var", fresh=options.fresh)
    try:
        with _held(options.port):
            _Opening(folder, options).run()
    except KeyboardInterrupt:
        terminal.say("\nStopping …")
    finally:
        folder.processes.stop(hurry=hurry)
        folder.release()
    terminal.say("Everything is stopped; the data stays in var/.")
    return 0


def _catch_signals() -> threading.Event:
    """Turn Ctrl-C, a kill and the end of the terminal into KeyboardInterrupt; the event tells of a second one."""
    hurry = threading.Event()

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        for number in _SIGNALS:
            signal.signal(number, lambda *_: hurry.set())
        raise KeyboardInterrupt

    for number in _SIGNALS:
        signal.signal(number, interrupt)
    return hurry


@contextmanager
def _held(port: int) -> Iterator[None]:
    """Keep the shop's port from others until the web server listens, which shares it with us, and would with them."""
    ports.refuse_taken(port)
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        held.bind(("127.0.0.1", port))
        yield


class _Opening:
    """One opening of the shop: the steps, in order, and what they hand to each other."""

    def __init__(self, folder: Folder, options: argparse.Namespace) -> None:
        self._folder = folder
        self._mark = folder.path / "filled"
        self._options = options
        self._ports = folder.ports((*NAMES, "standins"))
        self._secrets = folder.secrets()
        self._engines = Engines.of(folder.path, self._ports, self._secrets)
        self._supervisor = Supervisor(folder.processes)
        self._origin = f"http://127.0.0.1:{options.port}"
        self._desk = f"http://localhost:{self._ports['standins']}"

    def run(self) -> None:
        """Take every step, then watch."""
        self._start_stores()
        self._companies = settings.standins(self._desk) if self._options.has_standins else {}
        if self._mark.exists():
            self._add_web()  # it loads meanwhile; nobody is told of it before the migrations are through
        self._call("migrations", "migrate", role="owner")
        self._fill()
        self._start_shop()
        self._write_env()
        self._greet()
        self._supervisor.watch()

    def _start_stores(self) -> None:
        with terminal.step("engines") as shown:
            if self._options.has_standins:
                self._supervisor.add("standins", self._start_standins)
            self._engines.start(self._folder.processes)
            if self._options.has_standins:
                self._wait(f"{self._desk}/health", "standins")
            shown.end(", ".join(dict.fromkeys(engine.title for engine in self._engines.all())))
        for engine in self._engines.all():
            self._supervisor.add(engine.name, partial(engine.start, self._folder.processes), is_running=True)

    def _start_standins(self) -> None:
        command = ["-m", "standins", "--port", str(self._ports["standins"]), "--shop", self._origin]
        self._start("standins", [*command, "--state", str(self._folder.path / "standins")], dict(os.environ))

    def _fill(self) -> None:
        """Load the file that was named, or the demo shop on the first run; then somebody to look after it."""
        if file := self._options.import_file:
            images = ["--images", str(self._options.images)] if self._options.images else []
            self._call("import", "import", str(file), *images, role="worker", ends="goes on in the background")
        elif not self._mark.exists():
            self._call("demo shop", "seed", "--dir", str(self._folder.path / "demo"), role="worker")
        self._mark.touch()
        staff = self._folder.path / "staff.txt"
        if not staff.exists():
            write_private(staff, "\n".join(self._call("staff", "staff", "demo", role="worker")))

    def _start_shop(self) -> None:
        with terminal.step("shop") as shown:
            if not self._supervisor.watches("web"):
                self._add_web()
            self._wait(f"{self._origin}/health/live", "web")  # first, alone: somebody waits for its pages
            for name, command in _SERVICES.items():
                start = partial(self._start, name, command, self._env("worker"))
                self._supervisor.add(name, start, is_told=True)
            shown.end("open")

    def _add_web(self) -> None:
        web = ["-m", "app.serve", "--host", "127.0.0.1", "--port", str(self._options.port)]
        web += ["--workers", "2", "--blocking-threads", "8", "--no-ws", "--respawn-failed-workers"]
        web += ["--log-level", "warning"]
        self._supervisor.add("web", partial(self._start, "web", web, self._env("web")), is_told=True)

    def _call(self, title: str, *command: str, role: str, ends: str = "ready") -> list[str]:
        """Run a command of the shop to its end, showing its last line as it comes; return all it said."""
        tail = Tail(self._folder.processes.log(command[0]))
        said: list[str] = []
        with terminal.step(title) as shown:
            running = self._start(command[0], [*_FLASK, *command], self._env(role))
            while True:
                has_ended = running.poll() is not None
                said += filter(str.strip, tail.lines())
                if said and not said[-1].startswith(("{", " ", "Traceback")):  # what is for people, not for the log
                    shown.tell(said[-1])
                if has_ended:
                    break
                time.sleep(0.1)
            self._folder.processes.ended()
            if running.returncode:
                raise Refusal(
                    f"`flask shop {command[0]}` failed; its log is {tail.path}. It said:\n{find_reason(said)}"
                )
            shown.end(ends)
        return said

    def _start(self, name: str, command: Sequence[str], env: dict[str, str]) -> "subprocess.Popen[bytes]":
        env = env | {"PYTHONUNBUFFERED": "1"}
        return self._folder.processes.start(name, [sys.executable, *command], env=env, cwd=ROOT)

    def _env(self, role: str) -> dict[str, str]:
        """Return the environment of the shop's processes: ours, unless the person set something else."""
        mine = settings.shop(env="development", origin=self._origin, secret_key=self._secrets["secret_key"])
        return mine | self._engines.settings(role) | self._companies | os.environ | {"SHOP_ORIGIN": self._origin}

    def _write_env(self) -> None:
        """Leave the settings where a shell finds them, so that `flask shop …` reaches this shop."""
        mine = {key: value for key, value in self._env("worker").items() if key.startswith("SHOP_")}
        lines = [f"export {key}={shlex.quote(value)}" for key, value in sorted((mine | {"FLASK_APP": "wsgi"}).items())]
        write_private(self._folder.path / "env", "\n".join(lines) + "\n")

    def _wait(self, address: str, name: str) -> None:
        deadline = time.monotonic() + _PATIENCE
        while not _answers(address):
            self._supervisor.look()
            if self._supervisor.has_failed(name) or time.monotonic() > deadline:
                raise Refusal(f"{name} does not start; its log {self._folder.processes.log(name)} says why.")
            time.sleep(0.1)

    def _greet(self) -> None:
        rows = [("Shop", f"{self._origin}/"), ("Staff", f"{self._origin}/admin/")]
        rows += [("", line) for line in (self._folder.path / "staff.txt").read_text(encoding="utf-8").splitlines()]
        if self._options.has_standins:
            rows += [
                ("Desk", f"{self._desk}/  (plays Stripe, UPS and SendGrid)"),
                ("Inbox", f"{self._desk}/inbox  (every mail the shop sends)"),
                ("Cards", "4242 4242 4242 4242 pays, 4000 0000 0000 0002 is declined,"),
                ("", "4000 0027 6000 3184 asks for 3-D Secure; any future date, any CVC"),
            ]
        rows += [("Logs", f"{self._folder.path / 'log'}/"), ("Tools", ". var/env; .venv/bin/flask shop --help")]
        terminal.say("\nThe shop is open.\n")
        for title, text in rows:
            terminal.say(f"  {title:<7} {text}")
        terminal.say("\nCtrl-C stops it.")


def _answers(address: str) -> bool:
    try:
        with urlopen(address, timeout=5):
            return True
    except HTTPError:
        return True
    except (URLError, OSError):
        return False
