"""The amounts that `fsck` names: with their currency, in the units in which statements and Stripe show them."""

import pytest
from flask import Flask

from app.money import Money
from app.services import health
from tests import make
from tests.services.health.test_fsck import damage

CENT = Money(1, "EUR")


def said(check: str) -> list[str]:
    return [fault.says for each in health.examine(only=check) for fault in each.faults]


def test_money_that_did_not_come_is_named_as_people_write_it(app: Flask) -> None:
    total = make.order(paid=True, price=2999).total_money
    damage("UPDATE payments SET captured = captured - 1")

    assert said("orders.paid") == [f"is confirmed, but {total - CENT} of {total} came"]
    assert said("payments.states") == [f"is paid with {total - CENT} of {total}"]


def test_money_that_went_is_named_as_people_write_it(app: Flask) -> None:
    make.order(paid=True)
    damage("UPDATE payments SET refunded = 1")

    assert said("payments.refunded") == ["0.01 EUR count as given back, but its refunds come to 0.00 EUR"]
    assert said("orders.credits") == ["0.00 EUR were credited, and 0.01 EUR are not here"]


def test_sums_are_named_as_people_write_them(app: Flask) -> None:
    order = make.order(paid=True, price=2999)
    damage("UPDATE order_lines SET tax = tax + 1")

    [words] = said("orders.sums")

    goods, tax = Money(order.subtotal - order.discount, "EUR"), Money(order.tax, "EUR")
    assert words.startswith(f"its lines come to {goods}, their tax {Money(order.lines[0].tax, 'EUR') + CENT} with ")
    assert words.endswith(f" for delivery; it says {goods} and {tax}")


@pytest.mark.parametrize(("balance", "words"), [(2499, "24.99 EUR"), (0, "0.00 EUR")])
def test_what_is_on_a_gift_card_is_named_as_people_write_it(app: Flask, balance: int, words: str) -> None:
    make.gift_card(2500)
    damage(f"UPDATE gift_cards SET balance = {balance}")

    assert said("gift_cards.ledger") == [f"holds {words}, but its entries come to 25.00 EUR"]
