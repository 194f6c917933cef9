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
    give(order, 500, "Came damaged")
    (refund,) = payments.refunds_of(order.id)
    work("payments.refund")
    companies.pull("fail_refund", id=companies.ledger()["refunds"][-1]["id"])
    payments.note_refund_failed(companies.ledger()["refunds"][-1]["id"])
    work("checkout.tell_refund_failed")
    return order, payments.get_refund(refund.id)


def give(order: orders.Order, free: int, reason: str) -> None:
    version = len(credits.of_order(order.id))
    credits.give_as_staff(
        order, credits.Wish(free=free), reason=reason, actor="staff:cleo", key=f"{order.id}-{version}", restock=(),
        version=version, amount=free,
    )  # fmt: skip


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
    told = [event.kind for event in orders.timeline(order.id)]
    assert told == ["placed", "confirmed", "refund", "refund_failed", "refund"], "two clicks add one line"
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
    credits.refund_again_as_staff(order, refund.id, actor="staff:cleo")
    work("payments.refund")
    payments.note_refund_failed(companies.ledger()["refunds"][-1]["id"])
    work("checkout.tell_refund_failed")
    second = payments.refunds_of(order.id)[1]

    credits.refund_again_as_staff(order, second.id, actor="staff:cleo")
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
            lambda: credits.refund_again_as_staff(order, refund.id, actor="staff:cleo"),  # noqa: B023
            lambda: credits.refund_again_as_staff(order, refund.id, actor="staff:ben", otherwise="in cash"),  # noqa: B023
        )  # fmt: skip

        assert len(refusals(outcomes)) == 1
        assert len(payments.refunds_of(order.id)) == 2
        assert payments.of_order(order.id)[0].refunded == 500


def test_only_what_failed_and_is_left_can_be_asked_for_again(app: Flask, companies: Companies) -> None:
    order, refund = failed(companies)
    with pytest.raises(NotFound):
        credits.refund_again_as_staff(make.order(paid=True), refund.id, actor="staff:cleo")
    payments.ask_refunds(order.id, order.total, reason="All", actor="staff:cleo", key="all")

    with pytest.raises(Conflict, match="Nothing of this refund"):
        credits.refund_again_as_staff(order, refund.id, actor="staff:cleo")
    with pytest.raises(Conflict, match="did not fail"):
        credits.refund_again_as_staff(order, payments.refunds_of(order.id)[1].id, actor="staff:cleo")


def test_what_staff_gave_back_at_stripe_instead_is_not_given_again(admin, companies):
    order, refund = failed(companies)
    address = f"/admin/orders/{order.number}"
    make.at_stripe("refunds", payment_intent=payments.of_order(order.id)[0].intent_id, amount="500")
    checkout.reconcile()

    page, again = admin.get(address).text, admin.post(f"{address}/refunds/{refund.id}/repeats")

    assert "/repeats" not in page
    assert again.status_code == 409
    assert given(order) == [(500, "failed"), (500, "done")]
    assert order.number not in admin.get("/admin/orders/?only=attention").text
    assert [credit.amount for credit in credits.of_order(order.id)] == [500]


def test_of_what_went_back_at_stripe_in_part_only_the_rest_is_given(admin, companies):
    order, refund = failed(companies)
    address = f"/admin/orders/{order.number}"
    make.at_stripe("refunds", payment_intent=payments.of_order(order.id)[0].intent_id, amount="123")
    checkout.reconcile()

    page = admin.get(address).text
    answers = [admin.post(f"{address}/refunds/{refund.id}/repeats").status_code for _ in range(2)]
    work("payments.refund")

    assert "€3.77 of it are still to be given back." in page
    assert "Ask for €3.77 again" in page
    assert answers == [303, 303]
    assert given(order) == [(500, "failed"), (123, "done"), (377, "done")]
    assert order.number not in admin.get("/admin/orders/?only=attention").text


def test_rest_of_a_payment_is_given_where_stripe_refused_all_of_it(admin, companies):
    order = make.order(paid=True)
    payment = payments.of_order(order.id)[0]
    make.at_stripe("refunds", payment_intent=payment.intent_id, amount="123")
    cancellations.cancel(order.id, {1: 1}, amount=order.total, reason="Sold by mistake", actor="staff:cleo", key="all")
    work("payments.refund")
    checkout.reconcile()
    (refused, _) = payments.refunds_of(order.id)

    credits.refund_again_as_staff(order, refused.id, actor="staff:cleo")
    work("payments.refund")

    assert given(order) == [(order.total, "failed"), (123, "done"), (order.total - 123, "done")]
    assert credits.unsettled_of(order) == {}


def test_what_a_void_gift_card_does_not_take_is_given_back_otherwise(app: Flask) -> None:
    gift = make.gift_card(90_000)
    order = make.place(make.pays_with(gift)).order
    gift_cards.void(gift.id, balance=make.left_on(gift), reason="Lost", actor="staff:cleo")
    give(order, 500, "Sorry")
    (refund,) = payments.refunds_of(order.id)
    work("payments.refund")

    with pytest.raises(Conflict, match="gift card is void"):
        credits.refund_again_as_staff(order, refund.id, actor="staff:cleo")
    credits.refund_again_as_staff(order, refund.id, actor="staff:cleo", otherwise="by a new gift card")

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
