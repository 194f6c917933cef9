"""Jobs that settle a payment and then have something more to do: a worker killed in between does the rest later."""

import json
from datetime import timedelta

import pytest
from flask import Flask

from app import clock, db
from app.queue import later
from app.services import cancellations, checkout, orders, payments
from app.services.checkout.owing import WAITS
from tests import make
from tests.companies import Companies
from tests.working import soon, work, work_and_die

DECLINED = "4000000000000002"


def test_the_verdict_on_an_event_is_given_later(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    placed = make.place(make.buyer(make.variant()))
    make.pay(placed)
    assert placed.payment is not None
    raw = {"data": {"object": {"id": "pi_1", "object": "payment_intent", "metadata": {"payment": placed.payment.id}}}}
    with db.orders.transaction():
        event = payments.receive_event("stripe", "evt_1", "payment_intent.succeeded", json.dumps(raw).encode())
        assert event is not None
        later("payments.process_event", event)

    work_and_die(monkeypatch, "payments.process_event", payments, "give_verdict")
    assert orders.get_for_job(placed.order.id).state == "confirmed"
    work("payments.process_event")

    kept = payments.find_event(event)
    assert kept is not None
    assert kept.verdict == "settled"


def test_a_payment_declined_too_often_is_closed_later(
    app: Flask, companies: Companies, monkeypatch: pytest.MonkeyPatch
) -> None:
    placed = make.place(make.buyer(make.variant()))
    assert placed.payment is not None
    for _ in range(2):
        make.pay(placed, card=DECLINED)
        checkout.settle(placed.payment.id)
    make.pay(placed, card=DECLINED)
    soon("checkout.settle", placed.payment.id)

    work_and_die(monkeypatch, "checkout.settle", payments, "close")
    assert [session["status"] for session in companies.ledger()["sessions"]] == ["open"]
    work("checkout.settle")

    assert [session["status"] for session in companies.ledger()["sessions"]] == ["expired"]
    assert payments.get_for_job(placed.payment.id).state == "cancelled"


@pytest.mark.usefixtures("captures_on_shipping")
def test_an_order_that_is_not_paid_again_in_time_ends_later(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    placed = make.place(make.buyer(make.variant()))
    make.pay(placed)
    assert placed.payment is not None
    checkout.settle(placed.payment.id)
    payments.void(placed.payment.id)  # its hold ends
    checkout.settle(placed.payment.id)
    again = checkout.pay_again(placed.token, "hosted")  # and is never paid

    with clock.at(clock.now() + WAITS + timedelta(minutes=1)):
        work_and_die(monkeypatch, "checkout.end_unpaid", cancellations, "quote")
        assert again.payment is not None
        assert payments.get_for_job(again.payment.id).state == "cancelled"
        assert orders.get_for_job(placed.order.id).state == "confirmed"
        work("checkout.end_unpaid")

    assert orders.get_for_job(placed.order.id).state == "cancelled"
