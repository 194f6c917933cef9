"""An order for more than lies on the shelf: told, paid, and sent when all of it has come."""

from datetime import date

import pytest

from app.services import cancellations, cart, checkout, fulfilment, inventory, orders
from tests import make
from tests.working import work


@pytest.fixture
def buyer(app, companies):
    """Three in the cart of what lies there once, with five more to come."""
    variant = make.variant(stock=1)
    inventory.allow_backorder(
        variant.id, 5, expected_on=date(2030, 12, 3), low_at=0, version=2, actor="staff:cleo"
    )  # fmt: skip
    return make.buyer(variant, quantity=3)


def test_cart_tells_when_the_rest_comes(buyer):
    [line] = cart.of(buyer).lines

    assert (line.left, line.expected_on) == (6, date(2030, 12, 3))
    assert cart.of(buyer).can_be_ordered


def test_cart_of_what_lies_there_tells_nothing(buyer):
    contents = cart.set_quantity(buyer, buyer.variant_id, 1, version=cart.of(buyer).revision)

    assert contents.lines[0].expected_on is None


def test_order_is_paid_told_and_sent_when_its_goods_have_come(buyer, companies):
    companies.pull("record")
    placed = make.place(buyer)
    make.pay(placed)
    checkout.settle(placed.payment.id)
    work()
    waits = (list(fulfilment.shipments_of(placed.order.id)), inventory.owed(placed.order.id))

    inventory.receive(buyer.variant_id, 2, reason="delivery", actor="staff:cleo")
    work()

    assert waits == ([], {buyer.variant_id: 2})
    assert placed.order.lines[0].expected_on == date(2030, 12, 3)
    assert [shipment.state for shipment in fulfilment.shipments_of(placed.order.id)] == ["label_bought"]
    assert "waits" in [event.kind for event in orders.timeline(placed.order.id)]
    assert "comes on 3 Dec 2030" in companies.ledger()["mails"][0]["content"]["text/plain"]


def test_order_that_ends_unpaid_is_owed_nothing(buyer):
    placed = make.place(buyer)

    checkout.expire(placed.order.id)

    level = inventory.level_as_staff(buyer.variant_id)
    assert (level.on_hand, level.reserved, inventory.owed(placed.order.id)) == (1, 0, {})


def test_order_is_sent_when_what_it_waits_for_is_cancelled(buyer):
    placed = make.place(buyer)
    make.pay(placed)
    checkout.settle(placed.payment.id)
    work()

    amount = cancellations.quote(placed.order, {1: 2}).paid.amount
    cancellations.cancel(placed.order.id, {1: 2}, amount=amount, reason="Too slow", actor="customer", key="click")
    work()

    assert inventory.owed(placed.order.id) == {}
    [shipment] = fulfilment.shipments_of(placed.order.id)
    assert [line.quantity for line in shipment.lines] == [1]
