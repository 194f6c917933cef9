"""A clone of the project with a tiny shop in the place of the real one, so that the launcher alone is tested."""

import copy
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from urllib.request import urlopen

import psutil

ROOT = Path(__file__).resolve().parents[2]

_WSGI = """
import os, sys, time
from pathlib import Path
import click, flask, psycopg
from flask.cli import AppGroup

app, shop = flask.Flask(__name__), AppGroup("shop")
app.cli.add_command(shop)

@app.get("/health/live")
def live():
    with psycopg.connect(os.environ["SHOP_ORDERS_URL"]) as orders:
        return str(orders.execute("SELECT count(*) FROM seeds").fetchone()[0])

@shop.command()
def migrate():
    if Path("broken").exists():
        sys.exit("The migration found an order without a customer.")
    with psycopg.connect(os.environ["SHOP_ORDERS_URL"]) as orders:
        orders.execute("CREATE TABLE IF NOT EXISTS seeds (id int)")

@shop.group()
def staff():
    pass

@staff.command()
def demo():
    print("Sign in as somebody.")

@shop.command()
@click.option("--dir")
def seed(dir):
    with psycopg.connect(os.environ["SHOP_ORDERS_URL"]) as orders:
        orders.execute("INSERT INTO seeds VALUES (1)")

@shop.command("import")
@click.argument("file")
def import_file(file):
    print("It goes on.")
"""
_INSIDE = "STOA_LAUNCHER_INSIDE"
_SLEEPER = "import time\nwhile True: time.sleep(60)\n"
_STANDINS = """
import argparse, http.server
options = argparse.ArgumentParser()
for name in ("port", "state", "shop"): options.add_argument("--" + name)
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(b"key")
http.server.ThreadingHTTPServer(("127.0.0.1", int(options.parse_args().port)), Answer).serve_forever()
"""
_FILES = {
    "wsgi.py": _WSGI,
    "app/serve.py": (ROOT / "app" / "serve.py").read_text(encoding="utf-8"),
    "standins/__main__.py": _STANDINS,
    "app/tasks/worker.py": _SLEEPER,
    "app/tasks/scheduler.py": _SLEEPER,
}


class Clone:
    """One clone in a folder of its own, and `bin/dev` in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.var = folder / "var"
        self._terminal = folder / "terminal.txt"
        self._running: subprocess.Popen[bytes] | None = None
        shutil.copytree(ROOT / "bin", folder / "bin", ignore=shutil.ignore_patterns("__pycache__"))
        for name, text in _FILES.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def beside(self) -> "Clone":
        """Open a second terminal in the same clone."""
        second = copy.copy(self)
        second._terminal, second._running = self.folder / "terminal-2.txt", None
        return second

    def start(self, *options: str, is_installed: bool = True) -> None:
        """Run `bin/dev`, inside the environment that runs the tests, or as where nothing is installed yet."""
        environment = {key: value for key, value in os.environ.items() if not key.startswith("SHOP_")}
        environment |= {"PYTHONPATH": str(self.folder / "bin")} | ({_INSIDE: "yes"} if is_installed else {})
        with self._terminal.open("wb") as terminal:
            self._running = subprocess.Popen(
                [sys.executable, "-m", "launcher", "dev", *options],
                cwd="/",
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=terminal,
                stderr=subprocess.STDOUT,
            )

    def wait_open(self) -> str:
        """Wait until the shop says it is open; return what the terminal shows."""
        return self._wait_for("Ctrl-C stops it.")

    def wait_end(self) -> tuple[int, str]:
        """Wait until `bin/dev` has ended by itself; return its status and what the terminal shows."""
        assert self._running is not None
        return self._running.wait(timeout=120), self.terminal()

    def send(self, number: int) -> None:
        """Send `bin/dev` a signal."""
        assert self._running is not None
        self._running.send_signal(number)

    def stop(self) -> tuple[int, str]:
        """Press Ctrl-C and wait."""
        self.send(signal.SIGINT)
        return self.wait_end()

    def run(self, *options: str, is_installed: bool = True) -> tuple[int, str]:
        """Run a `bin/dev` that is expected to refuse."""
        self.start(*options, is_installed=is_installed)
        return self.wait_end()

    def terminal(self) -> str:
        """Return what the terminal shows."""
        return self._terminal.read_text(encoding="utf-8")

    def processes(self) -> list[psutil.Process]:
        """Find every process that belongs to this clone, by its command line or the folder it stands in."""
        found = []
        for process in psutil.process_iter():
            try:
                place = [*process.cmdline(), process.cwd()]
            except psutil.Error:
                continue
            if any(str(self.folder) in word for word in place) and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        return found

    def runs(self, name: str) -> bool:
        """Return whether one of its processes was started with this word."""
        for process in self.processes():
            with suppress(psutil.NoSuchProcess):  # it may end in this moment
                if name in process.cmdline():
                    return True
        return False

    def ports(self) -> dict[str, int]:
        """Return the ports it uses."""
        ports: dict[str, int] = json.loads((self.var / "ports.json").read_text(encoding="utf-8"))
        return ports

    def end(self) -> None:
        """Leave nothing behind, whatever the test did."""
        if self._running is not None and self._running.poll() is None:
            self.stop()
        for process in self.processes():
            process.kill()

    def _wait_for(self, text: str) -> str:
        assert self._running is not None
        deadline = time.monotonic() + 60
        while text not in self.terminal():
            assert self._running.poll() is None, self.terminal()
            assert time.monotonic() < deadline, self.terminal()
            time.sleep(0.05)
        return self.terminal()


def address(terminal: str) -> str:
    """Return where the shop says it is."""
    match = re.search(r"Shop +(\S+)", terminal)
    assert match is not None, terminal
    return match[1]


def seeds(terminal: str) -> str:
    """Ask the tiny shop how often it was seeded."""
    with urlopen(address(terminal) + "health/live", timeout=60) as answer:
        return answer.read().decode()
