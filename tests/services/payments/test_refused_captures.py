"""A bank that refuses to give what its card held: the customer pays again, or staff ask it once more."""

from datetime import timedelta
from functools import partial

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import clock, formats
from app.errors import Conflict, TooOften
from app.services import checkout, credits, notifications, orders, payments
from app.services.checkout.owing import WAITS
from tests import make
from tests.blueprints.admin.conftest import sign_in
from tests.companies import Companies
from tests.services.payments.test_capture import pay_in_page
from tests.services.payments.test_paying_again import held, kinds, mails, outside, pay_again, pay_state, read, taken
from tests.turns import at_once
from tests.working import work

pytestmark = pytest.mark.usefixtures("captures_on_shipping")


def refused(companies: Companies, **how: str) -> orders.Order:
    """An order whose money the bank refused to give."""
    order = held()
    companies.pull("refuse_capture", code="insufficient_funds", **how)
    checkout.capture(order.id)
    return orders.get_for_job(order.id)


def test_a_refused_capture_is_told_and_paid_another_way(app: Flask, companies: Companies, client: FlaskClient) -> None:
    order = refused(companies)
    checkout.settle(outside(order)[0].id)
    work("email.payment_asked")
    assert (pay_state(order), kinds(order)) == ("capture_refused", ["capture_refused"])
    (mail,) = [each for each in notifications.messages_of(order.id) if each.template == "payment_asked"]
    assert "insufficient funds" in mail.text
    assert "Your bank did not give us the money" in read(client, order)

    order = pay_again(order)
    checkout.capture(order.id)

    assert [each.state for each in outside(order)] == ["cancelled", "paid"]
    assert taken(companies) == [(0, "canceled"), (order.total, "succeeded")]
    assert kinds(order) == []


def test_the_day_that_staff_are_told_is_one_of_store_time(app: Flask, companies: Companies) -> None:
    order = held()
    companies.pull("refuse_capture", code="insufficient_funds")
    night = clock.now().replace(hour=23, minute=30)  # in Berlin it is the next day

    with clock.at(night):
        checkout.capture(order.id)

    assert (
        f"waits until {formats.day((night + WAITS + timedelta(days=1)).date())}." in orders.timeline(order.id)[-1].text
    )


def test_a_refusal_that_ends_the_hold_lets_it_go(app: Flask, companies: Companies) -> None:
    order = refused(companies, ends="yes")

    assert pay_state(order) == "lapsed"
    assert [amount for amount, _ in taken(companies)] == [0]
    assert credits.owed_of(order) == order.total_money


def test_a_refusal_that_ends_the_hold_leaves_nothing_to_pay_in_the_page(app: Flask, companies: Companies) -> None:
    placed = make.place(make.buyer(make.variant()), method="element")
    pay_in_page(placed)
    assert placed.payment is not None
    checkout.settle(placed.payment.id)
    companies.pull("refuse_capture", code="insufficient_funds", ends="yes")

    checkout.capture(placed.order.id)

    assert taken(companies) == [(0, "canceled")]


@pytest.mark.parametrize("seed", range(3))
def test_a_refusal_that_two_hear_is_told_once(app: Flask, companies: Companies, seed: int) -> None:
    order = held()
    companies.pull("refuse_capture", code="insufficient_funds", times=2)

    at_once(app, seed, partial(checkout.capture, order.id), partial(checkout.capture, order.id))

    assert [event.kind for event in orders.timeline(order.id)].count("capture_refused") == 1


def test_staff_ask_the_bank_again_and_the_customer_is_told(app: Flask, companies: Companies) -> None:
    order = refused(companies)
    browser, address = sign_in(app, make.staff()), f"/admin/orders/{order.number}"
    assert "Ask the bank again" in browser.get(address).text
    assert order.number in browser.get("/admin/orders/?only=attention").text
    assert order.number in browser.get("/admin/orders/?pay=capture_refused").text

    answers = [browser.post(f"{address}/captures").status_code for _ in range(2)]
    work("checkout.capture")
    work("email.paid_anew")

    assert answers == [303, 303]
    assert pay_state(order) == "paid"
    assert taken(companies) == [(order.total, "succeeded")]
    assert (kinds(order), mails(order)[-1]) == ([], "paid_anew")


def test_a_hold_is_not_let_go_for_a_customer_who_is_refused_too(app: Flask, companies: Companies) -> None:
    order = refused(companies)
    for number in range(3):
        payments.brake.note("decline", payments.Lanes(order=order.id).named(), reference=f"try {number}")

    with pytest.raises(TooOften):
        checkout.pay_again(orders.token_of(order.id), "hosted")
    with pytest.raises(Conflict, match="not offered"):
        checkout.pay_again(orders.token_of(order.id), "cheque")

    assert taken(companies) == [(0, "requires_capture")]
    assert checkout.pay_again(orders.token_of(order.id), "transfer").payment is not None
    assert taken(companies) == [(0, "canceled")]


def test_paying_again_while_staff_ask_the_bank_again_takes_once(app: Flask, companies: Companies) -> None:
    for seed in range(3):
        order = refused(companies)

        at_once(
            app, seed,
            partial(checkout.capture_as_staff, order, actor="staff:cleo"),
            partial(checkout.pay_again, orders.token_of(order.id), "hosted"),
        )  # fmt: skip
        work("checkout.capture")
        live = payments.find_live(order.id)
        assert live is not None
        if live.state == "open":
            make.pay(checkout.Placed(order, live))
            checkout.settle(live.id)
            checkout.capture(order.id)

        assert sum(each.captured for each in outside(order)) == order.total
        assert pay_state(order) == "paid"
