"""The shop's own processes, forked from one that has the shop loaded.

Loading takes seconds each time, and whoever kills processes starts many. The one rule: what is loaded before the fork
has read no settings; `wsgi` is loaded after it.
"""

import atexit
import multiprocessing
import os
import runpy
import signal
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from multiprocessing.connection import wait
from pathlib import Path

import psutil

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["bench.loaded"])


class Forked:
    """`python -m module options`, leading a process group of its own. It ends with whoever started it."""

    def __init__(self, module: str, options: Sequence[str], *, env: Mapping[str, str], log: Path) -> None:
        """Start it. What it writes goes to the end of `log`."""
        self._process = _FORKS.Process(target=_run, args=(module, list(options), dict(env), str(log)))
        self._process.start()
        atexit.register(self.kill)  # before multiprocessing's own, which would wait for it

    def is_alive(self) -> bool:
        """Whether it still runs."""
        return self._process.is_alive()

    def kill(self) -> bool:
        """End it, and what it started, as a power cut would; False when it had ended."""
        atexit.unregister(self.kill)
        was_alive = self._process.is_alive()
        children: list[psutil.Process] = []
        with suppress(psutil.NoSuchProcess):
            children = psutil.Process(self._process.pid).children(recursive=True) if was_alive else []
        if was_alive or not psutil.pid_exists(self._process.pid or 0):  # else the number is somebody else's by now
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid or 0, signal.SIGKILL)
        self._process.kill()  # one that has no group yet
        for each in children:  # one that has left the group would finish what it is at
            with suppress(psutil.NoSuchProcess):
                each.kill()
        self._process.join()
        return was_alive


def _run(module: str, options: list[str], env: dict[str, str], log: str) -> None:
    os.setsid()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    os.environ.clear()
    os.environ.update(env)
    with Path(log).open("ab", buffering=0) as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    sys.argv = [module, *options]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os.killpg(0, signal.SIGKILL)
