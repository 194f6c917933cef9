"""A page of the checkout that is older than an order from its cart: it says so, and leads to the order."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from lxml import html

from app import clock
from tests import make


def last_page(client: FlaskClient) -> dict[str, str]:
    """Go to the last page; return what its form sends."""
    client.post("/checkout/address", data=make.ADDRESSES["DE"] | {"email": "ada@example.org"})
    client.post("/checkout/delivery", data={"method": "standard"})
    page = html.fromstring(client.get("/checkout/payment").text)
    [form] = (form for form in page.forms if form.get("action") == "/checkout/orders")
    return dict(form.form_values()) | {"terms": "yes", "method": "transfer"}


@pytest.fixture
def ordered(shopper: FlaskClient) -> str:
    """The path of the order that the browser has just made."""
    return shopper.post("/checkout/orders", data=last_page(shopper)).location.removeprefix("http://localhost")


def said(client: FlaskClient, path: str) -> tuple[str, list[str]]:
    """Return what the notices of a page say, and where their links lead."""
    page = html.fromstring(client.get(path).text)
    notices = page.xpath('//main//div[contains(@class, "notice")]')
    return " ".join(" ".join(each.text_content().split()) for each in notices[:1]), page.xpath(
        '//main//div[contains(@class, "notice")]//a/@href'
    )


def test_back_to_the_last_page_after_the_order_leads_to_it(shopper: FlaskClient, ordered: str) -> None:
    answer = shopper.get("/checkout/payment")

    assert answer.location == "/cart?because=cart"
    words, ways = said(shopper, answer.location)
    assert "was placed meanwhile, so nothing is left here to order" in words
    assert [way.split(".")[0] for way in ways] == [ordered.split(".", maxsplit=1)[0]]


def test_last_page_of_an_older_cart_tells_of_the_order(client: FlaskClient, shopper: FlaskClient, ordered: str) -> None:
    shopper.post("/cart/lines", data={"variant": make.variant(stock=3).id})
    older = {"revision": "1", "total": "3390", "due": "3390", "terms": "yes", "terms_version": "x", "method": "hosted"}

    answer = shopper.post("/checkout/orders", data=older)

    assert (answer.status_code, answer.location) == (303, "/checkout/address?because=address")
    words, ways = said(shopper, answer.location)
    assert "was placed meanwhile" in words
    assert "please enter your address once more" in words
    assert [way.split(".")[0] for way in ways] == [ordered.split(".", maxsplit=1)[0]]


def test_order_of_an_hour_ago_is_not_told(shopper: FlaskClient, ordered: str) -> None:
    with clock.at(clock.now() + timedelta(minutes=61)):
        words, ways = said(shopper, "/cart?because=cart")

    assert "There is nothing here to order any more." in words
    assert ways == []


def test_order_is_told_to_its_own_browser_only(client: FlaskClient, ordered: str, app) -> None:
    stranger = app.test_client()
    stranger.post("/cart/lines", data={"variant": make.variant(stock=3).id})

    words, ways = said(stranger, "/checkout/address?because=address")

    assert words == "Please enter your delivery address first."
    assert ways == []
