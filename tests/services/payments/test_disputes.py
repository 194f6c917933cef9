"""Disputes: told by Stripe, marked once, and nothing else moves."""

from flask import Flask

from app import clock, formats
from app.services import checkout, fulfilment, gift_cards, inventory, orders, payments, promotions
from tests import make
from tests.blueprints.admin.conftest import sign_in
from tests.companies import Companies


def kinds(order: orders.Order) -> list[str]:
    return [event.text for event in orders.timeline(order.id) if event.kind == "dispute"]


def test_a_dispute_is_marked_followed_and_closed(app: Flask, companies: Companies) -> None:
    promotion = make.promotion(total_limit=1)
    order = make.order(paid=True)
    stock = inventory.levels([order.lines[0].variant_id])[order.lines[0].variant_id]
    intent = companies.ledger()["charges"][0]["payment_intent"]
    dispute = companies.pull("dispute", id=intent, reason="product_not_received")
    (payment,) = payments.of_order(order.id)

    def tell() -> bool:
        return checkout.mark_disputed(payment.id, payments.read_dispute(dispute["id"]))

    assert [tell(), tell()] == [True, False]
    (open_one,) = payments.list_disputed(is_open=True)
    assert (open_one.order_id, open_one.amount) == (order.id, order.total)
    assert "product not received" in kinds(order)[0]
    assert open_one.due_by
    assert f"Answer it at Stripe until {formats.day(clock.day_of(open_one.due_by))}." in kinds(order)[0]
    companies.pull("close_dispute", id=dispute["id"], won=False)
    assert [tell(), tell()] == [True, False]

    assert payments.list_disputed(is_open=True) == []
    assert [each.status for each in payments.list_disputed(is_open=False)] == ["lost"]
    assert "lost" in kinds(order)[1]
    assert inventory.levels([stock.variant_id])[stock.variant_id].on_hand == stock.on_hand
    assert promotions.uses_of_promotions([promotion.id]) == {promotion.id: 1}
    assert orders.get_for_job(order.id).state == "confirmed"


def test_a_dispute_that_is_over_is_not_opened_again_by_what_was_read_before(app: Flask, companies: Companies) -> None:
    order = make.order(paid=True)
    (payment,) = payments.of_order(order.id)
    dispute = companies.pull("dispute", id=companies.ledger()["charges"][0]["payment_intent"])
    before = payments.read_dispute(dispute["id"])
    companies.pull("close_dispute", id=dispute["id"], won=False)
    checkout.mark_disputed(payment.id, payments.read_dispute(dispute["id"]))

    assert not checkout.mark_disputed(payment.id, before)

    assert [each.status for each in payments.list_disputed(is_open=False)] == ["lost"]
    assert len(kinds(order)) == 1


def test_a_dispute_names_the_gift_cards_that_its_money_bought(app: Flask, companies: Companies) -> None:
    order = make.settled(make.gift_order(quantity=2))
    fulfilment.issue_gift_cards(order.id)
    spent, usable = gift_cards.sold_with(order.id)
    gift_cards.void(spent.id, balance=2500, reason="Stolen", actor="staff:cleo")
    (payment,) = payments.of_order(order.id)
    dispute = companies.pull("dispute", id=companies.ledger()["charges"][0]["payment_intent"])

    checkout.mark_disputed(payment.id, payments.read_dispute(dispute["id"]))

    [said] = kinds(order)
    assert f"can still be spent: {usable.last4} (25.00 EUR)" in said
    assert spent.last4 not in said


def test_staff_see_disputes_and_a_clerk_does_not(app: Flask, companies: Companies) -> None:
    order = make.order(paid=True)
    companies.pull("dispute", id=companies.ledger()["charges"][0]["payment_intent"])
    checkout.reconcile()
    owner, clerk = sign_in(app, make.staff()), sign_in(app, make.staff("clerk", email="ben@shop.example"))

    assert order.number in owner.get("/admin/money/").text
    assert order.number in owner.get("/admin/money/disputes").text
    assert order.number not in owner.get("/admin/money/disputes?state=over").text
    assert clerk.get("/admin/money/").status_code == 403
