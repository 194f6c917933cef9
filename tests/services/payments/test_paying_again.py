"""Money that went again: a card's hold that ended, or that its bank refused to give. The customer pays once more."""

import html
from datetime import timedelta
from functools import partial

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import clock
from app.errors import Conflict
from app.services import (
    audit,
    cancellations,
    checkout,
    credits,
    fulfilment,
    inventory,
    notifications,
    orders,
    payments,
)
from app.services.checkout.owing import WAITS
from app.services.checkout.settle import apply
from tests import make
from tests.blueprints.admin.conftest import sign_in
from tests.companies import Companies
from tests.turns import at_once
from tests.working import work

pytestmark = pytest.mark.usefixtures("captures_on_shipping")


def held(who: make.Buyer | None = None) -> orders.Order:
    """An order whose money a card holds; nothing that follows has happened yet."""
    placed = make.place(who or make.buyer(make.variant(stock=3)))
    make.pay(placed)
    assert placed.payment is not None
    return checkout.settle(placed.payment.id)


def lapsed(who: make.Buyer | None = None) -> orders.Order:
    """An order whose hold ended at Stripe."""
    order = held(who)
    payment = outside(order)[-1]
    payments.void(payment.id)
    return checkout.settle(payment.id)


def outside(order: orders.Order) -> list[payments.Payment]:
    return [each for each in payments.of_order(order.id) if not each.gift_card_id]


def pay_again(order: orders.Order) -> orders.Order:
    """Pay once more, from the order's link."""
    placed = checkout.pay_again(orders.token_of(order.id), "hosted")
    assert placed.payment is not None
    make.pay(placed)
    return checkout.settle(placed.payment.id)


def pay_state(order: orders.Order) -> str:
    return payments.state_of(payments.of_order(order.id))


def taken(companies: Companies) -> list[tuple[int, str]]:
    return sorted((each["amount_received"], each["status"]) for each in companies.ledger()["payment_intents"])


def kinds(order: orders.Order) -> list[str]:
    return [event.kind for event in orders.timeline(order.id) if event.needs_attention]


def mails(order: orders.Order) -> list[str]:
    return [message.template for message in notifications.messages_of(order.id)]


def read(client: FlaskClient, order: orders.Order) -> str:
    return " ".join(html.unescape(client.get(f"/orders/{orders.token_of(order.id)}").text).replace("\xa0", " ").split())


def test_a_hold_that_ended_is_paid_again_and_the_order_goes_on(
    app: Flask, companies: Companies, client: FlaskClient
) -> None:
    order = lapsed()
    work("fulfilment")
    work("email")
    assert (order.state, pay_state(order), kinds(order)) == ("confirmed", "lapsed", ["lapsed"])
    assert credits.owed_of(order) == order.total_money
    page = read(client, order)
    assert "Please pay €33.90 again" in page
    assert "set aside for you until" in page
    assert "payment_asked" in mails(order)

    order = pay_again(order)
    work()

    assert (order.state, pay_state(order), kinds(order)) == ("confirmed", "paid", [])
    assert taken(companies) == [(0, "canceled"), (order.total, "succeeded")]
    assert [shipment.state for shipment in fulfilment.shipments_of(order.id)] == ["label_bought"]
    assert mails(order).count("paid_anew") == 1
    assert credits.owed_of(order).amount == 0
    assert "Please pay" not in read(client, order)


def test_the_mail_says_how_much_where_and_until_when(app: Flask, companies: Companies) -> None:
    order = lapsed()
    checkout.settle(outside(order)[0].id)
    work("email")

    (mail,) = [each for each in notifications.messages_of(order.id) if each.template == "payment_asked"]
    until = outside(order)[0].pay_by
    assert until is not None
    assert until - clock.now() > WAITS - timedelta(minutes=5)
    for body in (mail.text, html.unescape(mail.html)):
        for said in ("€33.90", "/orders/", "Nothing was charged", "set aside for you until"):
            assert said in body


def test_a_gift_cards_part_stays_and_only_the_rest_is_paid_again(app: Flask, companies: Companies) -> None:
    gift = make.gift_card(1000)
    order = lapsed(make.pays_with(gift))
    assert (pay_state(order), credits.owed_of(order).amount) == ("lapsed", order.total - 1000)

    order = pay_again(order)

    assert pay_state(order) == "authorized"
    assert outside(order)[-1].amount == order.total - 1000
    assert make.left_on(gift) == 0


def test_it_is_asked_for_less_once_something_is_cancelled(app: Flask, companies: Companies) -> None:
    order = lapsed(make.buyer(make.variant(stock=5), quantity=2))
    amount = cancellations.quote(order, {1: 1}).paid.amount
    cancellations.cancel(order.id, {1: 1}, amount=amount, reason="One is enough", actor="customer", key="one")
    assert payments.refunds_of(order.id) == []

    order = pay_again(order)
    work()

    assert outside(order)[-1].captured == order.total - amount
    credits.give_as_staff(
        order, credits.Wish(free=100), reason="Sorry", actor="staff:cleo", key="goodwill", restock=(), version=1,
        amount=100,
    )  # fmt: skip
    assert sum(each.amount for each in payments.refunds_of(order.id)) == 100


def test_what_is_cancelled_while_it_is_paid_again_is_not_charged(app: Flask, companies: Companies) -> None:
    order = lapsed(make.buyer(make.variant(stock=5), quantity=2))
    placed = checkout.pay_again(orders.token_of(order.id), "hosted")
    amount = cancellations.quote(order, {1: 1}).paid.amount
    cancellations.cancel(order.id, {1: 1}, amount=amount, reason="One is enough", actor="customer", key="one")
    make.pay(placed)
    assert placed.payment is not None

    checkout.settle(placed.payment.id)

    assert payments.get_for_job(placed.payment.id).released == amount
    assert credits.owed_of(orders.get_for_job(order.id)).amount == 0


def test_page_that_asks_for_what_was_cancelled_since_gives_way_to_one_that_does_not(
    app: Flask, companies: Companies
) -> None:
    order = lapsed(make.buyer(make.variant(stock=5), quantity=2))
    token = orders.token_of(order.id)
    whole = checkout.pay_again(token, "hosted").payment
    amount = cancellations.quote(order, {1: 1}).paid.amount
    cancellations.cancel(order.id, {1: 1}, amount=amount, reason="One is enough", actor="customer", key="one")

    rest = checkout.pay_again(token, "hosted").payment

    assert whole is not None
    assert rest is not None
    assert (whole.amount, rest.amount) == (order.total, order.total - amount)
    assert payments.get_for_job(whole.id).state == "cancelled"


def test_two_tabs_pay_one_payment(app: Flask, companies: Companies) -> None:
    order = lapsed()
    for seed in range(2):
        opened = at_once(app, seed, *[partial(checkout.pay_again, orders.token_of(order.id), "hosted")] * 2)
        assert all(isinstance(each, checkout.Placed) for each in opened)

    live = [each for each in outside(order) if each.state == "open"]

    assert len(live) == 1
    assert len(companies.ledger()["sessions"]) == 2  # the first one's, and the one that both tabs go to


def test_money_of_the_old_hold_that_comes_late_goes_back_or_is_enough(app: Flask, companies: Companies) -> None:
    first, second = lapsed(), lapsed()
    pay_again(first)
    for order in (first, second):
        old = outside(order)[0]

        apply(old.id, payments.Truth("paid", old.amount_money, old.intent_id))

    assert [each.state for each in outside(first)] == ["surplus", "authorized"]
    assert [each.amount for each in payments.refunds_of(first.id)] == [first.total]
    assert pay_state(second) == "paid"
    assert kinds(second) == []
    assert checkout.pay_again(orders.token_of(second.id), "hosted").payment is None


def test_an_order_that_is_not_paid_again_in_time_ends_and_its_stock_comes_back(
    app: Flask, companies: Companies
) -> None:
    order = lapsed()
    variant = order.lines[0].variant_id
    placed = checkout.pay_again(orders.token_of(order.id), "hosted")  # and never paid
    assert inventory.level_as_staff(variant).on_hand == 2

    with clock.at(clock.now() + WAITS + timedelta(minutes=1)):
        work("checkout.end_unpaid")

    assert orders.get_for_job(order.id).state == "cancelled"
    assert inventory.level_as_staff(variant).on_hand == 3
    assert payments.refunds_of(order.id) == []
    assert placed.payment is not None
    assert payments.get_for_job(placed.payment.id).state == "cancelled"
    with pytest.raises(Conflict):
        checkout.pay_again(orders.token_of(order.id), "hosted")


def test_an_order_that_was_paid_again_does_not_end(app: Flask, companies: Companies) -> None:
    order = pay_again(lapsed())

    with clock.at(clock.now() + WAITS + timedelta(minutes=1)):
        work("checkout.end_unpaid")

    assert orders.get_for_job(order.id).state == "confirmed"


def test_an_order_whose_second_hold_ends_too_has_a_week_of_its_own(app: Flask, companies: Companies) -> None:
    order = held()
    with clock.at(clock.now() - timedelta(days=6)):
        payments.void(outside(order)[-1].id)
        checkout.settle(outside(order)[-1].id)
    pay_again(order)
    payments.void(outside(order)[-1].id)
    checkout.settle(outside(order)[-1].id)

    with clock.at(clock.now() + timedelta(days=2)):  # the first week is over
        work("checkout.end_unpaid")
        assert (orders.get_for_job(order.id).state, pay_state(order)) == ("confirmed", "lapsed")
    with clock.at(clock.now() + WAITS + timedelta(minutes=1)):
        work("checkout.end_unpaid")

    assert orders.get_for_job(order.id).state == "cancelled"


def test_one_that_is_paid_at_the_last_moment_goes_on(app: Flask, companies: Companies) -> None:
    order = lapsed()
    placed = checkout.pay_again(orders.token_of(order.id), "hosted")
    make.pay(placed)  # and the event has not come yet

    with clock.at(clock.now() + WAITS + timedelta(minutes=1)):
        cancellations.end_unpaid(order.id)

    assert (orders.get_for_job(order.id).state, pay_state(order)) == ("confirmed", "authorized")


def test_the_time_of_an_unpaid_order_ends_no_page_on_which_a_confirmed_one_is_paid_again(
    app: Flask, companies: Companies
) -> None:
    order = lapsed()
    placed = checkout.pay_again(orders.token_of(order.id), "hosted")

    make.expire(order.id)

    make.pay(placed)
    assert placed.payment is not None
    checkout.settle(placed.payment.id)
    assert (orders.get_for_job(order.id).state, pay_state(order)) == ("confirmed", "authorized")


def test_staff_mail_the_link_again_once_in_ten_minutes(app: Flask, companies: Companies) -> None:
    order = lapsed()
    work("email")
    browser, address = sign_in(app, make.staff()), f"/admin/orders/{order.number}"
    assert "Send the link again" in browser.get(address).text

    with clock.at(clock.now().replace(minute=1)):
        for _ in range(2):
            assert browser.post(f"{address}/payment-requests").status_code == 303
        work("email")

    assert mails(order).count("payment_asked") == 2
    assert browser.post(f"/admin/orders/{make.order(paid=True).number}/payment-requests").status_code == 409
    assert audit.seal() > 0
