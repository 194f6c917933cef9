"""SecantusDB, which speaks MongoDB's protocol over WiredTiger. GPL, so it is only ever a process of its own."""

import os
import subprocess
import sys
from dataclasses import dataclass

import pymongo
from pymongo.errors import PyMongoError

from launcher.engines.engine import Engine
from launcher.processes import Processes


@dataclass(kw_only=True)
class Mongo(Engine):
    """The server of the catalogue."""

    name: str = "mongo"
    title: str = "SecantusDB"

    def url(self, database: str = "catalog") -> str:
        """Return the address of a database."""
        return f"mongodb://127.0.0.1:{self.port}/{database}"

    def launch(self, processes: Processes) -> "subprocess.Popen[bytes]":
        """Start the server. Its working folder is its own, because it reads settings from the one it stands in."""
        self.folder.mkdir(exist_ok=True)
        command = [sys.executable, "-m", "secantus", "--host", "127.0.0.1", "--port", str(self.port)]
        command += ["--storage-path", str(self.folder), "--log-level", "WARNING", "--cache-size", "256M"]
        return processes.start(
            self.name, command, env={**os.environ, "HOME": str(self.folder)}, cwd=self.folder, is_store=True
        )

    def is_ready(self) -> bool:
        """Whether the server answers a command."""
        client: pymongo.MongoClient[dict[str, object]] = pymongo.MongoClient(self.url(), serverSelectionTimeoutMS=500)
        with client:
            try:
                client.admin.command("ping")
            except PyMongoError:
                return False
        return True
