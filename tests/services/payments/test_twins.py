"""Calls whose key is in use at Stripe: the process that made the first is slow or dead, and Stripe is still at it."""

import pytest
from flask import Flask

from app.errors import Unavailable
from app.services.payments import charging
from app.services.payments.provider import InUse
from tests import make
from tests.companies import Companies

_PRESSES = 5  # as many failures in a row open the breaker


@pytest.fixture
def in_use(companies: Companies, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have Stripe answer to so many presses that the key is in use; its SDK asks twice for each."""
    monkeypatch.setattr(charging, "_PATIENCE", ())
    companies.pull(
        "fail", company="stripe", status=409, times=2 * _PRESSES, when="before", path="/v1/checkout/sessions"
    )


def test_who_keeps_pressing_while_a_call_hangs_keeps_nobody_else_from_paying(app: Flask, in_use: None) -> None:
    hanging, other = make.buyer(make.variant(stock=3)), make.buyer(make.variant(stock=3))
    for _ in range(_PRESSES):
        with pytest.raises(InUse, match="in a few seconds"):
            make.place(hanging)

    placed = make.place(other)

    assert placed.payment is not None
    assert placed.payment.state == "open"


def test_stripe_is_left_alone_after_as_many_failures(app: Flask, companies: Companies) -> None:
    companies.pull("fail", company="stripe", status=503, times=100, when="before", path="/v1/checkout/sessions")
    for _ in range(_PRESSES):
        with pytest.raises(Unavailable, match="Nothing was charged"):
            make.place(make.buyer(make.variant(stock=3)))

    with pytest.raises(Unavailable, match="does not answer"):
        make.place(make.buyer(make.variant(stock=3)))
