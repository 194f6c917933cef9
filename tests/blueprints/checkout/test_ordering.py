"""What the last page says, and where its button leads."""

from datetime import date
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import TimestampSigner
from lxml import html

from app.services import tax
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
    client.post("/cart/lines", data={"variant": make.variant(stock=3).id})
    client.post("/checkout/address", data=make.ADDRESSES["DE"] | {"email": "ada@example.com"})
    client.post("/checkout/delivery", data={"method": "standard"})
    page = html.fromstring(client.get("/checkout/payment").text)
    [found] = (form for form in page.forms if form.get("action") == "/checkout/orders")
    return dict(found.form_values()) | {"terms": "yes"}


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


def test_order_by_transfer_shows_the_account_and_the_reference(client: FlaskClient, form: dict[str, str]) -> None:
    order = client.post("/checkout/orders", data=form | {"method": "transfer"}).location

    page = client.get(order)

    assert page.status_code == 200
    assert "DE89 3704 0044 0532 0130 00" in page.text


def test_tax_has_one_name_on_the_last_page_and_on_the_order(
    client: FlaskClient, own_name: None, form: dict[str, str]
) -> None:
    order = client.post("/checkout/orders", data=form | {"method": "transfer"}).location

    for address in ("/checkout/payment", order):
        text = client.get(address).text
        assert "incl. €4.63 MwSt (19 %)" in text
        assert "Includes MwSt (19 %)" in text


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
