"""A worker outlives Redis, and ends when it is told to."""

import os
import signal

import pytest
from flask import Flask
from redis.exceptions import ConnectionError as NoRedis

from app.tasks import worker
from app.tasks.worker import HEAVY, QUEUES, Carrier, Painter

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
