"""The nightly comparison and what cards hold: what is released is no refund, and what is old is asked about."""

from datetime import timedelta

import pytest
from flask import Flask

from app import clock
from app.services import checkout, credits, orders, payments
from tests import make
from tests.companies import Companies
from tests.services.payments.test_capture import pay_in_page
from tests.services.payments.test_reconcile import says
from tests.working import work


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

    make.at_stripe("refunds", payment_intent=payment.intent_id or "", amount="300")
    assert [each.is_mended for each in checkout.reconcile()] == [True]
    assert checkout.reconcile() == []
    assert given(order) == [400, 300]


@pytest.mark.usefixtures("captures_on_shipping")
def test_only_the_first_refund_of_what_a_capture_left_over_is_stripes_own(app: Flask) -> None:
    order, payment = held()
    credits.give_as_staff(
        order, credits.Wish(free=400), reason="Sorry", actor="staff:cleo", key="one", restock=(), version=0, amount=400
    )
    checkout.capture(order.id)
    make.at_stripe("refunds", payment_intent=payment.intent_id or "", amount="400")

    assert says(checkout.reconcile()) == [(f"was made at Stripe itself; payment {payment.id} now counts it", True)]
    assert checkout.reconcile() == []
    assert (given(order), payments.get_for_job(payment.id).refunded) == ([400, 400], 400)


@pytest.mark.usefixtures("captures_on_shipping")
def test_a_hold_that_was_let_go_is_no_refund(app: Flask, companies: Companies) -> None:
    order, payment = held()
    payments.void(payment.id)
    checkout.settle(payment.id)
    assert [each["amount"] for each in companies.ledger()["refunds"]] == [order.total]

    assert checkout.reconcile() == []
    assert (given(order), payments.refunds_of(order.id)) == ([], [])


def test_a_refund_that_was_noted_long_after_it_was_made_is_no_false_alarm(app: Flask, companies: Companies) -> None:
    order = make.order(paid=True)
    (payment,) = payments.of_order(order.id)
    make.at_stripe("refunds", payment_intent=payment.intent_id or "", amount="400")
    with clock.at(clock.now() + timedelta(hours=12)):
        checkout.reconcile()

    with clock.at(clock.now() + timedelta(days=31, hours=6)):
        assert checkout.reconcile() == []
        companies.reset()
        found = says(checkout.reconcile())

    assert found == [("is given back here, but the provider knows of no such refund", False)]


@pytest.mark.usefixtures("captures_on_shipping")
def test_a_hold_that_waits_for_a_card_again_at_stripe_is_left_to_staff(app: Flask, companies: Companies) -> None:
    placed = make.place(make.buyer(make.variant()), method="element")
    pay_in_page(placed)
    assert placed.payment is not None
    order = checkout.settle(placed.payment.id)
    companies.pull("webhooks", company="stripe", paused=True)
    companies.pull("refuse_capture", code="insufficient_funds", ends="yes")
    with pytest.raises(Exception, match="402"):
        make.at_stripe(f"payment_intents/{placed.payment.intent_id}/capture")

    found = checkout.reconcile()

    assert says(found) == [("is held here, but open there", False)]
    assert "checkout.settle" not in work("checkout.settle")
    assert payments.find_live(order.id) is not None
