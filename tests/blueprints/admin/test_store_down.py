"""A store that does not answer: staff who are signed in read that, as everybody does."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import OutOfMemoryError
from redis.retry import Retry
from sqlalchemy import make_url

from app import clock, db
from app.services import documents, fulfilment, orders
from tests import make
from tests.companies import Companies
from tests.running import free_port
from tests.working import work


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


def _silent(*_args: object, **_named: object) -> None:
    raise EndpointConnectionError(endpoint_url="http://127.0.0.1:1")


def _locked(*_args: object, **_named: object) -> None:
    raise ClientError({"Error": {"Code": "InvalidAccessKeyId", "Message": "no such key"}}, "GetObject")


@pytest.mark.parametrize("fail", [_silent, _locked], ids=["silent", "refuses our keys"])
def test_papers_say_that_the_bucket_is_not_to_be_had(
    app: Flask,
    admin: FlaskClient,
    companies: Companies,
    monkeypatch: pytest.MonkeyPatch,
    fail: Callable[..., None],
) -> None:
    order = make.order(paid=True)
    work()
    (shipment,) = fulfilment.shipments_of(order.id)
    (invoice,) = (each for each in documents.documents_of(order.id) if each.kind == "invoice")
    monkeypatch.setattr(app.extensions["stores"].s3, "get_object", fail)

    answers = [
        admin.get(f"/admin/orders/{order.number}/labels/{shipment.id}.pdf"),
        admin.get(f"/admin/orders/{order.number}/documents/{invoice.id}.pdf"),
        admin.get(f"/orders/{orders.token_of(order.id)}/documents/{invoice.id}.pdf"),
        admin.get("/media/00000000000000000000/640.jpg"),
    ]

    assert [answer.status_code for answer in answers] == [503] * 4
    assert all("Please try again in a moment" in answer.text for answer in answers[:3])


def test_label_that_is_gone_from_the_bucket_is_no_moment_s_trouble(
    app: Flask, admin: FlaskClient, companies: Companies
) -> None:
    order = make.order(paid=True)
    work()
    (shipment,) = fulfilment.shipments_of(order.id)
    app.extensions["stores"].s3.delete_object(Bucket=app.extensions["config"].s3_bucket, Key=shipment.label_key)

    answer = admin.get(f"/admin/orders/{order.number}/labels/{shipment.id}.pdf")

    assert answer.status_code == 500


def test_who_is_signed_in_reads_on_while_redis_is_full(admin: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: object, **_named: object) -> None:
        raise OutOfMemoryError("command not allowed when used memory > 'maxmemory'.")

    monkeypatch.setattr(Redis, "set", full)

    with clock.at(clock.now() + timedelta(minutes=2)):
        answer = admin.get("/admin/orders/")

    assert answer.status_code == 200
