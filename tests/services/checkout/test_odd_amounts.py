"""Money that is not the amount of its order: staff decide."""

from flask import Flask

from app.money import Money
from app.services import cancellations, inventory, orders
from app.services.checkout.settle import apply
from app.services.payments import Truth
from tests import make


def test_another_amount_than_asked_keeps_the_order_for_staff(app: Flask) -> None:
    placed = make.place(make.buyer(make.variant(stock=1)))
    assert placed.payment is not None

    apply(placed.payment.id, Truth("paid", Money(1, "EUR"), "pi_odd"))
    make.expire(placed.order.id)

    assert orders.get_for_job(placed.order.id).state == "placed"
    assert "mismatch" in [event.kind for event in orders.timeline(placed.order.id)]


def test_an_odd_amount_that_was_given_back_lets_the_order_be_cancelled(app: Flask) -> None:
    placed = make.place(make.buyer(make.variant(stock=1)))
    assert placed.payment is not None
    apply(placed.payment.id, Truth("paid", Money(1, "EUR"), "pi_odd"))

    orders.refund_as_staff(placed.order, Money(1, "EUR"), left=1, reason="Odd", key="odd" * 6, actor="staff:cleo")
    cancelled = cancellations.cancel(placed.order.id, {}, amount=0, reason="Odd", actor="staff:cleo", key="odd")

    assert cancelled.state == "cancelled"
    assert inventory.held(placed.order.id) == {}
