"""What a provider's event means, and that its job ends with its verdict and not before."""

import json

import pytest
from flask import Flask
from sqlalchemy import update

from app import db
from app.outbox import OrdersOutbox
from app.queue import later
from app.services import orders, payments
from tests import make
from tests.working import work


class Killed(BaseException):
    """The process ends here."""


def test_worker_killed_between_settling_and_verdict_gives_the_verdict_later(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    placed = make.place(make.buyer(make.variant()))
    make.pay(placed)
    assert placed.payment is not None
    raw = {"data": {"object": {"id": "pi_1", "object": "payment_intent", "metadata": {"payment": placed.payment.id}}}}
    with db.orders.transaction():
        event = payments.receive_event("stripe", "evt_1", "payment_intent.succeeded", json.dumps(raw).encode())
        assert event is not None
        later("payments.process_event", event)

    def die(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(payments, "give_verdict", die)
        with pytest.raises(Killed):
            work("payments.process_event")
    assert orders.get_for_job(placed.order.id).state == "confirmed"
    with db.orders.transaction() as session:  # its lease ends
        session.execute(update(OrdersOutbox).values(leased_until=None))

    work("payments.process_event")

    kept = payments.find_event(event)
    assert kept is not None
    assert kept.verdict == "settled"
