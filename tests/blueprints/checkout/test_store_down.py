"""A store that does not answer for a moment, just when something is sent: the same is sent again with one click."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import func, make_url, select
from werkzeug.test import TestResponse

from app import db
from app.services import catalog, inventory
from app.services.orders.models import Order
from tests import make
from tests.running import free_port

BERLIN = make.ADDRESSES["DE"] | {"email": "ada@example.com", "phone": "030 1234567"}

Down = Callable[[db.Database], AbstractContextManager[None]]


@pytest.fixture
def down(app: Flask) -> Down:
    """Have a database not answer for as long as a block runs: its pools knock at a port where nobody listens."""
    settings = app.extensions["config"]

    @contextmanager
    def silent(database: db.Database) -> Iterator[None]:
        url = getattr(settings, f"{database.name}_url")
        database.open(make_url(url).set(port=free_port()).render_as_string(hide_password=False))
        try:
            yield
        finally:
            database.open(url)

    return silent


@pytest.fixture
def last_page(shopper: FlaskClient) -> dict[str, str]:
    """What the last page sends, with the terms agreed to."""
    shopper.post("/checkout/address", data=BERLIN)
    shopper.post("/checkout/delivery", data={"method": "standard"})
    return form_to("/checkout/orders", shopper.get("/checkout/payment")) | {"terms": "yes"}


def form_to(action: str, answer: TestResponse) -> dict[str, str]:
    [form] = (each for each in html.fromstring(answer.text).forms if each.get("action") == action)
    return dict(form.form_values())


def count_orders() -> int:
    with db.orders.reading() as session:
        return session.scalar(select(func.count()).select_from(Order)) or 0


def test_order_that_the_database_missed_is_sent_again_as_it_was(
    shopper: FlaskClient, last_page: dict[str, str], down: Down
) -> None:
    with down(db.orders):
        missed = shopper.post("/checkout/orders", data=last_page)
    again = form_to("/checkout/orders", missed)
    answers = [shopper.post("/checkout/orders", data=again) for _ in range(2)]

    assert missed.status_code == 503
    assert "Please try again in a moment." in missed.text
    assert again == last_page
    assert {answer.status_code for answer in answers} == {303}
    assert "/stripe/pay/" in answers[0].location
    assert count_orders() == 1


def test_address_that_the_database_missed_is_sent_again_as_it_was(shopper: FlaskClient, down: Down) -> None:
    typed = BERLIN | {"name": 'O’Brien-Ñandú "🎉" <b>'}

    with down(db.orders):
        missed = shopper.post("/checkout/address", data=typed)
    again = shopper.post("/checkout/address", data=form_to("/checkout/address", missed))

    assert (missed.status_code, again.status_code) == (503, 303)
    assert form_to("/checkout/address", missed) == typed
    assert html.fromstring(shopper.get("/checkout/address").text).get_element_by_id("name").value == typed["name"]


def test_password_is_written_into_no_page_to_be_sent_again(client: FlaskClient, down: Down) -> None:
    with down(db.customers):
        missed = client.post("/admin/sign-in", data={"email": "cleo@shop.example", "password": "a long secret"})

    assert missed.status_code == 503
    assert "a long secret" not in missed.text


def test_nothing_is_ordered_without_the_catalogue_and_everything_is_kept(
    shopper: FlaskClient, tide: catalog.Variant, last_page: dict[str, str], request: pytest.FixtureRequest
) -> None:
    request.getfixturevalue("catalog_down")

    answer = shopper.post("/checkout/orders", data=last_page)

    assert answer.status_code == 503
    assert "nothing was ordered" in answer.text
    assert form_to("/checkout/orders", answer) == last_page
    assert count_orders() == 0
    assert inventory.levels([tide.id])[tide.id].reserved == 0
