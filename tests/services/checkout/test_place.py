"""Placing, charging and settling against the real engines and the payment stand-in."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from importlib import import_module

import pytest
from flask import Flask

from app import clock
from app.errors import Conflict, Unavailable
from app.services import cart, checkout, inventory, orders, payments
from app.services.checkout.settle import apply
from app.services.payments import Truth
from tests import make
from tests.companies import Companies
from tests.running import wait_until


def test_place_reserves_and_opens_the_payment(app: Flask, companies: Companies) -> None:
    buyer = make.buyer(make.variant(stock=3), quantity=2)

    placed = make.place(buyer)

    assert placed.order.state == "placed"
    assert placed.payment is not None
    assert placed.payment.pay_url
    level = inventory.levels([buyer.variant_id])[buyer.variant_id]
    assert (level.on_hand, level.reserved) == (3, 2)
    assert len(companies.ledger()["sessions"]) == 1


def test_place_returns_the_same_order_when_sent_twice(app: Flask, companies: Companies) -> None:
    buyer = make.buyer(make.variant(stock=3))

    first, second = make.place(buyer), make.place(buyer)

    assert first.order.id == second.order.id
    assert first.payment is not None
    assert second.payment is not None
    assert first.payment.id == second.payment.id
    assert len(companies.ledger()["sessions"]) == 1


def test_place_returns_the_paid_order_when_sent_again_an_hour_later(app: Flask, companies: Companies) -> None:
    buyer = make.buyer(make.variant(stock=3))
    offer = checkout.quote(buyer)
    order = make.settled(make.place(buyer))

    with clock.at(clock.now() + timedelta(hours=1)):
        again = make.place(buyer, revision=offer.cart.revision, total_shown=offer.totals.total.amount)

    assert (again.order.id, again.payment) == (order.id, None)
    assert len(companies.ledger()["sessions"]) == 1


def test_place_refuses_a_total_that_was_not_shown(app: Flask) -> None:
    buyer = make.buyer(make.variant(price=2900))

    with pytest.raises(checkout.TotalChanged) as refusal:
        make.place(buyer, total_shown=1)

    assert refusal.value.total.amount == checkout.quote(buyer).totals.total.amount
    assert orders.find_of_cart(buyer.cart_id or "") is None


def test_place_refuses_what_sold_out_and_holds_nothing(app: Flask) -> None:
    variant = make.variant(stock=1)
    ada, ben = make.buyer(variant), make.buyer(variant)
    offer = checkout.quote(ben)
    make.place(ada)

    with pytest.raises(Conflict):
        make.place(ben, revision=offer.cart.revision, total_shown=offer.totals.total.amount)

    assert inventory.levels([variant.id])[variant.id].reserved == 1
    assert orders.find_of_cart(ben.cart_id or "") is None


def test_place_keeps_the_order_when_stripe_is_down_and_goes_on_when_it_is_back(
    app: Flask, companies: Companies
) -> None:
    buyer = make.buyer(make.variant())
    companies.pull("fail", company="stripe", times=4)

    with pytest.raises(Unavailable):
        make.place(buyer)
    companies.pull("reset")
    placed = make.place(buyer)

    assert placed.payment is not None
    assert placed.payment.state == "open"
    assert len(companies.ledger()["sessions"]) == 1


def test_place_finds_what_an_unanswered_call_had_made(app: Flask, companies: Companies) -> None:
    buyer = make.buyer(make.variant())
    companies.pull("drop", company="stripe", times=4, when="after", path="/v1/checkout/sessions")

    with pytest.raises(Unavailable):
        make.place(buyer)
    companies.pull("reset")
    placed = make.place(buyer)

    assert placed.payment is not None
    assert placed.payment.state == "open"
    assert len(companies.ledger()["sessions"]) == 1


def test_settle_sells_empties_the_cart_and_queues_what_follows_once(app: Flask, companies: Companies) -> None:
    buyer = make.buyer(make.variant(stock=3), quantity=2)
    placed = make.place(buyer)
    make.pay(placed)
    assert placed.payment is not None

    for _ in range(3):
        order = checkout.settle(placed.payment.id)

    assert order.state == "confirmed"
    level = inventory.levels([buyer.variant_id])[buyer.variant_id]
    assert (level.on_hand, level.reserved) == (1, 0)
    assert cart.of(buyer).lines == ()
    assert [event.kind for event in orders.timeline(order.id)].count("confirmed") == 1


def test_settle_leaves_in_the_cart_what_was_added_since(app: Flask, companies: Companies) -> None:
    buyer, other = make.buyer(make.variant(stock=3)), make.variant("Second thought")
    placed = make.place(buyer)
    cart.add(buyer, other.id, 1)
    make.pay(placed)
    assert placed.payment is not None

    checkout.settle(placed.payment.id)

    assert [line.variant_id for line in cart.of(buyer).lines] == [other.id]


def test_place_gives_up_the_earlier_order_when_the_cart_changed(app: Flask, companies: Companies) -> None:
    buyer = make.buyer(make.variant(stock=3))
    first = make.place(buyer)
    cart.add(buyer, buyer.variant_id, 1)

    second = make.place(buyer)

    assert first.order.id != second.order.id
    assert orders.get_for_job(first.order.id).state == "cancelled"
    assert inventory.levels([buyer.variant_id])[buyer.variant_id].reserved == 2
    sessions = companies.ledger()["sessions"]
    assert sorted(session["status"] for session in sessions) == ["expired", "open"]


def test_pay_again_by_another_method_closes_the_first(app: Flask, companies: Companies) -> None:
    placed = make.place(make.buyer(make.variant()))

    again = checkout.pay_again(placed.token, "element")

    assert again.payment is not None
    assert again.payment.client_secret
    states = [payment.state for payment in payments.of_order(placed.order.id)]
    assert states == ["cancelled", "open"]
    assert companies.ledger()["sessions"][0]["status"] == "expired"


def test_expire_gives_the_stock_back_only_after_a_confirmed_cancel(app: Flask, companies: Companies) -> None:
    buyer = make.buyer(make.variant(stock=1))
    placed = make.place(buyer)
    companies.pull("fail", company="stripe", times=4)

    with pytest.raises(Unavailable):
        make.expire(placed.order.id)
    held = inventory.levels([buyer.variant_id])[buyer.variant_id].reserved
    companies.pull("reset")
    make.expire(placed.order.id)
    make.expire(placed.order.id)

    assert held == 1
    assert inventory.levels([buyer.variant_id])[buyer.variant_id].available == 1
    assert orders.get_for_job(placed.order.id).state == "cancelled"
    assert "held" in [event.kind for event in orders.timeline(placed.order.id)]


def test_expire_settles_when_the_money_has_come(app: Flask, companies: Companies) -> None:
    placed = make.place(make.buyer(make.variant(stock=1)))
    make.pay(placed)

    make.expire(placed.order.id)

    assert orders.get_for_job(placed.order.id).state == "confirmed"


def test_place_sends_a_twin_of_the_same_revision_to_the_order_that_exists(app: Flask, companies: Companies) -> None:
    buyer = make.buyer(make.variant(stock=5))
    meanwhile: list[checkout.Placed] = []
    place = import_module("app.services.checkout.place")  # the package's own `place` is the function
    real = place.quote

    def slow_quote(shopper: cart.Shopper) -> checkout.Quote:
        offer = real(shopper)
        if not meanwhile:
            meanwhile.append(None)  # type: ignore[arg-type]
            meanwhile[0] = make.place(buyer)
        return offer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(place, "quote", slow_quote)
        placed = make.place(buyer)

    assert placed.order.id == meanwhile[0].order.id
    assert [session["status"] for session in companies.ledger()["sessions"]] == ["open"]


def test_charge_waits_for_its_twin_instead_of_opening_a_second_session(app: Flask, companies: Companies) -> None:
    buyer = make.buyer(make.variant(stock=5))
    companies.pull("delay", company="stripe", milliseconds=600, when="before", path="/v1/checkout/sessions")

    with ThreadPoolExecutor(4) as pool:
        made = [pool.submit(_in_context(app, lambda: make.place(buyer))) for _ in range(4)]
        placed = [each.result() for each in made]

    assert len({each.payment.pay_url for each in placed if each.payment}) == 1
    assert len(companies.ledger()["sessions"]) == 1


def test_withdraw_leaves_an_order_whose_payment_was_opened_while_it_was_closed(
    app: Flask, companies: Companies
) -> None:
    placed = make.place(make.buyer(make.variant(stock=2)))
    real = payments.close

    def close_and_switch(payment_id: str) -> payments.Closed:
        closed = real(payment_id)
        with pytest.MonkeyPatch.context() as inner:
            inner.setattr(payments, "close", real)
            checkout.pay_again(placed.token, "element")
        return closed

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(payments, "close", close_and_switch)
        with pytest.raises(Unavailable):
            make.expire(placed.order.id)
    with clock.at(clock.now() + timedelta(hours=2)):
        checkout.expire(placed.order.id)

    assert orders.get_for_job(placed.order.id).state == "cancelled"
    assert inventory.levels([placed.order.lines[0].variant_id])[placed.order.lines[0].variant_id].available == 2
    assert {intent["status"] for intent in companies.ledger()["payment_intents"]} == {"canceled"}


def test_money_for_an_order_that_ended_is_refunded_when_its_cart_was_ordered_again(
    app: Flask, companies: Companies
) -> None:
    buyer = make.buyer(make.variant(stock=2))
    first = make.place(buyer)
    make.expire(first.order.id)
    second = make.place(buyer)
    assert first.payment is not None

    apply(first.payment.id, Truth("paid", first.order.total_money, "pi_late"))

    assert orders.get_for_job(first.order.id).state == "cancelled"
    assert orders.get_for_job(second.order.id).state == "placed"
    assert [refund.amount for refund in payments.refunds_of(first.order.id)] == [first.order.total]


def test_late_money_revives_an_order_whose_things_are_still_there(app: Flask) -> None:
    placed = make.place(make.buyer(make.variant(stock=1)))
    make.expire(placed.order.id)
    assert placed.payment is not None

    apply(placed.payment.id, Truth("paid", placed.order.total_money, "pi_late"))

    assert orders.get_for_job(placed.order.id).state == "confirmed"
    assert inventory.levels([placed.order.lines[0].variant_id])[placed.order.lines[0].variant_id].on_hand == 0


def _in_context(app: Flask, act: Callable[[], checkout.Placed]) -> Callable[[], checkout.Placed]:
    def run() -> checkout.Placed:
        with app.app_context():
            return act()

    return run


def test_a_bank_that_says_no_in_the_end_lets_the_order_be_paid_again_or_end(app: Flask, companies: Companies) -> None:
    first, second = (make.place(make.buyer(make.variant())) for _ in range(2))
    for placed in (first, second):
        companies.pull("process", milliseconds=1, fails=True)
        make.pay(placed)
    wait_until(lambda: all(each["status"] != "processing" for each in companies.ledger()["payment_intents"]))
    assert first.payment is not None

    checkout.settle(first.payment.id)
    make.settled(checkout.pay_again(first.token, "hosted"))
    make.expire(second.order.id)

    assert orders.get_for_job(first.order.id).state == "confirmed"
    assert orders.get_for_job(second.order.id).state == "cancelled"
