"""`fsck` of a shop that gave something back: what went only in part of its way is named."""

import pytest
from flask import Flask

from app.services import audit, cancellations, checkout, credits, orders
from tests import make
from tests.services.health.test_fsck import damage, faults
from tests.working import work

DAMAGES = [
    ("payments.transfers", "UPDATE payments SET captured = captured + 1 WHERE provider = 'bank_transfer'"),
    ("gift_cards.spent", "UPDATE refunds SET amount = amount - 1 WHERE amount = 300"),
    ("gift_cards.spent", "UPDATE payments SET amount = amount - 1 WHERE provider = 'gift_card'"),
    ("credits.parts", "UPDATE credits SET tax = tax + 1"),
    ("credits.parts", "UPDATE credit_lines SET amount = amount - 1"),
    ("credits.parts", "UPDATE credit_lines SET quantity = 4"),
    ("credits.shelf", "UPDATE stock_movements SET reference = 'lost' WHERE kind = 'restock'"),
    ("parcels.contents", "UPDATE shipment_lines SET quantity = quantity + 1"),
    ("parcels.contents", "DELETE FROM shipment_lines"),
    ("promotions.customers", "DELETE FROM promotion_customers"),
]


@pytest.fixture
def gave_back(app: Flask) -> None:
    """A shop that took a transfer and a gift card, and gave something back of each."""
    make.promotion(customer_limit=9)
    placed = make.place(make.buyer(make.variant(), quantity=3), method="transfer")
    assert placed.payment is not None
    checkout.take_transfer(
        placed.payment.id, placed.payment.amount_money, received=0, sender="Ada", bank_line="1", key="r", actor="cleo"
    )
    order = orders.get_for_job(placed.order.id)
    amount = cancellations.quote(order, {1: 1}).paid.amount
    cancellations.cancel(order.id, {1: 1}, amount=amount, reason="One less", actor="customer", key="k")
    card = make.place(make.pays_with(make.gift_card(5000))).order
    credits.give_as_staff(
        card, credits.Wish(free=300), reason="Sorry", actor="cleo", key="s", restock=(), version=0, amount=300
    )
    audit.seal()
    work()


@pytest.mark.parametrize(("name", "statements"), DAMAGES)
def test_fsck_names_what_went_back_only_in_part(gave_back: None, name: str, statements: str) -> None:
    assert faults() == {}

    damage(statements)

    assert name in faults()


def test_gift_card_that_got_money_back_and_paid_again_agrees(app: Flask) -> None:
    gift = make.gift_card(9000)
    first = make.place(make.pays_with(gift)).order
    credits.give_as_staff(
        first, credits.Wish(free=300), reason="Sorry", actor="cleo", key="s", restock=(), version=0, amount=300
    )
    work("payments.refund")

    make.place(make.pays_with(gift))

    assert "gift_cards.spent" not in faults()
