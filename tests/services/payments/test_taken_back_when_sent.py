"""A transfer is taken back when its parcel is packed, or with the carrier: what customer and staff read of it."""

import html
import re
from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient

from app import clock
from app.services import accounts, checkout, credits, fulfilment, notifications, orders, payments, returns
from tests import make
from tests.blueprints.admin.conftest import sign_in
from tests.companies import Companies
from tests.services.cancellations.test_cancelling import send
from tests.services.health.test_fsck import faults
from tests.services.payments.test_paying_again import mails
from tests.services.payments.test_transfers import receive, transfer
from tests.working import work


def packed() -> checkout.Placed:
    """An order that is paid by transfer and has its label; nobody is written to yet."""
    placed = transfer()
    receive(placed, placed.order.total, key="wrong")
    work("fulfilment")
    assert [each.state for each in fulfilment.shipments_of(placed.order.id)] == ["label_bought"]
    return placed


def take_back(placed: checkout.Placed) -> None:
    assert placed.payment is not None
    [receipt] = payments.receipts_of(placed.payment.id)
    checkout.take_receipt_back(placed.payment.id, receipt.id, actor="staff:cleo")


def sent_and_taken_back() -> checkout.Placed:
    placed = packed()
    work()
    send(placed.order)
    take_back(placed)
    return placed


def words(text: str) -> str:
    return " ".join(html.unescape(re.sub("</?strong>", "", text)).replace("\xa0", " ").split())


def bodies(placed: checkout.Placed, template: str) -> tuple[str, str]:
    mail = [each for each in notifications.messages_of(placed.order.id) if each.template == template][-1]
    return words(mail.text), words(mail.html)


def test_a_parcel_that_waits_for_its_money_is_not_said_to_leave(app: Flask, companies: Companies) -> None:
    placed = packed()
    take_back(placed)
    work("email")
    assert "order_shipped" not in mails(placed.order)

    receive(placed, placed.order.total, key="right")
    work()

    assert [each.state for each in fulfilment.shipments_of(placed.order.id)] == ["label_bought"]
    assert mails(placed.order).count("order_shipped") == 1


def test_one_that_was_said_to_leave_is_not_said_so_again(app: Flask, companies: Companies) -> None:
    placed = sent_and_taken_back()

    receive(placed, placed.order.total, key="right")
    work()

    assert mails(placed.order).count("order_shipped") == 1


def test_nobody_is_told_that_what_was_sent_is_set_aside(app: Flask, companies: Companies, client: FlaskClient) -> None:
    placed = sent_and_taken_back()
    with clock.at(clock.now() + timedelta(minutes=11)):
        work()

    page = words(client.get(f"/orders/{orders.token_of(placed.order.id)}").text)
    staff_page = words(sign_in(app, make.staff()).get(f"/admin/orders/{placed.order.number}").text)

    [parcel] = fulfilment.shipments_of(placed.order.id)
    assert f"{parcel.tracking_number}" in page
    for said in (page, *bodies(placed, "payment_asked")):
        assert re.search(r"has been sent already, so please pay by [^.]+ CES?T\.", said)
        assert "set aside" not in said
        assert "you owe us nothing" not in said
    assert "The carrier has it, so the order is not cancelled" in staff_page
    assert "then it is cancelled" not in staff_page


def test_no_day_is_named_that_is_over(app: Flask, companies: Companies, client: FlaskClient) -> None:
    placed, cleo = sent_and_taken_back(), make.staff()
    with clock.at(clock.now() + timedelta(minutes=11)):
        work()

    with clock.at(clock.now() + timedelta(days=8)):
        work()
        checkout.ask_as_staff(orders.get_for_job(placed.order.id), actor="staff:cleo")
        work("email")
        page = words(client.get(f"/orders/{orders.token_of(placed.order.id)}").text)
        admin = sign_in(app, cleo)
        staff_page = words(admin.get(f"/admin/orders/{placed.order.number}").text)
        assert placed.payment is not None
        receipts = words(admin.get(f"/admin/transfers/{placed.payment.id}").text)

    for said in (page, *bodies(placed, "payment_asked")):
        assert "please pay by" not in said
        assert "Your parcel has been sent already, and the money was due by" in said
        assert "Please pay now." in said
    assert "The carrier has it, so the order is not cancelled. It was to be paid by" in staff_page
    assert "Waiting</span>, was due by" in receipts


def test_a_transfer_for_what_was_sent_promises_no_cancelling(app: Flask, companies: Companies) -> None:
    placed = sent_and_taken_back()
    written = len(mails(placed.order))
    for way in ("hosted", "transfer"):
        checkout.pay_again(orders.token_of(placed.order.id), way)

    work("email")
    with clock.at(clock.now() + timedelta(days=5)):
        work("email")

    asked = [each for each in notifications.messages_of(placed.order.id)[written:] if each.template == "transfer_asked"]
    assert ["Reminder" in each.subject for each in asked] == [False, True]
    for said in (words(text) for each in asked for text in (each.text, each.html)):
        assert "lease transfer by" in said
        assert "set aside" not in said
        assert "leaves when" not in said
        assert "cancelled" not in said
        assert "sent back" not in said
    for said in (words(asked[0].text), words(asked[0].html)):
        assert "Your parcel of order" in said
        assert "has been sent already." in said


def test_a_refund_of_what_was_not_paid_names_none(app: Flask, companies: Companies) -> None:
    placed = sent_and_taken_back()
    admin = sign_in(app, make.staff())

    page = words(admin.get(f"/admin/orders/{placed.order.number}/credits?free=10&delivery=0").text)

    assert "Up to €33.90 can still be refunded, less €33.90 that the customer owes." in page
    assert "€10.00 of this was not paid, so it is not refunded." in page
    assert "Credit €10.00" in page
    assert "Refund €10.00" not in page


def test_a_return_of_what_was_not_paid_promises_no_money(app: Flask, companies: Companies, client: FlaskClient) -> None:
    placed, cleo = sent_and_taken_back(), make.staff()
    asked = returns.request(placed.order, {1: 1}, reason="other", words="", key="one")
    returns.approve(cleo.staff, asked.id)
    returns.receive(cleo.staff, asked.id, {})

    page = words(sign_in(app, cleo).get(f"/admin/returns/{asked.id}").text)
    finish(cleo.staff, asked, placed.order)
    work()

    assert "€29.00 of this was not paid, so it is not refunded." in page
    assert "Refund €29.00" not in page
    for said in bodies(placed, "return_changed"):
        assert "Your return is complete" in said
        assert "credit note" in said
        assert "refund €" not in said
        assert "way" not in said
    assert "refund is on its way" not in client.get(f"/orders/{orders.token_of(placed.order.id)}").text


def test_a_return_names_what_goes_back_and_where(app: Flask, companies: Companies) -> None:
    placed, cleo = packed(), make.staff().staff
    work()
    send(placed.order)
    asked = returns.request(placed.order, {1: 1}, reason="other", words="", key="one")
    returns.approve(cleo, asked.id)
    returns.receive(cleo, asked.id, {})

    finish(cleo, asked, placed.order)
    work()

    for said in bodies(placed, "return_changed"):
        assert "We will refund €29.00, on your bank account, and write again when it is on its way." in said


def finish(cleo: accounts.Staff, asked: returns.Return, order: orders.Order) -> None:
    amount = credits.quote(order, credits.Wish({1: 1}), []).paid.amount
    returns.refund(cleo, asked.id, delivery=0, amount=amount)


def test_a_part_paid_for_what_was_sent_is_kept_when_the_rest_does_not_come(app: Flask, companies: Companies) -> None:
    placed = sent_and_taken_back()
    receive(placed, 1_000, key="part")
    for days in (8, 30):
        with clock.at(clock.now() + timedelta(days=days)):
            work()

    order = orders.get_for_job(placed.order.id)
    assert payments.refunds_of(order.id) == []
    assert credits.owed_of(order).amount == order.total - 1_000
    assert "It was not paid again in time" in orders.alerts_of([order.id])[order.id]
    receive(placed, order.total - 1_000, received=1_000, key="rest")
    work()
    assert (credits.owed_of(order).amount, payments.state_of(payments.of_order(order.id))) == (0, "paid")
    assert faults() == {}
