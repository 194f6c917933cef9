"""What Stripe is asked for in each kind of currency: https://docs.stripe.com/currencies."""

from dataclasses import replace

import pytest
from flask import Flask

from app.errors import Invalid
from app.money import Money
from app.services import orders, payments
from app.services.payments.stripe_amounts import amount_of, money_of, refusal
from tests import make
from tests.companies import Companies

# The shop's money, and Stripe's number for it.
SAID = [
    (Money(1999, "EUR"), 1999),
    (Money(500, "JPY"), 500),
    (Money(1230, "KWD"), 1230),
    (Money(5000, "ISK"), 500_000),
    (Money(5000, "UGX"), 500_000),
    (Money(25_000, "HUF"), 25_000),
    (Money(1500, "TWD"), 1500),
    (Money(30_000, "MGA"), 300),
]


@pytest.mark.parametrize(("money", "number"), SAID, ids=lambda value: str(getattr(value, "currency", "")))
def test_amount_is_said_as_stripe_counts_and_read_back(money: Money, number: int) -> None:
    assert amount_of(money) == number
    assert money_of(number, money.currency.lower()) == money


@pytest.mark.parametrize(("money", "why"), [(Money(1234, "KWD"), "must be 0"), (Money(30_050, "MGA"), "only whole")])
def test_amount_that_stripe_cannot_say_is_refused(money: Money, why: str) -> None:
    with pytest.raises(Invalid, match=why):
        amount_of(money)

    assert why in (refusal(money) or "")


@pytest.mark.parametrize(
    ("least", "says"),
    [
        (Money(50, "EUR"), "Cards can pay 0.50 EUR or more."),
        (Money(50, "JPY"), "Cards can pay 50 JPY or more."),
        (Money(17_500, "HUF"), "Cards can pay 175.00 HUF or more."),
    ],
    ids=lambda value: getattr(value, "currency", ""),
)
def test_less_than_stripe_takes_is_refused_with_what_it_takes(least: Money, says: str) -> None:
    assert refusal(least) is None
    assert refusal(replace(least, amount=least.amount - 1)) == says


@pytest.mark.parametrize(
    ("most", "says"),
    [
        (Money(99_999_999, "EUR"), "Cards can pay up to 999999.99 EUR."),
        (Money(999_999, "ISK"), "Cards can pay up to 999999 ISK."),
    ],
    ids=lambda value: getattr(value, "currency", ""),
)
def test_more_than_stripe_takes_is_refused_with_what_it_takes(most: Money, says: str) -> None:
    assert refusal(most) is None
    assert refusal(replace(most, amount=most.amount + 1)) == says


@pytest.mark.parametrize(("currency", "number"), [("JPY", 2900 + 490), ("ISK", (2900 + 490) * 100)])
def test_order_is_charged_what_its_page_says(
    app: Flask, companies: Companies, monkeypatch: pytest.MonkeyPatch, currency: str, number: int
) -> None:
    monkeypatch.setitem(app.extensions, "config", replace(app.extensions["config"], currency=currency))
    variant = make.variant()
    make.reprice(variant, 2900, currency=currency)

    order = make.settled(make.place(make.buyer(variant)))

    assert order.total_money == Money(2900 + 490, currency)
    assert [charge["amount"] for charge in companies.ledger()["charges"]] == [number]
    assert order.state == orders.OrderState.CONFIRMED
    assert [payment.captured for payment in payments.of_order(order.id)] == [order.total]
