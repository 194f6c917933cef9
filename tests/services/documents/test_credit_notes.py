"""What a credit note says of money that went back by another way than the shop."""

from flask import Flask

from app.services import checkout, credits, documents, fulfilment, payments
from tests import make
from tests.companies import Companies
from tests.services.payments.test_reconcile import at_stripe
from tests.working import work


def test_the_credit_note_of_what_was_given_back_at_stripe_before_says_so(app: Flask, companies: Companies) -> None:
    order = make.settled(make.gift_order(quantity=2))
    fulfilment.issue_gift_cards(order.id)
    (payment,) = payments.of_order(order.id)
    at_stripe("refunds", payment_intent=payment.intent_id or "", amount="3000")
    checkout.reconcile()

    for version in range(2):
        credits.give_as_staff(
            order, credits.Wish({1: 1}), reason="Mistaken", actor="staff:cleo", key=f"{version}", restock=(),
            version=version, amount=2500,
        )  # fmt: skip
    work()

    notes = [each.paper["notes"][-1] for each in documents.documents_of(order.id) if each.kind == "credit_note"]
    assert notes == [
        "It was given back before, so nothing more goes back.",
        "Of this, €20.00 goes back the way it was paid and €5.00 was given back before.",
    ]
    assert sorted(each["amount"] for each in companies.ledger()["refunds"]) == [2000, 3000]
