"""What mails, papers and pages say of money: truly paid, or only held; and each part of it by name."""

import html

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.money import Money
from app.services import cancellations, checkout, documents, notifications, orders, payments
from tests import make
from tests.working import work


def paid(who: make.Buyer) -> orders.Order:
    """An order of `who`, paid as far as its shop takes money now."""
    placed = make.place(who)
    if placed.payment is None:
        return placed.order
    make.pay(placed)
    return checkout.settle(placed.payment.id)


def bodies(order: orders.Order, template: str = "order_confirmed") -> list[str]:
    """Both bodies of a mail, as people read them."""
    message = next(each for each in notifications.messages_of(order.id) if each.template == template)
    return [" ".join(html.unescape(body).replace("\xa0", " ").split()) for body in (message.text, message.html)]


def read(client: FlaskClient, order: orders.Order) -> str:
    """The order's page, as people read it."""
    return " ".join(html.unescape(client.get(f"/orders/{orders.token_of(order.id)}").text).replace("\xa0", " ").split())


@pytest.mark.usefixtures("captures_on_shipping")
def test_held_money_is_not_called_ours(app: Flask, client: FlaskClient) -> None:
    order = paid(make.buyer(make.variant()))
    work("email.order_confirmed")

    for body in bodies(order):
        assert "Your card holds €33.90; it is charged when your parcel is ready to leave" in body
        assert "We have your payment" not in body
    page = read(client, order)
    assert "Your card is charged when your parcel is ready to leave" in page
    assert "Held by your card" in page
    assert "€33.90" in page


@pytest.mark.usefixtures("captures_on_shipping")
def test_an_invoice_of_held_money_does_not_say_paid(app: Flask) -> None:
    order = paid(make.buyer(make.variant()))
    work("documents.invoice")

    (invoice,) = documents.documents_of(order.id)

    assert "Already paid. Thank you." not in invoice.paper["notes"]
    assert "Your card is charged when the parcel is ready to leave." in invoice.paper["notes"]
    assert "Paid" not in dict(invoice.paper["facts"])


def test_each_part_is_named(app: Flask, client: FlaskClient) -> None:
    first, second = make.gift_card(1000), make.gift_card(500)
    order = paid(make.pays_with(first, second))
    work("email.order_confirmed")

    page = read(client, order)
    for said, name in (*((body, "Gift card") for body in bodies(order)), (page, "Paid by gift card")):
        assert f"{name} ending in {first.last4}" in said
        assert f"{name} ending in {second.last4}" in said
        for amount in ("€10.00", "€5.00", "€18.90"):
            assert amount in said
    assert "We have your payment" in bodies(order)[0]
    assert "Card: €18.90" in bodies(order)[0]
    assert "<dt>Paid by card</dt><dd>€18.90</dd>" in page


@pytest.mark.usefixtures("captures_on_shipping")
def test_a_gift_card_is_paid_while_the_card_only_holds(app: Flask) -> None:
    gift = make.gift_card(1000)
    order = paid(make.pays_with(gift))
    work("email.order_confirmed")

    text = bodies(order)[0]

    assert "Your card holds €23.90; it is charged when your parcel is ready to leave" in text
    assert f"Gift card ending in {gift.last4}: €10.00" in text
    assert "Held by your card: €23.90" in text


@pytest.mark.usefixtures("captures_on_shipping")
def test_what_was_held_and_let_go_is_not_said_to_come_back(app: Flask, client: FlaskClient) -> None:
    order = paid(make.buyer(make.variant()))
    cancellations.cancel(order.id, {1: 1}, amount=order.total, reason="Changed my mind", actor="customer", key="one")
    work("email.order_cancelled")

    work("documents")

    assert "It was not charged, so nothing goes back." in documents.documents_of(order.id)[-1].paper["notes"]
    for said in (*bodies(order, "order_cancelled"), read(client, order)):
        assert "will not be charged" in said
        assert "the way you paid" not in said
        assert "refunding" not in said


def test_an_order_that_waits_names_what_a_gift_card_pays(app: Flask, client: FlaskClient) -> None:
    gift = make.gift_card(1000)
    order = make.place(make.pays_with(gift)).order

    page = read(client, order)

    assert f"Gift card ending in {gift.last4} pays" in page
    assert "Left to pay" in page


@pytest.mark.usefixtures("captures_on_shipping")
def test_an_invoice_of_money_that_went_again_does_not_say_paid(app: Flask) -> None:
    order = paid(make.buyer(make.variant()))
    (payment,) = payments.of_order(order.id)
    payments.void(payment.id)
    checkout.settle(payment.id)
    work("documents.invoice")

    (invoice,) = documents.documents_of(order.id)

    assert invoice.paper["notes"] == ["All prices include tax."]
    assert "Paid" not in dict(invoice.paper["facts"])


def test_what_came_in_excess_is_not_said_to_have_come_too_late(app: Flask) -> None:
    placed = make.place(make.buyer(make.variant()), method="transfer")
    assert placed.payment is not None
    checkout.take_transfer(
        placed.payment.id, Money(placed.order.total + 250, "EUR"), received=0, sender="Ada Byron", bank_line="",
        key="one", actor="staff:cleo",
    )  # fmt: skip
    (refund,) = payments.refunds_of(placed.order.id)
    payments.note_sent(refund.id, actor="staff:cleo")
    work("email.refund_made")

    for body in bodies(placed.order, "refund_made"):
        assert "Why: more came than was asked. Nothing more is needed from you." in body
        assert "no longer deliver" not in body


def test_a_part_whose_rest_never_came_is_not_said_to_have_come_too_late(app: Flask, client: FlaskClient) -> None:
    placed = make.place(make.buyer(make.variant()), method="transfer")
    assert placed.payment is not None
    checkout.take_transfer(
        placed.payment.id, Money(100, "EUR"), received=0, sender="Ada Byron", bank_line="", key="one",
        actor="staff:cleo",
    )  # fmt: skip

    checkout.withdraw(placed.order.id, "The money did not come.")

    page = read(client, placed.order)
    assert "we are refunding all that was paid for it" in page
    assert "after the order had ended" not in page


def test_money_back_on_a_gift_card_speaks_of_no_bank(app: Flask, client: FlaskClient) -> None:
    order = paid(make.pays_with(make.gift_card(10_000)))
    cancellations.cancel(order.id, {1: 1}, amount=order.total, reason="x", actor="customer", key="one")
    work()

    for body in bodies(order, "refund_made"):
        assert "Banks" not in body
        assert "back on the gift card" in body
    assert "It is back on your gift card." in read(client, order)


def test_page_and_mails_say_what_was_cancelled_and_where_its_money_goes(app: Flask, client: FlaskClient) -> None:
    gift = make.gift_card(1000)
    placed = make.place(make.pays_with(gift))
    make.pay(placed)
    order = checkout.settle(placed.payment.id if placed.payment else "")
    amount = cancellations.quote(order, {1: 1}).paid.amount

    cancellations.cancel(order.id, {1: 1}, amount=amount, reason="x", actor="customer", key="one")
    work()

    page = read(client, order)
    assert "1 of 1 cancelled" in page
    assert "Refunded (Card)" in page
    assert f"Refunded (Gift card ending in {gift.last4})" in page
    for body in bodies(order, "order_cancelled"):
        assert "€10.00 on your gift card" in body
        assert "€23.90 on your card" in body
        assert "the way you paid" not in body
    assert any("arrives on your card. Banks" in body for body in refunds_told(order))


def refunds_told(order: orders.Order) -> list[str]:
    """The words of all mails about refunds of an order."""
    told = [each.html for each in notifications.messages_of(order.id) if each.template == "refund_made"]
    return [" ".join(html.unescape(body).split()) for body in told]


@pytest.mark.usefixtures("captures_on_shipping")
def test_gift_cards_that_are_paid_again_have_no_parcel(app: Flask) -> None:
    order = make.settled(make.gift_order())
    (payment,) = payments.of_order(order.id)
    notifications.paid_anew(payment.id)

    for body in bodies(order, "paid_anew"):
        assert "parcel" not in body
        assert "Your gift cards come in a separate email." in body
