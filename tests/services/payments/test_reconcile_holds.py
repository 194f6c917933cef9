"""The nightly comparison and what cards hold: what is released is no refund."""

import pytest
from flask import Flask

from app.services import checkout, credits, orders, payments
from tests import make
from tests.companies import Companies
from tests.services.payments.test_reconcile import at_stripe


def held() -> tuple[orders.Order, payments.Payment]:
    """An order whose money a card holds, and its payment."""
    order = make.settled(make.place(make.buyer(make.variant())))
    (payment,) = payments.of_order(order.id)
    return order, payment


def given(order: orders.Order) -> list[int]:
    return [credit.amount for credit in credits.of_order(order.id)]


@pytest.mark.usefixtures("captures_on_shipping")
def test_what_a_capture_leaves_over_is_no_second_giving_back(app: Flask, companies: Companies) -> None:
    order, payment = held()
    credits.give_as_staff(
        order, credits.Wish(free=400), reason="Sorry", actor="staff:cleo", key="one", restock=(), version=0, amount=400
    )
    checkout.capture(order.id)
    assert [each["amount"] for each in companies.ledger()["refunds"]] == [400]

    assert checkout.reconcile() == []
    assert (given(order), len(payments.refunds_of(order.id))) == ([400], 1)

    at_stripe("refunds", payment_intent=payment.intent_id or "", amount="300")
    assert [each.is_mended for each in checkout.reconcile()] == [True]
    assert checkout.reconcile() == []
    assert given(order) == [400, 300]


@pytest.mark.usefixtures("captures_on_shipping")
def test_a_hold_that_was_let_go_is_no_refund(app: Flask, companies: Companies) -> None:
    order, payment = held()
    payments.void(payment.id)
    checkout.settle(payment.id)
    assert [each["amount"] for each in companies.ledger()["refunds"]] == [order.total]

    assert checkout.reconcile() == []
    assert (given(order), payments.refunds_of(order.id)) == ([], [])
