"""What a load balancer asks."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.services import health


@pytest.fixture(autouse=True)
def _the_clock_runs(app: Flask) -> None:
    health.beat()


def test_ready_names_every_store_that_answers(client: FlaskClient) -> None:
    answer = client.get("/health/ready")

    checks = answer.json["checks"]
    assert answer.status_code == 200
    assert set(checks) == {"customers", "orders", "catalog", "redis", "cache", "s3", "queue"}
    assert {name for name, check in checks.items() if not check["ok"]} == set()


@pytest.mark.usefixtures("catalog_down")
def test_silent_store_makes_it_unready_but_not_dead(client: FlaskClient) -> None:
    ready, live = client.get("/health/ready"), client.get("/health/live")

    assert (ready.status_code, ready.json["status"]) == (503, "unready")
    assert live.status_code == 200
    assert "127.0.0.1" not in ready.text
    assert "flask shop check" in ready.json["checks"]["catalog"]["says"]
    assert [name for name, check in ready.json["checks"].items() if not check["ok"]] == ["catalog"]


def test_strangers_may_ask_once_a_second_and_the_own_network_as_it_likes(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "check", list)
    far, near = ({"REMOTE_ADDR": address} for address in ("8.8.8.8", "10.0.0.7"))

    answers = [client.get("/health/ready", environ_base=far).status_code for _ in range(61)]

    assert answers == [200] * 60 + [429]
    assert {client.get("/health/ready", environ_base=near).status_code for _ in range(61)} == {200}


def test_life_is_told_without_asking_a_store(client: FlaskClient, count_queries) -> None:
    with count_queries() as counted:
        answer = client.get("/health/live")

    assert answer.json == {"status": "ok"}
    assert (counted.sql, counted.mongo) == (0, 0)
