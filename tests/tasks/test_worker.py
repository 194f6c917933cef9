"""A worker outlives Redis, and ends when it is told to."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask
from launcher.engines.valkey import KEEPING, Valkey
from launcher.processes import Processes
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as NoRedis
from redis.exceptions import OutOfMemoryError
from redis.retry import Retry
from rq import Queue

from app.tasks import worker
from app.tasks.worker import HEAVY, QUEUES, Carrier, Painter
from tests.running import ROOT, free_port

pytestmark = pytest.mark.usefixtures("own_signals")


@pytest.mark.parametrize(("kind", "queues"), [(Carrier, QUEUES), (Painter, HEAVY)])
def test_worker_begins_anew_when_redis_did_not_answer_and_ends_when_told_to(
    app: Flask, monkeypatch: pytest.MonkeyPatch, kind: type[Carrier | Painter], queues: list[str]
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(worker, "_PAUSE", 0)

    def take(*_: object) -> None:
        asked.append("a job")
        if len(asked) == 1:
            raise NoRedis
        os.kill(os.getpid(), signal.SIGTERM)

    def leave(*_: object) -> None:
        asked.append("its name to be taken off")
        if len(asked) == 2:
            raise NoRedis  # it is still away

    monkeypatch.setattr(kind, "dequeue_job_and_maintain_ttl", take)
    monkeypatch.setattr(kind, "register_death", leave)

    worker.work(kind, queues, burst=False)

    assert asked == ["a job", "its name to be taken off"] * 2


@pytest.mark.parametrize(("kind", "queues"), [(Carrier, QUEUES), (Painter, HEAVY)])
def test_worker_waits_for_a_redis_that_is_not_there(
    app: Flask, monkeypatch: pytest.MonkeyPatch, kind: type[Carrier | Painter], queues: list[str]
) -> None:
    class Enough(Exception):
        pass

    pauses = iter((None, None))

    def pause(_seconds: float) -> None:
        if next(pauses, Enough) is Enough:
            raise Enough

    monkeypatch.setattr(worker, "sleep", pause)
    with Redis.from_url(f"redis://127.0.0.1:{free_port()}", retry=Retry(NoBackoff(), 0)) as nobody:
        monkeypatch.setitem(vars(app.extensions["stores"]), "redis", nobody)

        with pytest.raises(Enough):
            worker.work(kind, queues, burst=False)

        assert nobody.connection_pool.connection_kwargs["socket_timeout"] < 30, "nor for ever for one that is silent"


@pytest.fixture
def full_redis(app: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Redis]:
    """A Redis of this test's own, which takes nothing more once its memory is set to next to nothing."""
    processes = Processes(tmp_path)
    engine = Valkey(folder=tmp_path / "redis", port=free_port(), name="redis", settings=KEEPING)
    engine.start(processes)
    with closing(Redis.from_url(engine.url())) as client:
        monkeypatch.setitem(vars(app.extensions["stores"]), "redis", client)
        yield client
    processes.stop()


def test_worker_empties_a_redis_that_is_full(full_redis: Redis) -> None:
    ran = Queue("mail", connection=full_redis)
    for name in ("one", "two"):
        ran.enqueue(len, name, job_timeout=5)
    full_redis.config_set("maxmemory", 1)
    with pytest.raises(OutOfMemoryError):
        ran.enqueue(len, "three")

    worker.work(Carrier, QUEUES, burst=True)

    assert (ran.count, list(full_redis.scan_iter("rq:job:*"))) == (0, [])


@pytest.mark.parametrize(("options", "behind"), [([], 0), (["--pictures"], 10)])
def test_pictures_and_imports_let_everything_else_go_first(
    shop_settings: dict[str, str], options: list[str], behind: int
) -> None:
    code = "import os; from app.tasks import worker; worker.work = lambda *_, **__: print(os.nice(0)); worker.main()"

    ran = subprocess.run(
        [sys.executable, "-c", code, *options],
        cwd=ROOT, env={**os.environ, **shop_settings}, capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert int(ran.stdout) == min(os.nice(0) + behind, 19)
