"""Staff capture at Stripe's dashboard what was cancelled here: the card was charged too much, and that goes back."""

import pytest
from flask import Flask

from app.services import cancellations, checkout, orders, payments
from tests import make
from tests.companies import Companies
from tests.services.health.test_fsck import faults
from tests.services.payments.test_capture import cancel_one, state
from tests.working import work

pytestmark = pytest.mark.usefixtures("captures_on_shipping")


def held(app: Flask, *, quantity: int) -> orders.Order:
    """An order of some pieces whose money a card holds."""
    return make.settled(make.place(make.buyer(make.variant(), quantity=quantity)))


def given_back(order: orders.Order) -> list[int]:
    """What went back to the card."""
    return [refund.amount for refund in payments.refunds_of(order.id) if not refund.is_release]


def test_all_is_captured_of_an_order_of_which_a_part_was_cancelled(app: Flask, companies: Companies) -> None:
    order = held(app, quantity=3)
    amount = cancel_one(order)
    (payment,) = payments.of_order(order.id)

    make.at_stripe(f"payment_intents/{payment.intent_id}/capture")
    checkout.settle(payment.id)
    checkout.settle(payment.id)
    work("payments.refund")

    assert given_back(order) == [amount]
    assert state(order) == ("confirmed", "partly_refunded")
    (payment,) = payments.of_order(order.id)
    assert payments.kept_of([payment]) == order.total - amount
    assert payment.released_money.amount == 0
    assert [name for name in faults() if name.startswith(("payments.", "orders."))] == []


def test_more_is_captured_than_was_left_and_less_than_all(app: Flask, companies: Companies) -> None:
    order = held(app, quantity=3)
    amount = cancel_one(order)
    (payment,) = payments.of_order(order.id)

    make.at_stripe(f"payment_intents/{payment.intent_id}/capture", amount_to_capture=order.total - 100)
    checkout.settle(payment.id)
    work("payments.refund")

    assert given_back(order) == [amount - 100]
    (payment,) = payments.of_order(order.id)
    assert payment.released_money.amount == 100
    assert [name for name in faults() if name.startswith(("payments.", "orders."))] == []


def test_an_order_is_cancelled_whole_while_its_money_is_captured(app: Flask, companies: Companies) -> None:
    order = held(app, quantity=1)
    (payment,) = payments.of_order(order.id)
    cancellations.cancel(order.id, {1: 1}, amount=order.total, reason="No", actor="customer", key="all")

    make.at_stripe(f"payment_intents/{payment.intent_id}/capture")
    work("checkout.void")
    work("payments.refund")

    assert given_back(order) == [order.total]
    assert state(order) == ("cancelled", "refunded")
    assert [name for name in faults() if name.startswith(("payments.", "orders."))] == []
