"""Cancelling in an order that has gift cards, which are mailed, and things that are delivered."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from app import clock, db
from app.services import cancellations, cart, checkout, credits, fulfilment, gift_cards, health, orders, promotions
from app.services.fulfilment.models import Shipment
from tests import make
from tests.working import work


def cancel(order: orders.Order, position: int, pieces: int = 1) -> orders.Order:
    wanted = {position: pieces}
    amount = cancellations.quote(order, wanted).paid.amount
    return cancellations.cancel(
        order.id, wanted, amount=amount, reason="Unwanted", actor="customer", key=f"cancel-{position}"
    )


def give(order: orders.Order, pieces: dict[int, int], *, free: int = 0) -> None:
    with db.orders.transaction():
        wish = credits.Wish(pieces, free=free)
        credits.give(orders.lock(order.id), wish, kind="refund", reason="Torn", actor="staff:cleo", key="torn")


def test_the_delivery_goes_back_with_the_last_thing_that_would_have_been_delivered(app: Flask) -> None:
    order = make.settled(make.gift_order(quantity=1, beside=make.variant()))
    work()

    left = cancel(order, 2)

    (credit,) = credits.of_order(order.id)
    assert (credit.amount, credit.delivery_money.amount) == (2900 + 490, 490)
    assert [shipment.state for shipment in fulfilment.shipments_of(order.id)] == ["voided"]
    assert (left.state, gift_cards.sold_with(order.id)[0].voided_at) == ("confirmed", None)


@pytest.mark.parametrize("rate", [None, "19"])
def test_what_was_given_as_goodwill_before_is_not_taken_out_of_a_gift_card(app: Flask, rate: str | None) -> None:
    if rate:
        make.tax_rate("DE", rate)
    order = make.settled(make.gift_order(quantity=1, beside=make.variant()))
    work()
    give(order, {}, free=2000)

    cancel(order, 2)

    amounts = [each.amount for each in credits.of_order(order.id)]
    assert amounts == [2000, 2900 + 490 - 2000]  # the 25 euros that are left here pay for the card
    cancel(order, 1)
    assert sum(each.amount for each in credits.of_order(order.id)) == order.total
    assert sum(each.tax for each in credits.of_order(order.id)) == order.tax


def test_the_delivery_is_kept_while_something_is_delivered(app: Flask) -> None:
    order = make.settled(make.gift_order(quantity=1, beside=make.variant()))
    work()

    left = cancel(order, 1)

    (credit,) = credits.of_order(order.id)
    assert (left.state, credit.amount, credit.delivery_money.amount) == ("confirmed", 2500, 0)


def test_an_order_ends_when_its_gift_card_was_refunded_and_the_rest_is_cancelled(app: Flask) -> None:
    promotion = make.promotion(code="FRIENDS")
    who = make.buyer(make.gift_product(2500).variants[0])
    cart.add(who, make.variant().id, 1)
    checkout.save_delivery(who, checkout.quote(who).options[0].code)
    checkout.enter_coupon(who, "FRIENDS")
    order = make.settled(make.place(who))
    work()
    give(order, {1: 1})

    ended = cancel(order, 2)

    assert ended.state == "cancelled"
    assert promotions.uses_of_promotions([promotion.id]) == {}
    assert sum(each.amount for each in credits.of_order(order.id)) == order.total


def test_an_order_whose_parcel_was_sent_does_not_end_with_its_gift_card(app: Flask) -> None:
    order = make.settled(make.gift_order(quantity=1, beside=make.variant()))
    work()
    with db.orders.transaction() as session:
        session.execute(update(Shipment).where(Shipment.order_id == order.id).values(state="delivered"))
    give(order, {2: 1})

    left = cancel(order, 1)

    assert left.state == "confirmed"
    assert [each.delivery_money.amount for each in credits.of_order(order.id)] == [0, 0]


def test_an_order_whose_things_to_send_were_cancelled_waits_for_no_parcel(app: Flask) -> None:
    order = make.settled(make.gift_order(quantity=1, beside=make.variant()))
    cancel(order, 2)
    work()

    with clock.at(clock.now() + timedelta(hours=10)):
        found = {each.check.name for each in health.examine() if each.count}

    assert "parcels.started" not in found
