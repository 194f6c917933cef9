"""A store that does not answer: staff who are signed in read that, as everybody does."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from sqlalchemy import make_url

from app import db
from tests.running import free_port


@pytest.fixture
def redis_down(app: Flask, admin: FlaskClient) -> Iterator[None]:
    """A Redis where nobody listens, once Cleo is signed in."""
    stores = app.extensions["stores"]
    before = stores.redis
    with Redis.from_url(f"redis://127.0.0.1:{free_port()}", retry=Retry(NoBackoff(), 0)) as nobody:
        vars(stores)["redis"] = nobody
        yield
        vars(stores)["redis"] = before


@pytest.fixture
def customers_down(app: Flask, admin: FlaskClient) -> Iterator[None]:
    """A database of customers and staff where nobody listens, once Cleo is signed in."""
    url = app.extensions["config"].customers_url
    db.customers.open(make_url(url).set(port=free_port()).render_as_string(hide_password=False))
    yield
    db.customers.open(url)


@pytest.mark.parametrize("store", ["redis_down", "customers_down"])
@pytest.mark.parametrize("path", ["/admin/orders/", "/admin/sign-in"])
def test_who_is_signed_in_reads_that_a_store_does_not_answer(
    admin: FlaskClient, request: pytest.FixtureRequest, store: str, path: str
) -> None:
    request.getfixturevalue(store)

    answer = admin.get(path)

    assert answer.status_code == 503
    assert "A part of the shop does not answer" in answer.text
