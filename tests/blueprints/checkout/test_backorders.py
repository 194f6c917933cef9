"""What customers are told of the day on which more come, before it and once it has passed."""

from datetime import date, timedelta

import pytest
from sqlalchemy import text

from app import clock, db
from app.services import inventory, notifications
from tests import make
from tests.working import work

BERLIN = make.ADDRESSES["DE"] | {"email": "ada@example.com", "phone": "030 1234567"}


@pytest.fixture
def scarce(app):
    """What lies there once, with more to come today."""
    variant = make.variant(stock=1)
    inventory.allow_backorder(variant.id, 9, expected_on=clock.today(), low_at=0, version=2, actor="staff:cleo")
    return variant


def test_day_that_has_passed_is_promised_nowhere(client, scarce):
    client.post("/cart/lines", data={"variant": scarce.id, "quantity": "2"})
    client.post("/checkout/address", data=BERLIN)
    client.post("/checkout/delivery", data={"method": "standard"})
    addresses = ("/cart", "/checkout/payment")
    before = [client.get(address).text for address in addresses]

    with clock.at(clock.now() + timedelta(days=1)):
        after = [client.get(address).text for address in addresses]

    assert [("Expected on" in page, "Expected soon" in page) for page in before] == [(True, False)] * 2
    assert [("Expected on" in page, "Expected soon" in page) for page in after] == [(False, True)] * 2


@pytest.mark.parametrize(
    ("day", "said"), [("2030-12-03", "Was expected on 3 Dec 2030 when"), ("2020-01-01", "Was still to come when")]
)
def test_order_tells_the_day_that_it_was_promised(client, scarce, day, said):
    with db.orders.transaction() as session:
        session.execute(text("UPDATE stock_levels SET expected_on = :day"), {"day": date.fromisoformat(day)})

    placed = make.place(make.buyer(scarce, quantity=2))

    assert said in client.get(f"/orders/{placed.token}").text


def test_nothing_is_said_to_be_prepared_that_waits_for_goods(client, scarce):
    with db.orders.transaction() as session:
        session.execute(text("UPDATE stock_levels SET expected_on = '2030-12-20'"))
    client.post("/cart/lines", data={"variant": scarce.id, "quantity": "2"})
    client.post("/checkout/address", data=BERLIN)
    delivery = client.get("/checkout/delivery").text
    client.post("/checkout/delivery", data={"method": "standard"})
    review = client.get("/checkout/payment").text

    placed = make.place(make.buyer(scarce, quantity=2))
    order = make.settled(placed)
    work("email.order_confirmed")

    (mail,) = notifications.messages_of(order.id)
    for words in (delivery, review, client.get(f"/orders/{placed.token}").text, mail.text, mail.html):
        assert "once all of it is here, expected 20 Dec 2030" in words
        assert "preparing" not in words
