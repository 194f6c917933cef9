"""`bench/forks.py`: a forked process does not outlive whoever started it."""

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import psutil

from bench import forks
from tests.running import ROOT, wait_until

_SLEEPER = """
import os, pathlib, sys, time
pathlib.Path(sys.argv[1]).write_text(str(os.getpid()))
time.sleep(600)
"""
_STARTER = """
import os, pathlib, sys, time
from bench import forks
forks._FORKS.set_forkserver_preload([])  # nothing of the shop is needed here
forks.Forked("sleeper", sys.argv[1:], env=os.environ, log=pathlib.Path(os.devnull))
time.sleep(600)
"""


def test_a_process_ends_when_its_starter_is_killed(tmp_path: Path) -> None:
    (tmp_path / "sleeper.py").write_text(_SLEEPER)
    note = tmp_path / "pid"
    env = os.environ | {"PYTHONPATH": f"{ROOT}:{tmp_path}"}
    with subprocess.Popen([sys.executable, "-c", _STARTER, str(note)], cwd=ROOT, env=env) as starter:
        wait_until(lambda: note.exists() and note.read_text(), what="the process starting")
        sleeper = psutil.Process(int(note.read_text()))
        starter.kill()

    wait_until(lambda: not sleeper.is_running() or sleeper.status() == psutil.STATUS_ZOMBIE, what="its end")


def test_a_number_that_is_somebody_else_s_by_now_is_left_alone() -> None:
    ended = forks.Forked.__new__(forks.Forked)
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, start_new_session=True) as other:
        vars(ended)["_process"] = SimpleNamespace(
            pid=other.pid, is_alive=lambda: False, kill=lambda: None, join=lambda: None
        )

        assert ended.kill() is False

        assert other.communicate(b"\n")
        assert other.returncode == 0
