"""What the last page says, and where its button leads."""

from datetime import date
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import TimestampSigner
from lxml import html

from app.services import payments, tax
from tests import make


@pytest.fixture
def own_name(app: Flask) -> None:
    """A tax that the shop calls by its own name."""
    day = date(2020, 1, 1)
    terms = tax.Terms(country="DE", tax_class="standard", name="MwSt", percent=Decimal(19), valid_from=day)
    tax.add(terms, actor="test")


@pytest.fixture
def form(client: FlaskClient) -> dict[str, str]:
    """What the last page's form sends, with the terms agreed to."""
    to_review(client)
    page = html.fromstring(client.get("/checkout/payment").text)
    [found] = (form for form in page.forms if form.get("action") == "/checkout/orders")
    return dict(found.form_values()) | {"terms": "yes"}


def to_review(client: FlaskClient, *, price: int = 2900, quantity: int = 1) -> None:
    """Go through every step up to the last."""
    client.post("/cart/lines", data={"variant": make.variant(price=price, stock=3).id, "quantity": str(quantity)})
    client.post("/checkout/address", data=make.ADDRESSES["DE"] | {"email": "ada@example.com"})
    client.post("/checkout/delivery", data={"method": "standard"})


@pytest.mark.parametrize(
    ("method", "leads_to"), [("hosted", "/stripe/pay/"), ("element", "/checkout/pay/"), ("transfer", "/orders/")]
)
def test_each_way_to_pay_leads_straight_to_its_page(
    client: FlaskClient, form: dict[str, str], method: str, leads_to: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _: 1_800_000_000)  # the links of one second
    answers = [client.post("/checkout/orders", data=form | {"method": method}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].location == answers[1].location
    assert leads_to in answers[0].location


def test_last_page_has_one_choice_of_ways_to_pay_and_one_button(client: FlaskClient, form: dict[str, str]) -> None:
    page = html.fromstring(client.get("/checkout/payment").text)

    [own] = (found for found in page.forms if found.get("action") == "/checkout/orders")
    assert own.xpath('.//input[@type="radio"][@name="method"]/@value') == ["hosted", "element", "transfer"]
    assert form["method"] == "hosted", "the first way is chosen already"
    buttons = [
        each.text_content() for each in page.xpath('//form[@action="/checkout/orders"]//button[not(@formaction)]')
    ]
    assert buttons == ["Order and pay €33.90"]


def test_way_to_pay_stays_chosen_when_the_page_is_shown_again(client: FlaskClient, form: dict[str, str]) -> None:
    del form["terms"]

    answer = client.post("/checkout/orders", data=form | {"method": "transfer"})

    assert answer.status_code == 422
    assert html.fromstring(answer.text).xpath('//input[@name="method"][@checked]/@value') == ["transfer"]


def test_way_that_cannot_pay_the_amount_says_so_and_another_is_chosen(client: FlaskClient) -> None:
    to_review(client, price=60_000_000, quantity=2)

    page = html.fromstring(client.get("/checkout/payment").text)

    [card] = page.xpath('//label[.//input[@name="method"][@disabled]]')
    assert "Cards can pay up to 999999.99 EUR." in card.text_content()
    assert page.xpath('//input[@name="method"][@checked]/@value') == ["transfer"]


def test_order_that_no_way_can_pay_has_no_button(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(payments, "ways", lambda _: [payments.Way("hosted", "Cards can pay 0.50 EUR or more.")])
    to_review(client)

    page = html.fromstring(client.get("/checkout/payment").text)

    assert "Cards can pay 0.50 EUR or more. Please change your order." in page.text_content()
    assert page.xpath('//form[@action="/checkout/orders"]//button[not(@formaction)]') == []


def test_order_by_transfer_shows_the_account_and_the_reference(client: FlaskClient, form: dict[str, str]) -> None:
    order = client.post("/checkout/orders", data=form | {"method": "transfer"}).location

    page = client.get(order)

    assert page.status_code == 200
    assert "DE89 3704 0044 0532 0130 00" in page.text


def test_tax_has_one_name_on_the_last_page_and_on_the_order(
    client: FlaskClient, own_name: None, form: dict[str, str]
) -> None:
    last_page = client.get("/checkout/payment").text
    order = client.post("/checkout/orders", data=form | {"method": "transfer"}).location

    for text in (last_page, client.get(order).text):
        assert "incl. 19% MwSt €4.63" in text
        assert "Includes MwSt (19%)" in text


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true", "HX-Request-Type": "full"}], ids=["plain", "htmx"])
def test_too_many_orders_that_wait_for_a_transfer_are_refused_where_cards_can_be_chosen(
    client: FlaskClient, form: dict[str, str], headers: dict[str, str]
) -> None:
    for _ in range(3):
        make.place(make.buyer(make.variant(stock=3), email="ada@example.com"), method="transfer")

    refused = client.post("/checkout/orders", data=form | {"method": "transfer"}, headers=headers)
    page = client.get("/checkout/payment").text
    by_card = client.post("/checkout/orders", data=form | {"method": "hosted"})

    assert refused.status_code == 409
    assert "wait for a bank transfer already" in refused.text
    assert 'value="hosted"' in refused.text
    assert 'value="transfer"' in page
    assert by_card.status_code == 303
