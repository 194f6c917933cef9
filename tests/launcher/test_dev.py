"""`bin/dev` with real processes: it opens, it stops, it recovers, and it refuses in sentences."""

import random
import shutil
import signal
import socket
import time
from pathlib import Path
from unittest.mock import Mock

import pytest
from launcher import Refusal
from launcher.ports import is_free

from tests.launcher.clone import Clone, seeds


@pytest.fixture
def clone(tmp_path: Path):
    made = Clone(tmp_path / "a clone")
    yield made
    made.end()


@pytest.fixture
def port() -> str:
    # Below the ports that systems hand out by themselves, so that no neighbour gets it meanwhile.
    tried = (random.randrange(11_000, 22_000, 2) for _ in range(100))
    return str(next(each for each in tried if is_free(each) and is_free(each + 1)))


def _wait_until(claim, seconds: float = 60) -> bool:
    deadline = time.monotonic() + seconds
    while not claim():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def test_two_clones_run_side_by_side_and_stop_alone(clone: Clone, tmp_path: Path, port: str):
    other = Clone(tmp_path / "another")
    other_port = str(int(port) + 1)
    try:
        clone.start("--port", port)
        other.start("--port", other_port)
        opened, other_opened = clone.wait_open(), other.wait_open()
        assert not set(clone.ports().values()) & set(other.ports().values())

        status, terminal = clone.stop()

        assert status == 0
        assert "Everything is stopped" in terminal
        assert clone.processes() == []
        assert port in opened
        assert "Sign in as somebody." in opened
        assert seeds(other_opened) == "1"
    finally:
        other.end()


def test_end_of_terminal_stops_everything_and_next_run_keeps_data_and_secrets(clone: Clone, port: str):
    clone.start("--port", port)
    clone.wait_open()
    secrets = (clone.var / "secrets.json").read_text()

    clone.send(signal.SIGHUP)
    clone.wait_end()
    assert clone.processes() == []
    clone.start("--port", port)
    again = clone.wait_open()

    assert seeds(again) == "1"
    assert (clone.var / "secrets.json").read_text() == secrets
    assert (clone.var / "secrets.json").stat().st_mode & 0o077 == 0


def test_killed_launcher_leaves_nothing_and_next_run_recovers(clone: Clone, port: str):
    clone.start("--port", port)
    clone.wait_open()

    clone.send(signal.SIGKILL)
    clone.wait_end()
    clone.start("--port", port)
    again = clone.wait_open()

    assert seeds(again) == "1"


def test_killed_launcher_and_guard_are_cleaned_up_by_next_run(clone: Clone, port: str):
    clone.start("--port", port)
    clone.wait_open()
    guard = next(process for process in clone.processes() if "launcher.guard" in process.cmdline())
    left = {process.pid for process in clone.processes() if "secantus" in process.cmdline()}

    guard.kill()
    clone.send(signal.SIGKILL)
    clone.wait_end()
    assert left <= {process.pid for process in clone.processes()}
    clone.start("--port", port)
    again = clone.wait_open()

    assert seeds(again) == "1"
    assert not left & {process.pid for process in clone.processes()}


def test_second_run_is_refused_and_process_that_dies_is_started_again(clone: Clone, port: str):
    clone.start("--port", port)
    opened = clone.wait_open()
    second = clone.beside()
    status, terminal = second.run("--port", port, "--fresh")
    assert status == 1
    assert "already runs in this clone" in terminal
    assert "Traceback" not in terminal
    victims = [
        process
        for process in clone.processes()
        if "app.tasks.scheduler" in process.cmdline() or "secantus" in process.cmdline()
    ]

    for victim in victims:
        victim.kill()

    assert len(victims) == 2
    assert _wait_until(lambda: clone.terminal().count("ended and is started again") == 2)
    modules = ("app.tasks.scheduler", "secantus")
    assert _wait_until(lambda: all(clone.runs(name) for name in modules))
    assert seeds(opened) == "1"


def test_interrupt_while_engines_start_stops_them(clone: Clone, port: str):
    clone.start("--port", port)
    assert _wait_until(lambda: clone.runs("secantus"))

    status, terminal = clone.stop()

    assert status == 0
    assert "Traceback" not in terminal
    assert clone.processes() == []


def test_taken_port_is_refused_with_a_free_one(clone: Clone):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        status, terminal = clone.run("--port", str(port))

    assert status == 1
    assert f"Port {port} is taken" in terminal
    suggestion = int(terminal.rpartition("--port ")[2])
    assert is_free(suggestion)
    assert "Traceback" not in terminal


def test_taken_port_is_refused_before_anything_is_installed(clone: Clone):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        status, terminal = clone.run("--port", str(port), is_installed=False)

    assert status == 1
    assert f"bin/dev: Port {port} is taken" in terminal
    assert not (clone.folder / ".venv").exists()


def test_port_of_a_shop_that_is_still_opening_is_refused(clone: Clone, tmp_path: Path, port: str):
    other = Clone(tmp_path / "another")
    clone.start("--port", port)
    assert _wait_until(lambda: clone.runs("secantus"))
    try:
        status, terminal = other.run("--port", port)

        assert status == 1
        assert f"Port {port} is taken" in terminal
    finally:
        other.end()


@pytest.mark.parametrize(
    ("prepare", "sentence"),
    [
        (lambda var: (var / "VERSION").write_text("999"), "made by another version"),
        (lambda var: (var / "holiday.jpg").write_text(""), "was not made by this program"),
    ],
)
def test_foreign_data_folder_is_refused_and_left_alone(clone: Clone, port: str, prepare, sentence: str):
    clone.var.mkdir()
    prepare(clone.var)
    before = {path.name for path in clone.var.iterdir()}

    status, terminal = clone.run("--port", port)

    assert status == 1
    assert sentence in terminal
    assert "Traceback" not in terminal
    assert before <= {path.name for path in clone.var.iterdir()}


def test_full_disk_is_refused(clone: Clone, port: str, monkeypatch: pytest.MonkeyPatch):
    site = clone.folder / "bin" / "sitecustomize.py"
    site.write_text("import shutil\nshutil.disk_usage = lambda path: shutil._ntuple_diskusage(9, 9, 1_000_000)\n")

    status, terminal = clone.run("--port", port)

    assert status == 1
    assert "Only 1 MB are free" in terminal


def test_failed_migration_is_told_and_everything_stopped(clone: Clone, port: str):
    (clone.folder / "broken").touch()

    status, terminal = clone.run("--port", port)

    assert status == 1
    assert "The migration found an order without a customer." in terminal
    assert "Traceback" not in terminal
    assert clone.processes() == []


def test_fresh_deletes_data(clone: Clone, port: str):
    clone.var.mkdir()
    (clone.var / "VERSION").write_text("0")
    (clone.var / "postgres").mkdir()
    shutil.copy(__file__, clone.var / "postgres" / "old")

    clone.start("--port", port, "--fresh")
    clone.wait_open()

    assert not (clone.var / "postgres" / "old").exists()


def test_import_is_said_to_go_on_when_the_shop_is_open(clone: Clone, port: str):
    file = clone.folder / "products.csv"
    file.touch()

    clone.start("--port", port, "--import", str(file))

    assert "import         goes on in the background" in clone.wait_open()


def test_port_that_the_system_keeps_for_root_is_not_called_taken(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(socket.socket, "bind", Mock(side_effect=PermissionError))

    with pytest.raises(Refusal, match="Port 80 is kept for root"):
        is_free(80)
