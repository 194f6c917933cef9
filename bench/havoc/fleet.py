"""The shop as many processes, each behind proxies of its own, killed and started again; its stores and companies."""

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from urllib.request import Request, urlopen

import psycopg
import redis
from launcher import Refusal, settings
from launcher.engines import NAMES, Engines
from launcher.environment import ROOT
from launcher.folder import Folder
from launcher.processes import Entry

from bench.forks import Forked
from bench.havoc.proxy import Front, Proxy, Traps
from bench.havoc.reading import Http, Postgres, Redis
from bench.shop import wait_for

_READERS = {"postgres": Postgres, "valkey": Redis, "s3": Http, "standins": Http}


class Fleet:
    """Everything that runs. `slots` are the shop's own processes by name, such as web1, worker2 and clerk."""

    def __init__(
        self, folder: Folder, traps: Traps, *, webs: int, workers: int, capture: str = "now", is_watched: bool = True
    ) -> None:
        """Take a folder. Without `is_watched` there are no proxies between the shop and its stores, and no clerk."""
        self.folder, self.traps, self._capture, self._is_watched = folder, traps, capture, is_watched
        self.slots = [
            *(f"web{number}" for number in range(1, webs + 1)),
            *(f"worker{number}" for number in range(1, workers + 1)),
            "scheduler", *(["clerk"] if is_watched else []),
        ]  # fmt: skip
        names = [f"{slot}-{store}" for slot in self.slots for store in (*_READERS, "http")]
        self._ports = folder.ports((*NAMES, "standins", "front", *names))
        self._secrets = folder.secrets()
        self.engines = Engines.of(folder.path, self._ports, self._secrets, is_durable=False)
        self.origin = f"http://127.0.0.1:{self._ports['front']}"
        self.desk = f"http://localhost:{self._ports['standins']}"
        self.kills: Counter[str] = Counter()
        self._running: dict[str, Forked] = {}
        self._companies: dict[str, str] = {}
        self._is_open = False

    async def open(self, goods: str) -> dict[str, Any]:
        """Start stores and companies, fill the shop, start its processes; return what there is to buy."""
        self.engines.start(self.folder.processes)
        self.start_companies()
        wait_for(f"{self.desk}/health")
        self._companies = settings.standins(self.desk)
        self.call("-m", "flask", "--app", "wsgi", "shop", "migrate", role="owner")
        said = self.call("-m", "bench.havoc.goods", goods, role="worker")
        for slot in self.slots if self._is_watched else ():
            for store, reading in _READERS.items():
                await Proxy(slot, self._ports[store], reading, self.traps).listen(self._ports[f"{slot}-{store}"])
        await Front(self.webs).listen(self._ports["front"])
        self._is_open = True
        for slot in self.slots:
            self.start(slot)
        found: dict[str, Any] = json.loads(said.splitlines()[-1])
        return found

    def start(self, slot: str) -> None:
        """Start one of the shop's processes."""
        env = {**os.environ, **self._env(slot), "PYTHONPATH": str(ROOT)}
        role, port = slot.rstrip("0123456789"), self._ports[f"{slot}-http"]
        listen = ["--host", "127.0.0.1", "--port", str(port), "--no-ws", "--workers", "1", "--blocking-threads", "8"]
        module, options = {
            "web": ("app.serve", [*listen, "--log-level", "error"]),
            "worker": ("app.tasks.worker", []),
            "scheduler": ("app.tasks.scheduler", []),
            "clerk": ("bench.havoc.clerk", []),
        }[role]
        self._running[slot] = Forked(module, options, env=env, log=self.folder.processes.log(slot))

    def kill(self, slot: str) -> bool:
        """End a process and what it started, as a power cut would; False when it does not run."""
        process = self._running.pop(slot, None)
        if process is None or not process.kill():
            return False
        self.kills[slot.rstrip("0123456789")] += 1
        return True

    async def kill_and_start(self, slot: str, pause: float) -> None:
        """Kill a process and start it again after a while."""
        self.kill(slot)
        await asyncio.sleep(pause)
        if self._is_open and slot not in self._running:
            self.start(slot)

    def revive(self) -> list[str]:
        """Start what ended by itself, and return its names: nothing should."""
        ended = [slot for slot, process in self._running.items() if not process.is_alive()]
        for slot in ended:
            self.start(slot)
        return ended

    def dismiss(self, slot: str) -> None:
        """End a process for good, if there is one of this name."""
        if slot in self.slots:
            self.slots.remove(slot)
            self._running.pop(slot).kill()

    def stop(self) -> None:
        """Kill every process of the shop; these kills do not count."""
        self._is_open = False
        before = self.kills.copy()
        for slot in list(self._running):
            self.kill(slot)
        self.kills = before

    def go_on(self) -> None:
        """Start every process that does not run."""
        self._is_open = True
        for slot in self.slots:
            if slot not in self._running:
                self.start(slot)

    def start_companies(self) -> None:
        """Start the stand-ins on the state that they have."""
        command = [sys.executable, "-m", "standins", "--port", str(self._ports["standins"]), "--shop", self.origin]
        command += ["--state", str(self.folder.path / "standins")]
        self.folder.processes.start("standins", command, env=dict(os.environ), cwd=ROOT)

    async def restart(self, name: str, how: int, pause: float) -> None:
        """End a store or the companies by the signal `how`, and start it again after a while."""
        entry = next(entry for entry in self.folder.processes.entries() if entry.name == name)
        os.kill(entry.pid, how)
        await asyncio.to_thread(_wait_for_end, entry)
        await asyncio.sleep(pause)
        self.folder.processes.ended()
        if name == "standins":
            self.start_companies()
            await asyncio.to_thread(wait_for, f"{self.desk}/health")
        else:
            await asyncio.to_thread(getattr(self.engines, name).start, self.folder.processes)

    async def hold(self, name: str, pause: float) -> None:
        """Have a store say nothing for a while."""
        entry = next(entry for entry in self.folder.processes.entries() if entry.name == name)
        os.kill(entry.pid, signal.SIGSTOP)
        await asyncio.sleep(pause)
        os.kill(entry.pid, signal.SIGCONT)

    def pull(self, lever: str, **given: object) -> None:
        """Pull a lever of the stand-ins."""
        body = json.dumps({"lever": lever, **given}).encode()
        with urlopen(Request(f"{self.desk}/levers", body, {"Content-Type": "application/json"}), timeout=60) as answer:
            answer.read()

    def flush_redis(self) -> None:
        """Empty the Redis of sessions, queues and limits."""
        with redis.Redis.from_url(self.engines.valkey.url(), socket_timeout=10) as client:
            client.flushall()

    def ledger(self) -> dict[str, Any]:
        """Read the books of the companies."""
        with urlopen(f"{self.desk}/ledger.json", timeout=300) as answer:
            books: dict[str, Any] = json.load(answer)
        return books

    def query(self, statement: str, database: str = "orders") -> list[tuple[Any, ...]]:
        """Ask a database as its owner, past all proxies."""
        with psycopg.connect(self.engines.postgres.url(database, "postgres"), autocommit=True) as connection:
            cursor = connection.execute(statement)  # type: ignore[call-overload]
            return cursor.fetchall() if cursor.description else []

    def call(self, *command: str, role: str) -> str:
        """Run a command of the shop to its end; raise Refusal with what it said when it fails."""
        code, said = self.run(*command, role=role)
        if code:
            raise Refusal(f"{' '.join(command)} failed:\n{said}")
        return said

    def run(self, *command: str, role: str = "owner") -> tuple[int, str]:
        """Run a command of the shop, past all proxies; return its exit code and what it said."""
        env = {**os.environ, **self._settings(role), "PYTHONPATH": str(ROOT)}
        ran = subprocess.run([sys.executable, *command], cwd=ROOT, env=env, capture_output=True, text=True, check=False)
        return ran.returncode, ran.stdout + ran.stderr

    def webs(self) -> list[int]:
        """Return the ports of the web processes, in any order."""
        ports = [self._ports[f"{slot}-http"] for slot in self.slots if slot.startswith("web")]
        return random.sample(ports, len(ports))

    def _env(self, slot: str) -> dict[str, str]:
        """Return the settings of one process, whose every address leads through its own proxies."""
        mine = self._settings("web" if slot.startswith("web") else "worker")
        if not self._is_watched:
            return mine
        ways = {str(self._ports[store]): str(self._ports[f"{slot}-{store}"]) for store in _READERS}
        return {name: _through(value, ways) for name, value in mine.items()}

    def _settings(self, role: str) -> dict[str, str]:
        mine = settings.shop(env="test", origin=self.origin, secret_key=self._secrets["secret_key"])
        return mine | {"SHOP_CAPTURE": self._capture} | self.engines.settings(role) | self._companies


def _wait_for_end(entry: Entry) -> None:
    while entry.is_alive():
        time.sleep(0.05)


def _through(value: str, ways: dict[str, str]) -> str:
    """Return an address with its port changed where a proxy stands before that port."""
    parts = urlsplit(value)
    if not parts.netloc or str(parts.port) not in ways:
        return value
    at, _, _ = parts.netloc.rpartition(":")
    return urlunsplit(parts._replace(netloc=f"{at}:{ways[str(parts.port)]}"))
