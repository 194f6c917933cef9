"""What a load balancer asks."""

import pytest
from flask.testing import FlaskClient


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
    assert [name for name, check in ready.json["checks"].items() if not check["ok"]] == ["catalog"]


def test_life_is_told_without_asking_a_store(client: FlaskClient, count_queries) -> None:
    with count_queries() as counted:
        answer = client.get("/health/live")

    assert answer.json == {"status": "ok"}
    assert (counted.sql, counted.mongo) == (0, 0)
