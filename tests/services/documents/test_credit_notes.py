"""What a credit note says of money that went back by another way than the shop."""

from flask import Flask

from app.services import checkout, credits, documents, fulfilment, orders, payments
from tests import make
from tests.companies import Companies
from tests.working import work


def test_the_credit_note_of_what_was_given_back_at_stripe_before_says_so(app: Flask, companies: Companies) -> None:
    order = make.settled(make.gift_order(quantity=2))
    fulfilment.issue_gift_cards(order.id)
    (payment,) = payments.of_order(order.id)
    make.at_stripe("refunds", payment_intent=payment.intent_id or "", amount="3000")
    checkout.reconcile()

    for _ in range(2):
        give(order, credits.Wish({1: 1}), 2500)
    work()

    notes = [each.paper["notes"][-1] for each in documents.documents_of(order.id) if each.kind == "credit_note"]
    assert notes == [
        "It was given back before, so nothing more goes back.",
        "Of this, €20.00 goes back the way it was paid and €5.00 was given back before.",
    ]
    assert sorted(each["amount"] for each in companies.ledger()["refunds"]) == [2000, 3000]


def test_a_refund_that_failed_and_was_made_again_takes_nothing_from_what_was_given_back_before(
    app: Flask, companies: Companies
) -> None:
    order = make.settled(make.gift_order(quantity=2))
    fulfilment.issue_gift_cards(order.id)
    (payment,) = payments.of_order(order.id)
    give(order, credits.Wish({1: 1}), 2500)
    work("payments.refund")
    (there,) = companies.ledger()["refunds"]
    companies.pull("fail_refund", id=there["id"])
    payments.note_refund_failed(there["id"])
    (failed,) = payments.refunds_of(order.id)
    credits.refund_again_as_staff(order, failed.id, actor="staff:cleo")
    work("payments.refund")
    make.at_stripe("refunds", payment_intent=payment.intent_id or "", amount="2500")
    checkout.reconcile()

    give(order, credits.Wish({1: 1}), 2500)
    work()

    last = [each.paper for each in documents.documents_of(order.id) if each.kind == "credit_note"][-1]
    assert last["notes"][-1] == "It was given back before, so nothing more goes back."


def test_what_was_given_back_at_stripe_in_part_for_a_refund_that_failed_is_no_less_than_nothing(
    app: Flask, companies: Companies
) -> None:
    order = make.order(paid=True)
    (payment,) = payments.of_order(order.id)
    give(order, credits.Wish(free=500), 500)
    work("payments.refund")
    (there,) = companies.ledger()["refunds"]
    companies.pull("fail_refund", id=there["id"])
    payments.note_refund_failed(there["id"])

    make.at_stripe("refunds", payment_intent=payment.intent_id or "", amount="800")
    checkout.reconcile()
    work()

    assert [each.amount for each in credits.of_order(order.id)] == [500, 300]
    last = [each.paper for each in documents.documents_of(order.id) if each.kind == "credit_note"][-1]
    assert last["notes"][-1] == "It goes back the way it was paid."


def give(order: orders.Order, wish: credits.Wish, amount: int) -> None:
    version = len(credits.of_order(order.id))
    credits.give_as_staff(
        order, wish, reason="Mistaken", actor="staff:cleo", key=f"{version}", restock=(), version=version, amount=amount
    )
