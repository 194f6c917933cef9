"""An order for more than lies on the shelf: told, paid, and sent when all of it has come."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from sqlalchemy import text

from app import db
from app.services import cancellations, cart, checkout, fulfilment, inventory, orders
from tests import make
from tests.working import work


def scarce(title="Slack Tide"):
    """What lies there once, with five more to come."""
    variant = make.variant(title, stock=1)
    inventory.allow_backorder(
        variant.id, 5, expected_on=date(2030, 12, 3), low_at=0, version=2, actor="staff:cleo"
    )  # fmt: skip
    return variant


def order_of(buyer):
    """An order that is placed and paid, with all that follows."""
    placed = make.place(buyer)
    make.pay(placed)
    checkout.settle(placed.payment.id)
    work()
    return placed


@pytest.fixture
def buyer(app, companies):
    """Three in the cart of what lies there once."""
    return make.buyer(scarce(), quantity=3)


@pytest.fixture
def two_owed(buyer):
    """An order that waits for two variants, and these."""
    second = scarce("Ebb").id
    cart.add(buyer, second, 3)
    placed = order_of(buyer)
    return placed.order.id, (buyer.variant_id, second)


def test_cart_tells_when_the_rest_comes(buyer):
    [line] = cart.of(buyer).lines

    assert (line.left, line.expected_on) == (6, date(2030, 12, 3))
    assert cart.of(buyer).can_be_ordered


def test_cart_of_what_lies_there_tells_nothing(buyer):
    contents = cart.set_quantity(buyer, buyer.variant_id, 1, version=cart.of(buyer).revision)

    assert contents.lines[0].expected_on is None


def test_order_is_paid_told_and_sent_when_its_goods_have_come(buyer, companies):
    companies.pull("record")
    placed = order_of(buyer)
    waits = (list(fulfilment.shipments_of(placed.order.id)), inventory.owed(placed.order.id))

    inventory.receive(buyer.variant_id, 2, reason="delivery", actor="staff:cleo")
    work()

    assert waits == ([], {buyer.variant_id: 2})
    assert placed.order.lines[0].expected_on == date(2030, 12, 3)
    assert [shipment.state for shipment in fulfilment.shipments_of(placed.order.id)] == ["label_bought"]
    assert "waits" in [event.kind for event in orders.timeline(placed.order.id)]
    assert "expected on 3 Dec 2030" in companies.ledger()["mails"][0]["content"]["text/plain"]


def test_order_placed_after_the_day_is_promised_none(buyer, companies):
    companies.pull("record")
    with db.orders.transaction() as session:
        session.execute(text("UPDATE stock_levels SET expected_on = '2020-01-01'"))

    order_of(buyer)

    mail = companies.ledger()["mails"][0]["content"]["text/plain"]
    assert ("expected soon" in mail, "2020" in mail) == (True, False)


def test_mail_of_a_parcel_says_nothing_of_what_is_to_come(buyer, companies):
    companies.pull("record")
    order_of(buyer)

    inventory.receive(buyer.variant_id, 2, reason="delivery", actor="staff:cleo")
    work()

    confirmed, shipped = (mail["content"]["text/plain"] for mail in companies.ledger()["mails"])
    assert ("expected on" in confirmed, "expected on" in shipped) == (True, False)


def test_order_is_sent_when_two_deliveries_at_once_bring_all_of_it(app, two_owed):
    order_id, variants = two_owed
    both_are_booked = Barrier(2)

    def book(variant_id):
        with app.app_context(), db.orders.transaction():
            inventory.receive(variant_id, 2, reason="delivery", actor="staff:cleo")
            both_are_booked.wait(10)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(book, variants))
    work()

    assert [shipment.state for shipment in fulfilment.shipments_of(order_id)] == ["label_bought"]


def test_order_that_got_a_part_waits_on_and_one_delivery_of_the_rest_has_it_sent_once(two_owed):
    order_id, variants = two_owed
    for variant_id in variants:
        inventory.receive(variant_id, 1, reason="delivery", actor="staff:cleo")
    work()
    waits = list(fulfilment.shipments_of(order_id))

    with db.orders.transaction():
        for variant_id in variants:
            inventory.receive(variant_id, 1, reason="delivery", actor="staff:cleo")
    jobs = work()

    assert waits == []
    assert [event.kind for event in orders.timeline(order_id)].count("waits") == 1
    assert (jobs.count("fulfilment.start"), jobs.count("fulfilment.buy_label")) == (1, 1)


def test_order_that_ends_unpaid_is_owed_nothing(buyer):
    placed = make.place(buyer)

    make.expire(placed.order.id)

    level = inventory.level_as_staff(buyer.variant_id)
    assert (level.on_hand, level.reserved, inventory.owed(placed.order.id)) == (1, 0, {})


def test_order_is_sent_when_what_it_waits_for_is_cancelled(buyer):
    placed = order_of(buyer)

    amount = cancellations.quote(placed.order, {1: 2}).paid.amount
    cancellations.cancel(placed.order.id, {1: 2}, amount=amount, reason="Too slow", actor="customer", key="click")
    work()

    assert inventory.owed(placed.order.id) == {}
    [shipment] = fulfilment.shipments_of(placed.order.id)
    assert [line.quantity for line in shipment.lines] == [1]
