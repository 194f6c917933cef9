"""Refunds that failed: asked for again, or given back another way."""

import pytest
from flask import Flask

from app import db
from app.errors import Conflict, NotFound
from app.services import audit, cancellations, checkout, credits, gift_cards, notifications, orders, payments
from tests import make
from tests.blueprints.admin.conftest import sign_in
from tests.companies import Companies
from tests.services.payments.test_reconcile import strange_money
from tests.turns import at_once, refusals
from tests.working import work

PART = {"HX-Request": "true", "HX-Request-Type": "partial"}


def failed(companies: Companies) -> tuple[orders.Order, payments.Refund]:
    """A confirmed order, and a refund of it that the customer's bank sent back."""
    order = make.order(paid=True)
    (refund,) = payments.ask_refunds(order.id, 500, reason="Came damaged", actor="staff:cleo", key=f"one-{order.id}")
    work("payments.refund")
    companies.pull("fail_refund", id=companies.ledger()["refunds"][-1]["id"])
    payments.note_refund_failed(companies.ledger()["refunds"][-1]["id"])
    work("checkout.tell_refund_failed")
    return order, payments.get_refund(refund.id)


def given(order: orders.Order) -> list[tuple[int, str]]:
    return [(each.amount, each.state) for each in payments.refunds_of(order.id)]


def test_a_failed_refund_is_asked_for_again_once(admin, companies):
    order, refund = failed(companies)
    address = f"/admin/orders/{order.number}"
    assert f"{address}/refunds/{refund.id}/repeats" in admin.get(address).text
    assert order.number in admin.get("/admin/orders/?only=attention").text

    answers = [admin.post(f"{address}/refunds/{refund.id}/repeats") for _ in range(2)]
    work("payments.refund")

    assert [answer.location for answer in answers] == [address, address]
    assert given(order) == [(500, "failed"), (500, "done")]
    assert [each["status"] for each in companies.ledger()["refunds"]] == ["failed", "succeeded"]
    assert payments.of_order(order.id)[0].refunded == 500
    text = admin.get(address).text
    assert "/repeats" not in text
    assert order.number not in admin.get("/admin/orders/?only=attention").text
    assert [event.kind for event in orders.timeline(order.id)].count("refund") == 1
    assert audit.seal() > 0


def test_order_of_which_all_is_credited_leads_to_no_empty_page(admin, companies):
    order = make.order(paid=True)
    cancellations.cancel(order.id, {1: 1}, amount=order.total, reason="Sold by mistake", actor="staff:cleo", key="all")
    work("payments.refund")
    payments.note_refund_failed(companies.ledger()["refunds"][-1]["id"])

    text = admin.get(f"/admin/orders/{order.number}").text

    assert "/repeats" in text
    assert "/credits" not in text


def test_one_that_fails_again_can_be_asked_for_once_more(admin, companies):
    order, refund = failed(companies)
    orders.refund_again_as_staff(order, refund.id, actor="staff:cleo")
    work("payments.refund")
    payments.note_refund_failed(companies.ledger()["refunds"][-1]["id"])
    work("checkout.tell_refund_failed")
    second = payments.refunds_of(order.id)[1]

    orders.refund_again_as_staff(order, second.id, actor="staff:cleo")
    work("payments.refund")

    assert given(order) == [(500, "failed"), (500, "failed"), (500, "done")]


def test_it_is_noted_as_given_back_another_way_and_the_customer_reads_how(admin, companies):
    order, refund = failed(companies)
    address = f"/admin/orders/{order.number}"

    empty = admin.post(f"{address}/refunds/{refund.id}/substitutes", data={"words": ""}, headers=PART)
    long = admin.post(f"{address}/refunds/{refund.id}/repeats", data={"code": "1" * 41}, headers=PART)
    for _ in range(2):
        admin.post(f"{address}/refunds/{refund.id}/substitutes", data={"words": "by bank transfer on 3 March"})
    work("email")

    assert empty.status_code == 422
    assert "the customer reads it" in empty.text
    assert long.status_code == 422
    assert "Use at most 40 characters." in long.text
    assert given(order) == [(500, "failed"), (500, "done")]
    assert payments.of_order(order.id)[0].refunded == 500
    assert len(companies.ledger()["refunds"]) == 1
    mail = [each for each in notifications.messages_of(order.id) if each.template == "refund_made"][-1]
    for body in (mail.text, mail.html):
        assert "by bank transfer on 3 March" in body
        assert "goes the way you paid" not in body
    assert admin.post(f"{address}/refunds/{refund.id}/repeats").status_code == 409


def test_of_two_who_settle_it_at_once_in_two_ways_one_is_refused(app: Flask, companies: Companies) -> None:
    for seed in range(3):
        order, refund = failed(companies)

        outcomes = at_once(
            app, seed,
            lambda: orders.refund_again_as_staff(order, refund.id, actor="staff:cleo"),  # noqa: B023
            lambda: orders.refund_again_as_staff(order, refund.id, actor="staff:ben", otherwise="in cash"),  # noqa: B023
        )  # fmt: skip

        assert len(refusals(outcomes)) == 1
        assert len(payments.refunds_of(order.id)) == 2
        assert payments.of_order(order.id)[0].refunded == 500


def test_only_what_failed_and_is_left_can_be_asked_for_again(app: Flask, companies: Companies) -> None:
    order, refund = failed(companies)
    with pytest.raises(NotFound):
        orders.refund_again_as_staff(make.order(paid=True), refund.id, actor="staff:cleo")
    payments.ask_refunds(order.id, order.total, reason="All", actor="staff:cleo", key="all")

    with pytest.raises(Conflict, match=r"Only 0\.00"):
        orders.refund_again_as_staff(order, refund.id, actor="staff:cleo")
    with pytest.raises(Conflict, match="did not fail"):
        orders.refund_again_as_staff(order, payments.refunds_of(order.id)[1].id, actor="staff:cleo")


def test_what_a_void_gift_card_does_not_take_is_given_back_otherwise(app: Flask) -> None:
    gift = make.gift_card(90_000)
    order = make.place(make.pays_with(gift)).order
    gift_cards.void(gift.id, balance=make.left_on(gift), reason="Lost", actor="staff:cleo")
    (refund,) = payments.ask_refunds(order.id, 500, reason="Sorry", actor="staff:cleo", key="one")
    work("payments.refund")

    with pytest.raises(Conflict, match="gift card is void"):
        orders.refund_again_as_staff(order, refund.id, actor="staff:cleo")
    orders.refund_again_as_staff(order, refund.id, actor="staff:cleo", otherwise="by a new gift card")

    assert given(order) == [(500, "failed"), (500, "done")]
    assert make.left_on(gift) == 0


def test_nothing_else_is_paid_out_of_what_came_twice_while_it_could_not_go_back(admin, companies):
    order = make.order(paid=True)
    (payment,) = payments.of_order(order.id)
    strange_money(**{"amount": str(order.total), "metadata[payment]": payment.id})
    checkout.reconcile()
    work("payments.refund")
    payments.note_refund_failed(companies.ledger()["refunds"][-1]["id"])
    (refund,) = payments.refunds_of(order.id)

    for version, free in enumerate((100, order.total - 100)):
        credits.give_as_staff(
            order, credits.Wish(free=free), reason="Sorry", actor="staff:cleo", key=f"sorry-{version}", restock=(),
            version=version, amount=free,
        )  # fmt: skip

    assert [each.payment_id for each in payments.refunds_of(order.id)[1:]] == [payment.id, payment.id]
    assert "Give money back" not in admin.get(f"/admin/orders/{order.number}").text
    assert admin.post(f"/admin/orders/{order.number}/refunds/{refund.id}/repeats").status_code == 303
    assert given(order)[-1] == (order.total, "asked")


def test_a_reader_may_not(app: Flask, companies: Companies) -> None:
    order, refund = failed(companies)
    reader = sign_in(app, make.staff("reader", email="rita@shop.example"))

    assert reader.post(f"/admin/orders/{order.number}/refunds/{refund.id}/repeats").status_code == 403
    assert "/repeats" not in reader.get(f"/admin/orders/{order.number}").text
    with db.orders.reading():
        assert len(payments.refunds_of(order.id)) == 1
