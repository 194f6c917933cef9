"""What the four engines have in common: a folder, a port, a way to start and a question they must answer."""

import subprocess
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path

from launcher import Refusal
from launcher.processes import Processes

_PATIENCE = 60.0  # seconds a start may take; far more than any takes
_TRIES = 3  # a port may be taken between the choice and the start; old shared memory may need a moment to go


@dataclass(kw_only=True)
class Engine(ABC):
    """A store that runs as a process of its own, with its data in `folder`, on 127.0.0.1:`port`."""

    folder: Path
    port: int
    name: str
    title: str

    @abstractmethod
    def launch(self, processes: Processes) -> "subprocess.Popen[bytes]":
        """Start the process; it need not answer yet."""

    @abstractmethod
    def is_ready(self) -> bool:
        """Whether it truly answers now."""

    def finish(self) -> None:
        """Make what its clients expect to find, once it answers. Most engines need nothing."""
        return

    def start(self, processes: Processes) -> None:
        """Start it and wait until it answers, or raise Refusal with the last thing it said."""
        for _ in range(_TRIES):
            popen = self.launch(processes)
            if self._wait(popen, processes):
                self.finish()
                return
            time.sleep(1)
        log = processes.log(self.name)
        said = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:] or ["nothing"]
        raise Refusal(f"{self.title} does not start. It last said: {said[0]} (more in {log}).")

    def _wait(self, popen: "subprocess.Popen[bytes]", processes: Processes) -> bool:
        deadline = time.monotonic() + _PATIENCE
        while popen.poll() is None and not processes.is_closed:
            if self.is_ready():
                return True
            if time.monotonic() > deadline:
                raise Refusal(
                    f"{self.title} has not answered for {_PATIENCE:.0f} seconds. Is the machine too busy? Try again."
                )
            time.sleep(0.05)
        return False
