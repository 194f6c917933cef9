"""An order by transfer is the customer's word: it leaves the cart, keeps its time, and only they or time end it."""

from datetime import timedelta
from functools import partial
from importlib import import_module
from typing import Any

import pytest
from flask import Flask

from app import clock
from app.errors import Conflict
from app.money import Money
from app.services import cancellations, cart, checkout, inventory, notifications, orders, payments
from tests import make
from tests.companies import Companies
from tests.turns import at_once
from tests.working import work

EIGHT_DAYS = timedelta(days=8)


def by_transfer(*, stock: int = 3) -> tuple[make.Buyer, checkout.Placed]:
    """Place an order that is to be paid by transfer."""
    who = make.buyer(make.variant(stock=stock))
    return who, make.place(who, method="transfer")


def state(placed: checkout.Placed) -> str:
    """How the order stands now."""
    return orders.get_for_job(placed.order.id).state


def receive(placed: checkout.Placed, amount: int) -> None:
    """Note money that came, at the payment that the customer was told of first."""
    first = payments.of_order(placed.order.id)[0]
    checkout.take_transfer(
        first.id, Money(amount, "EUR"), received=0, sender="Ada Byron", bank_line="", key=f"came-{first.id}",
        actor="staff:cleo",
    )  # fmt: skip


def shown_to(who: make.Buyer) -> dict[str, Any]:
    """What the last page shows, and its button by transfer sends."""
    offer = checkout.quote(who)
    return {"revision": offer.cart.revision, "total_shown": offer.totals.total.amount, "method": "transfer"}


def order_anew(who: make.Buyer) -> checkout.Placed:
    """Put the same thing in the cart once more, and order that."""
    cart.add(who, who.variant_id, 1)
    checkout.save_address(who, email="ada@example.org", address=make.ADDRESSES["DE"])
    checkout.save_delivery(who, checkout.quote(who).options[0].code)
    return make.place(who)


def test_the_next_order_leaves_the_one_that_waits_for_its_transfer_alone(app: Flask) -> None:
    who, first = by_transfer()
    assert cart.of(who).lines == ()

    second = order_anew(who)

    assert (state(first), state(second)) == ("placed", "placed")
    assert inventory.levels([who.variant_id])[who.variant_id].reserved == 2
    make.pay(second)
    assert make.settled(second).state == "confirmed"
    cart.add(who, who.variant_id, 1)
    receive(first, first.order.total)
    assert state(first) == "confirmed"
    assert [line.quantity for line in cart.of(who).lines] == [1]  # put in since, for an order to come


def test_pressed_twice_at_once_it_is_one_order(app: Flask) -> None:
    for seed in range(3):
        who = make.buyer(make.variant(stock=3))
        press = partial(make.place, who, **shown_to(who))

        placed = at_once(app, seed, press, press)

        assert [each.order.id for each in placed if isinstance(each, checkout.Placed)].count(placed[0].order.id) == 2


def test_a_twin_that_is_quicker_while_the_cart_is_read_is_the_order(app: Flask) -> None:
    who = make.buyer(make.variant(stock=3))
    shown, twins = shown_to(who), []

    def quote_after_the_twin(shopper: make.Buyer) -> checkout.Quote:
        if not twins:
            twins.append(None)
            twins.append(make.place(who, **shown))
        return checkout.quote(shopper)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(import_module("app.services.checkout.place"), "quote", quote_after_the_twin)
        placed = make.place(who, **shown)

    assert placed.order.id == twins[1].order.id


def test_a_look_at_the_card_page_takes_none_of_its_time(app: Flask, companies: Companies) -> None:
    _, placed = by_transfer()

    checkout.pay_again(placed.token, "hosted")

    make.expire(placed.order.id)
    assert state(placed) == "placed"
    with clock.at(clock.now() + EIGHT_DAYS):
        work("checkout.expire")
    assert state(placed) == "cancelled"


def test_the_transfer_that_was_asked_for_pays_though_a_card_page_was_opened(app: Flask, companies: Companies) -> None:
    _, placed = by_transfer()
    checkout.pay_again(placed.token, "hosted")

    receive(placed, placed.order.total)

    assert state(placed) == "confirmed"
    assert [session["status"] for session in companies.ledger()["sessions"]] == ["expired"]
    assert payments.list_by_hand() == []


def test_a_card_that_paid_before_the_transfer_came_has_paid(app: Flask, companies: Companies) -> None:
    _, placed = by_transfer()
    make.pay(checkout.pay_again(placed.token, "hosted"))

    receive(placed, placed.order.total)

    assert state(placed) == "confirmed"
    assert [refund.amount for refund in payments.list_by_hand()] == [placed.order.total]


def test_a_payment_page_that_is_opened_late_has_all_of_its_time(app: Flask, companies: Companies) -> None:
    placed = make.place(make.buyer(make.variant()))
    with clock.at(clock.now() + timedelta(minutes=34)):
        again = checkout.pay_again(placed.token, "hosted")
        assert again.payment is not None

    with clock.at(clock.now() + timedelta(minutes=36)):
        work("checkout.expire")
    assert (state(placed), payments.get_for_job(again.payment.id).state) == ("placed", "open")
    with clock.at(clock.now() + timedelta(minutes=70)):
        work("checkout.expire")
    assert state(placed) == "cancelled"


def test_nobody_keeps_things_aside_for_ever(app: Flask, companies: Companies) -> None:
    _, placed = by_transfer()
    with clock.at(clock.now() + timedelta(days=6)):
        checkout.pay_again(placed.token, "element")
        checkout.pay_again(placed.token, "transfer")
    with clock.at(clock.now() + EIGHT_DAYS):
        checkout.pay_again(placed.token, "element")
        with pytest.raises(Conflict, match="waited too long"):
            checkout.pay_again(placed.token, "transfer")

    with clock.at(clock.now() + timedelta(days=14)):
        work("checkout.expire")
    assert state(placed) == "cancelled"


@pytest.mark.parametrize("actor", ["customer", "staff:cleo"])
def test_money_for_an_order_that_a_person_cancelled_goes_back(app: Flask, actor: str) -> None:
    _, placed = by_transfer()
    cancellations.cancel(placed.order.id, {}, amount=0, reason="not wanted", actor=actor, key="one")

    receive(placed, placed.order.total)

    assert state(placed) == "cancelled"
    assert [refund.amount for refund in payments.list_by_hand()] == [placed.order.total]


def test_whoever_was_asked_for_money_is_told_when_the_order_ends(app: Flask, companies: Companies) -> None:
    _, placed = by_transfer()
    by_card = make.place(make.buyer(make.variant()))
    with clock.at(clock.now() + EIGHT_DAYS):
        work("checkout.expire")
        work("email.order_cancelled")

    (mail,) = [each for each in notifications.messages_of(placed.order.id) if "Cancelled" in each.subject]
    assert "do not transfer money" in mail.text
    assert state(by_card) == "cancelled"
    assert notifications.messages_of(by_card.order.id) == []
