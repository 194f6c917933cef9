"""Money that goes back, and money that nobody told of."""

from dataclasses import replace
from decimal import Decimal
from functools import partial

import pytest
from flask import Flask

from app.errors import Conflict, Unavailable
from app.services import cancellations, checkout, orders, payments
from tests import make
from tests.companies import Companies
from tests.turns import at_once, refusals
from tests.working import work


def test_refund_gives_back_once_and_never_more_than_was_paid(app: Flask, companies: Companies) -> None:
    order = make.order(paid=True)
    part = order.total * 6 // 10

    payments.ask_refunds(order.id, part, reason="Damaged", actor="cleo", key="click")
    payments.ask_refunds(order.id, part, reason="Damaged", actor="cleo", key="click")
    with pytest.raises(Conflict):
        payments.ask_refunds(order.id, part, reason="Damaged", actor="dora", key="other")
    work("payments.refund")

    refunds = companies.ledger()["refunds"]
    assert [refund["amount"] for refund in refunds] == [part]
    assert payments.state_of(payments.of_order(order.id)) == "partly_refunded"
    assert [refund.state for refund in payments.refunds_of(order.id)] == ["done"]


@pytest.mark.parametrize("seed", range(4))
def test_two_who_refund_at_once_take_turns(app: Flask, companies: Companies, seed: int) -> None:
    order = make.order(paid=True)
    ask = partial(payments.ask_refunds, order.id, order.total * 6 // 10, reason="Damaged", actor="cleo")

    outcomes = at_once(app, seed, partial(ask, key="one"), partial(ask, key="two"))

    assert len(refusals(outcomes)) == 1
    assert len(payments.refunds_of(order.id)) == 1


def test_a_refund_that_the_bank_sends_back_is_told(app: Flask, companies: Companies) -> None:
    order = make.order(paid=True)
    payments.ask_refunds(order.id, 100, reason="Sorry", actor="cleo", key="one")
    work("payments.refund")
    external_id = companies.ledger()["refunds"][0]["id"]

    payments.note_refund_failed(external_id)
    payments.note_refund_failed(external_id)
    work("checkout.tell_refund_failed")

    assert payments.of_order(order.id)[0].refunded == 0
    assert [event.kind for event in orders.timeline(order.id)].count("refund_failed") == 1


def test_reconcile_settles_what_no_webhook_told_and_reports_strange_money(app: Flask, companies: Companies) -> None:
    placed = make.place(make.buyer(make.variant(stock=1)))
    make.pay(placed)
    strange = {"amount": 700, "currency": "eur", "payment_method": "pm_card_visa", "confirm": "true"}
    make.at_stripe("payment_intents", **strange, **{"payment_method_types[]": "card"})

    first = checkout.reconcile()
    work("checkout.settle")
    second = checkout.reconcile()

    assert sorted(finding.is_mended for finding in first) == [False, True]
    assert [finding.is_mended for finding in second] == [False]
    assert orders.get_for_job(placed.order.id).state == "confirmed"


def test_a_refund_whose_key_holds_a_failure_is_made_under_another_once(app: Flask, companies: Companies) -> None:
    order = make.order(paid=True)
    (refund,) = payments.ask_refunds(order.id, 100, reason="Sorry", actor="cleo", key="one")
    companies.pull("fail", company="stripe", method="POST", path="/v1/refunds", stored=True)
    with pytest.raises(Unavailable):
        payments.refund(refund.id)

    states = [payments.refund(refund.id).state for _ in range(2)]

    assert states == ["done", "done"]
    assert [each["amount"] for each in companies.ledger()["refunds"]] == [100]


def test_a_refund_that_stripe_cannot_say_is_told_to_staff(app: Flask, companies: Companies) -> None:
    settings = app.extensions["config"]
    app.extensions["config"] = replace(settings, currency="KWD")
    try:
        variant = make.variant()
        make.reprice(variant, 3330, currency="KWD")
        make.promotion(percent=Decimal(1))
        order = make.settled(make.place(make.buyer(variant, quantity=3)))
        amount = cancellations.quote(order, {1: 1}).paid.amount
        cancellations.cancel(order.id, {1: 1}, amount=amount, reason="One less", actor="customer", key="one")

        work("payments.refund")
        work("checkout.tell_refund_failed")
    finally:
        app.extensions["config"] = settings

    assert amount % 10
    (refund,) = payments.refunds_of(order.id)
    assert (refund.state, payments.of_order(order.id)[0].refunded) == ("failed", 0)
    assert "the last digit must be 0" in orders.timeline(order.id)[-1].text
