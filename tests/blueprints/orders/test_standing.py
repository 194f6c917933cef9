"""The headline of an order's page: what is true of the order now."""

import pytest
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import text, update

from app import db
from app.services import checkout, orders, returns
from app.services.fulfilment.models import Shipment
from tests import make
from tests.companies import Companies
from tests.services.payments.test_taking_back import take_back
from tests.services.payments.test_transfers import receive, transfer
from tests.services.returns.test_returning import ask, sent_order


def headline(client: FlaskClient, order: orders.Order) -> str:
    return str(html.fromstring(client.get(f"/orders/{orders.token_of(order.id)}").text).xpath("string(//h1)"))


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("pending", "Thank you, it is yours."), ("label_bought", "Thank you, it is yours."),
        ("in_transit", "It is on its way."), ("exception", "It is on its way."),
        ("delivered", "It has arrived."), ("returned", "Your parcel came back to us."),
    ],
)  # fmt: skip
def test_headline_follows_the_parcel(client: FlaskClient, state: str, said: str) -> None:
    order = sent_order()
    with db.orders.transaction() as session:
        session.execute(update(Shipment).where(Shipment.order_id == order.id).values(state=state))

    assert headline(client, order) == said


def test_headline_follows_the_newest_return_and_each_is_listed(client: FlaskClient) -> None:
    order, staff = sent_order(), make.staff().staff
    found = ask(order, 1)
    asked = headline(client, order)
    returns.approve(staff, found.id)
    approved = headline(client, order)
    returns.receive(staff, found.id, {})
    received = headline(client, order)
    returns.decline(staff, ask(order, 1, key="second").id, "Too late")

    page = client.get(f"/orders/{orders.token_of(order.id)}").text
    assert (asked, approved, received, headline(client, order)) == (
        "We have your return request.", "Please send it back.", "Your return has arrived.",
        "Your return has arrived.",
    )  # fmt: skip
    assert "Return 1, " in page
    assert "Return 2, " in page


@pytest.mark.parametrize(
    ("decline", "advice"),
    [
        ("Your card was declined.", "You can try again, or use another card."),
        ("Choose another and try again.", ""),
    ],
)
def test_advice_after_a_refused_card_is_given_once(client: FlaskClient, decline: str, advice: str) -> None:
    placed = make.place(make.buyer(make.variant()))
    with db.orders.transaction() as session:
        session.execute(text("UPDATE payments SET decline = :decline"), {"decline": decline})

    page = client.get(f"/orders/{placed.token}").text

    assert f"{decline} Nothing was charged.{f' {advice}' if advice else ''}</p>" in page


def test_order_that_is_owed_for_as_its_transfer_was_another_ones_speaks_of_no_card(
    client: FlaskClient, companies: Companies
) -> None:
    placed = transfer()
    receive(placed, placed.order.total)
    take_back(placed)
    checkout.pay_again(placed.token, "hosted")

    said = html.fromstring(client.get(f"/orders/{placed.token}").text).xpath("string(//*[@id='order-status'])")

    assert headline(client, placed.order) == "Please pay €33.90."
    assert "Your card" not in said
    assert "was not for this order" in said
