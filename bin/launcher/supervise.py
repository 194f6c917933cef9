"""Keeps the processes of a running shop alive: one that ends is started again, ever later if it keeps ending."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from launcher import Refusal, terminal
from launcher.logs import Tail, find_error
from launcher.processes import Processes

_LONGEST_PAUSE = 30.0  # seconds
_STEADY = 60.0  # seconds after which an end counts as the first again
_PULSE = 0.3  # seconds between two looks


@dataclass
class Service:
    """Something that must run, and how to start it."""

    name: str
    start: Callable[[], object]
    started: float = field(default_factory=time.monotonic)
    failures: int = 0
    due: float | None = None  # when to start it again; None while it runs


class Supervisor:
    """Watches the services of one data folder until it is interrupted."""

    def __init__(self, processes: Processes) -> None:
        self._processes = processes
        self._services: dict[str, Service] = {}
        self._tails: dict[str, Tail] = {}

    def add(self, name: str, start: Callable[[], object], *, is_running: bool = False, is_told: bool = False) -> None:
        """Start a service, unless it `is_running`, and watch it. The errors in its log are shown if it `is_told`."""
        if is_told:
            self._tails[name] = Tail(self._processes.log(name))
        if not is_running:
            start()
        self._services[name] = Service(name, start)

    def watch(self) -> None:
        """Restart what ends and show what goes wrong, until KeyboardInterrupt."""
        while True:
            self.look()
            time.sleep(_PULSE)

    def look(self) -> None:
        """Look once at everything."""
        for name in self._processes.ended():
            if name in self._services:
                self._plan(self._services[name])
        for service in self._services.values():
            if service.due is not None and service.due <= time.monotonic():
                self._restart(service)
        for name, tail in self._tails.items():
            for line in tail.lines():
                if error := find_error(line):
                    terminal.say(f"{name:<9} | {error}")

    def watches(self, name: str) -> bool:
        """Whether a service was added."""
        return name in self._services

    def has_failed(self, name: str) -> bool:
        """Whether a service ended since it was added."""
        return self._services[name].failures > 0

    def _plan(self, service: Service) -> None:
        now = time.monotonic()
        service.failures = 1 if now - service.started > _STEADY else service.failures + 1
        pause = min(_LONGEST_PAUSE, 2.0 ** (service.failures - 1)) - 1  # at once, then 1, 3, 7, 15 and 29 seconds
        service.due = now + pause
        when = f"in {pause:.0f} s" if pause else "now"
        log = self._processes.log(service.name)
        terminal.say(f"{service.name:<9} | ended and is started again {when}; its log is {log}")

    def _restart(self, service: Service) -> None:
        service.started, service.due = time.monotonic(), None
        try:
            service.start()
        except Refusal as refusal:
            terminal.say(f"{service.name:<9} | {refusal}")
            self._plan(service)
