"""Transfers that come when nobody waits for them: before they were opened, and after they were given up."""

from datetime import timedelta

from flask import Flask
from sqlalchemy import update

from app import clock, db
from app.services import checkout, payments
from app.services.payments import Payment
from tests.services.payments.test_transfers import receive, state, transfer


def test_the_rest_goes_back_too_when_it_comes_after_the_part_went_back(app: Flask) -> None:
    placed = transfer()
    total = placed.order.total
    receive(placed, 1000)

    with clock.at(clock.now() + timedelta(days=8)):
        checkout.expire(placed.order.id)
        receive(placed, total - 1000, received=1000)

    assert state(placed) == ("cancelled", "refunded")
    assert [refund.amount for refund in payments.list_by_hand()] == [1000, total - 1000]


def test_money_that_comes_before_the_transfer_was_opened_counts(app: Flask) -> None:
    """The process that placed the order died, and the job that goes on has not come yet."""
    placed = transfer()
    with db.orders.transaction() as session:
        session.execute(update(Payment).values(state="created", intent_id=None, tried_at=None))

    receive(placed, placed.order.total)

    assert state(placed) == ("confirmed", "paid")
