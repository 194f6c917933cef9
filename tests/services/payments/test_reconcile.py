"""The nightly comparison of Stripe's books with ours, both ways."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from app import clock, db
from app.money import Money
from app.services import cancellations, checkout, credits, fulfilment, gift_cards, orders, payments
from app.services.payments.models import Payment
from tests import make
from tests.blueprints.admin.conftest import sign_in
from tests.companies import Companies
from tests.working import work


def strange_money(**more: str) -> str:
    """Have somebody pay at Stripe what we know nothing of; return the PaymentIntent's id."""
    fields = {"amount": "700", "currency": "eur", "payment_method": "pm_card_visa", "confirm": "true"} | more
    return make.at_stripe("payment_intents", **fields, **{"payment_method_types[]": "card"})["id"]


def says(findings: list[payments.Finding]) -> list[tuple[str, bool]]:
    return sorted((finding.says, finding.is_mended) for finding in findings)


def test_books_that_agree_find_nothing(app: Flask) -> None:
    order = make.order(paid=True)
    payments.ask_refunds(order.id, 100, reason="Sorry", actor="staff:cleo", key="one")
    work("payments.refund")

    assert checkout.reconcile() == []


def test_a_payment_that_was_opened_long_before_it_was_paid_is_no_false_alarm(app: Flask) -> None:
    placed = make.place(make.buyer(make.variant()))
    assert placed.payment is not None
    make.pay(placed)
    with clock.at(clock.now() + timedelta(days=6)):
        checkout.settle(placed.payment.id)

        assert checkout.reconcile() == []


def test_money_here_that_stripe_does_not_have_is_reported(app: Flask) -> None:
    order = make.order(paid=True)
    with db.orders.transaction() as session:
        session.execute(update(Payment).where(Payment.order_id == order.id).values(captured=order.total - 1))

    assert says(checkout.reconcile()) == [
        (f"captured {order.total_money - Money(1, order.currency)} here, {order.total_money} there", False)
    ]


def test_money_here_of_a_payment_that_stripe_does_not_know_is_reported(app: Flask, companies: Companies) -> None:
    make.order(paid=True)
    companies.reset()

    assert says(checkout.reconcile()) == [("is paid here, but the provider knows of no such money", False)]


def test_a_second_charge_of_one_payment_goes_back_once(app: Flask, companies: Companies) -> None:
    order = make.order(paid=True)
    (payment,) = payments.of_order(order.id)
    intent = strange_money(**{"metadata[payment]": payment.id})

    first, second = checkout.reconcile(), checkout.reconcile()
    work("payments.refund")

    assert [each.is_mended for each in first] == [True]
    assert second == []
    (refund,) = companies.ledger()["refunds"]
    assert (refund["payment_intent"], refund["amount"]) == (intent, 700)
    assert payments.state_of([each for each in payments.of_order(order.id) if each.id == payment.id]) == "paid"


def test_a_refund_made_at_stripe_is_written_down_once(app: Flask) -> None:
    order = make.order(paid=True)
    (payment,) = payments.of_order(order.id)
    make.at_stripe("refunds", payment_intent=payment.intent_id or "", amount="400")

    first, second = checkout.reconcile(), checkout.reconcile()

    assert [each.is_mended for each in first] == [True]
    assert second == []
    assert payments.of_order(order.id)[0].refunded == 400
    assert [(each.amount, each.actor) for each in payments.refunds_of(order.id)] == [(400, "stripe")]


def test_a_refund_made_at_stripe_beside_one_that_is_asked_for_here_is_reported_when_it_is_too_much(app: Flask) -> None:
    order = make.order(paid=True)
    (payment,) = payments.of_order(order.id)
    payments.ask_refunds(order.id, order.total - 300, reason="Sorry", actor="staff:cleo", key="one")
    make.at_stripe("refunds", payment_intent=payment.intent_id or "", amount="400")

    found = checkout.reconcile()

    assert says(found) == [(f"gave back more than is left of payment {payment.id}", False)]
    assert payments.of_order(order.id)[0].refunded == order.total - 300


def test_after_a_refund_made_at_stripe_the_order_can_be_cancelled_and_its_notes_sum_to_it(
    app: Flask, companies: Companies
) -> None:
    order = make.order(paid=True)
    (payment,) = payments.of_order(order.id)
    make.at_stripe("refunds", payment_intent=payment.intent_id or "", amount="400")
    checkout.reconcile()
    order = orders.get_for_job(order.id)
    amount = cancellations.quote(order, {1: 1}).paid.amount

    cancellations.cancel(order.id, {1: 1}, amount=amount, reason="No", actor="customer", key="one")
    work("payments.refund")

    assert [each.amount for each in credits.of_order(order.id)] == [400, order.total - 400]
    assert sorted(each["amount"] for each in companies.ledger()["refunds"]) == [400, order.total - 400]
    assert orders.get_for_job(order.id).state == "cancelled"


def test_a_refund_made_at_stripe_for_one_that_failed_is_no_second_credit(app: Flask, companies: Companies) -> None:
    order = make.order(paid=True)
    credits.give_as_staff(
        order, credits.Wish(free=400), reason="Sorry", actor="staff:cleo", key="one", restock=(), version=0, amount=400
    )
    work("payments.refund")
    (made,) = companies.ledger()["refunds"]
    companies.pull("fail_refund", id=made["id"])
    payments.note_refund_failed(made["id"])
    make.at_stripe("refunds", payment_intent=made["payment_intent"], amount="400")

    checkout.reconcile()

    assert payments.of_order(order.id)[0].refunded == 400
    assert [each.amount for each in credits.of_order(order.id)] == [400]


@pytest.mark.usefixtures("captures_on_shipping")
def test_money_taken_and_given_back_at_stripe_is_written_down_in_turn(app: Flask, companies: Companies) -> None:
    companies.pull("webhooks", company="stripe", paused=True)
    order = make.settled(make.place(make.buyer(make.variant())))
    (payment,) = payments.of_order(order.id)
    make.at_stripe(f"payment_intents/{payment.intent_id}/capture")
    make.at_stripe("refunds", payment_intent=payment.intent_id or "", amount="400")

    for _ in range(2):
        checkout.reconcile()
        work("checkout.settle")

    assert [(each.captured, each.refunded) for each in payments.of_order(order.id)] == [(order.total, 400)]


@pytest.mark.usefixtures("captures_on_shipping")
@pytest.mark.parametrize(("done_there", "leads_to"), [("capture", "paid"), ("cancel", "cancelled")])
def test_a_hold_that_ended_at_stripe_is_settled_however_old_it_is(
    app: Flask, companies: Companies, done_there: str, leads_to: str
) -> None:
    companies.pull("webhooks", company="stripe", paused=True)
    order = make.settled(make.place(make.buyer(make.variant())))
    (payment,) = payments.of_order(order.id)
    make.at_stripe(f"payment_intents/{payment.intent_id}/{done_there}")
    with clock.at(clock.now() + timedelta(days=6)):
        first = checkout.reconcile()
        work("checkout.settle")
        second = checkout.reconcile()

    assert [each.is_mended for each in first] == [True]
    assert payments.of_order(order.id)[0].state == leads_to
    assert second == []


def test_a_refund_made_at_stripe_names_the_gift_cards_that_its_money_bought(app: Flask) -> None:
    order = make.settled(make.gift_order(quantity=2))
    fulfilment.issue_gift_cards(order.id)
    spent, usable = gift_cards.sold_with(order.id)
    gift_cards.void(spent.id, balance=2500, reason="Stolen", actor="staff:cleo")
    (payment,) = payments.of_order(order.id)
    make.at_stripe("refunds", payment_intent=payment.intent_id or "", amount=str(order.total))

    checkout.reconcile()

    said = orders.timeline(order.id)[-1]
    assert said.needs_attention
    assert f"{usable.last4} (25.00 EUR)" in said.text
    assert spent.last4 not in said.text
    assert "50.00 EUR of this order stand in no credit note yet" in said.text


@pytest.mark.parametrize("days", [0, 29])
def test_a_refund_that_failed_without_our_noticing_counts_as_not_given_back(
    app: Flask, companies: Companies, days: int
) -> None:
    companies.pull("webhooks", company="stripe", paused=True)
    order = make.order(paid=True)
    payments.ask_refunds(order.id, 100, reason="Sorry", actor="staff:cleo", key="one")
    work("payments.refund")
    companies.pull("fail_refund", id=companies.ledger()["refunds"][0]["id"])
    with clock.at(clock.now() + timedelta(days=days)):
        found = checkout.reconcile()

    assert [each.is_mended for each in found] == [True]
    assert payments.of_order(order.id)[0].refunded == 0


def test_a_dispute_that_ends_months_after_it_was_opened_is_found(app: Flask, companies: Companies) -> None:
    companies.pull("webhooks", company="stripe", paused=True)
    make.order(paid=True)
    dispute = companies.pull("dispute", id=companies.ledger()["charges"][0]["payment_intent"])
    checkout.reconcile()
    companies.pull("close_dispute", id=dispute["id"], won=True)
    with clock.at(clock.now() + timedelta(days=70)):
        first, second = checkout.reconcile(), checkout.reconcile()

    assert [each.is_mended for each in first] == [True]
    assert second == []
    assert [each.status for each in payments.list_disputed(is_open=False)] == ["won"]


def test_a_dispute_that_stripe_does_not_know_is_reported(app: Flask, companies: Companies) -> None:
    make.order(paid=True)
    companies.pull("dispute", id=companies.ledger()["charges"][0]["payment_intent"])
    checkout.reconcile()
    companies.reset()

    with clock.at(clock.now() + timedelta(days=70)):
        found = says(checkout.reconcile())

    assert found == [("is disputed here, but the provider knows of no such dispute", False)]


def test_unknown_money_is_kept_until_a_person_has_looked(app: Flask) -> None:
    intent = strange_money()
    make.at_stripe("refunds", payment_intent=intent, amount="100")

    checkout.reconcile()
    checkout.reconcile()

    kept = payments.list_findings(is_open=True)
    assert len(kept) == 2
    assert intent in {each.subject for each in kept}
    for each in kept:
        payments.close_finding(each.id, actor="staff:cleo")
    checkout.reconcile()
    assert payments.list_findings(is_open=True) == []
    assert len(payments.list_findings(is_open=False)) == 2


@pytest.mark.parametrize("way", [None, "partial"])
def test_staff_compare_the_books_and_close_findings(app: Flask, way: str | None) -> None:
    intent = strange_money()
    browser = sign_in(app, make.staff())
    headers = {"HX-Request": "true", "HX-Request-Type": way} if way else {}

    asked = browser.post("/admin/money/reconciliations", headers=headers)
    work("checkout.reconcile")
    (finding,) = payments.list_findings(is_open=True)
    page = browser.get("/admin/money/").text
    closed = browser.post(f"/admin/money/findings/{finding.id}/closing", headers=headers)

    assert asked.status_code == closed.status_code == (200 if way else 303)
    with db.orders.reading() as session:
        acts = session.connection().exec_driver_sql("SELECT act FROM audit_intake ORDER BY id").scalars().all()
    assert acts == ["money.reconcile", "finding.close"]
    assert intent in page
    assert payments.list_findings(is_open=True) == []
    assert intent in browser.get("/admin/money/findings?state=over").text


def test_money_that_came_unnoticed_confirms_its_order(app: Flask) -> None:
    placed = make.place(make.buyer(make.variant()))
    make.pay(placed)

    findings = checkout.reconcile()
    work("checkout.settle")

    assert [each.is_mended for each in findings] == [True]
    assert orders.get_for_job(placed.order.id).state == "confirmed"


def test_command_asks_for_a_person_until_one_has_looked(app: Flask) -> None:
    intent, command = strange_money(), app.test_cli_runner()

    first = command.invoke(args=["shop", "reconcile"])
    (finding,) = payments.list_findings(is_open=True)
    payments.close_finding(finding.id, actor="staff:cleo")
    second = command.invoke(args=["shop", "reconcile"])

    assert (first.exit_code, second.exit_code) == (1, 0)
    assert intent in first.output
    assert intent not in second.output
