"""An order whose payment a customer's bank disputes, in the back office."""

from typing import Any

import pytest

from app.errors import Conflict
from app.services import cancellations, checkout, credits, documents, fulfilment, notifications, orders, payments
from tests import make
from tests.blueprints.admin.test_credits import look
from tests.blueprints.admin.test_refund_again import failed, given
from tests.blueprints.orders.test_cancellation import last_step
from tests.companies import Companies
from tests.services.cancellations.test_cancelling import on_hand
from tests.services.health.test_fsck import faults
from tests.services.returns.test_returning import sent_order
from tests.working import work


def dispute(companies: Companies, order: orders.Order) -> dict[str, Any]:
    """Have the customer's bank dispute an order's card payment, and the shop hear of it."""
    dispute = companies.pull("dispute", id=paid_by_card(order).intent_id)
    checkout.mark_disputed(paid_by_card(order).id, payments.read_dispute(dispute["id"]))
    return dispute


def paid_by_card(order: orders.Order) -> payments.Payment:
    return next(each for each in payments.of_order(order.id) if each.provider == "stripe")


def close(companies: Companies, order: orders.Order, disputed: dict[str, Any], *, won: bool) -> None:
    companies.pull("close_dispute", id=disputed["id"], won=won)
    checkout.mark_disputed(paid_by_card(order).id, payments.read_dispute(disputed["id"]))


@pytest.mark.parametrize("is_lost", [False, True])
def test_disputed_money_cannot_be_given_back_while_the_dispute_is_open_or_lost(admin, companies, is_lost):
    order = sent_order()
    address, form = f"/admin/orders/{order.number}", look(admin, order, line_1="1")
    disputed = dispute(companies, order)
    if is_lost:
        close(companies, order, disputed, won=False)

    looked = admin.get(f"{address}/credits", query_string={"delivery": "0", "free": "0", "line-1": "1"})
    posted = admin.post(f"{address}/credits", data=form)

    for answer in (looked, posted):
        assert answer.status_code == 409
        assert "Nothing can be given back: the customer&#39;s bank disputes" in answer.text
        assert "accepts the dispute there, the bank gives the money back" in answer.text
        assert 'name="amount"' not in answer.text
    assert "/credits" not in admin.get(address).text
    assert (credits.of_order(order.id), payments.refunds_of(order.id)) == ([], [])
    assert "refund" not in {event.kind for event in orders.timeline(order.id)}


def test_money_of_a_dispute_that_is_won_goes_back(admin, companies):
    order = sent_order()
    close(companies, order, dispute(companies, order), won=True)

    answer = admin.post(f"/admin/orders/{order.number}/credits", data=look(admin, order, line_1="1"))

    assert answer.status_code == 303
    assert [refund.amount for refund in payments.refunds_of(order.id)] == [1000]


def test_what_a_gift_card_paid_goes_back_while_the_rest_is_disputed(admin, companies):
    gift = make.gift_card(1000)
    order = make.settled(make.place(make.pays_with(gift)))
    dispute(companies, order)
    wish = {1: 1}

    with pytest.raises(Conflict, match=r"Only 10\.00 EUR can be given back"):
        cancellations.cancel(
            order.id, wish, amount=cancellations.quote(order, wish).paid.amount, reason="x", actor="staff:cleo", key="k"
        )
    looked = admin.get(f"/admin/orders/{order.number}/credits", query_string={"delivery": "0", "free": "11"})
    given_back = admin.post(f"/admin/orders/{order.number}/credits", data=look(admin, order, free="10"))

    assert (looked.status_code, given_back.status_code) == (409, 303)
    assert "Only 10.00 EUR" in looked.text
    [refund] = payments.refunds_of(order.id)
    assert refund.amount == 1000
    assert refund.payment_id != paid_by_card(order).id


def test_an_order_not_sent_is_cancelled_and_its_disputed_money_waits_for_the_dispute(admin, companies):
    order = make.order(paid=True, quantity=2)
    shelf, address = on_hand(order), f"/admin/orders/{order.number}"
    work()
    disputed = dispute(companies, order)

    looked = admin.get(f"{address}/cancellation", query_string={"line-1": "2"})
    form = last_step(looked.text) | {"reason": "Fraud"}
    answers = [admin.post(f"{address}/cancellation", data=form).status_code for _ in range(2)]
    work()

    assert "is not refunded now: the customer&#39;s bank disputes" in looked.text
    assert ">Cancel and restock</button>" in " ".join(looked.text.split())
    assert answers == [303, 303]
    assert orders.get_for_job(order.id).state == "cancelled"
    assert on_hand(order) == shelf + 2
    assert [parcel.state for parcel in fulfilment.shipments_of(order.id)] == ["voided"]
    assert order.number not in admin.get("/admin/orders/?only=sending").text
    assert given(order) == [(order.total, "failed")]
    assert companies.ledger()["refunds"] == []
    assert "refund" not in notifications.messages_of(order.id)[-1].text
    [said] = [event.text for event in orders.timeline(order.id) if event.kind == "cancellation"]
    assert f"but for {order.total_money.decimal} EUR that the customer's bank took for a dispute" in said
    notes = documents.documents_of(order.id)[-1].paper["notes"]
    assert "Your bank took this money back when the payment was disputed, so nothing more goes back." in notes
    assert "/repeats" not in admin.get(address).text
    assert not faults().get("orders.credits")
    assert not faults().get("orders.paid")

    close(companies, order, disputed, won=True)
    [refund] = payments.refunds_of(order.id)
    assert "ask for that again" in admin.get(address).text
    answer = admin.post(f"{address}/refunds/{refund.id}/repeats")

    assert answer.status_code == 303
    assert given(order) == [(order.total, "failed"), (order.total, "asked")]
    assert not faults().get("orders.credits")


def test_cancelling_gives_back_what_no_bank_disputes(admin, companies):
    gift = make.gift_card(1000)
    order = make.settled(make.place(make.pays_with(gift)))
    dispute(companies, order)
    address = f"/admin/orders/{order.number}/cancellation"

    looked = admin.get(address, query_string={"line-1": "1"})
    answer = admin.post(address, data=last_step(looked.text) | {"reason": "Fraud"})
    work()

    assert ", refund €10.00</button>" in " ".join(looked.text.split())
    assert answer.status_code == 303
    assert given(order) == [(1000, "done"), (order.total - 1000, "failed")]
    assert make.left_on(gift) == 1000


def test_who_had_not_read_of_the_dispute_cancels_nothing(admin, companies):
    order = make.order(paid=True)
    address = f"/admin/orders/{order.number}/cancellation"
    form = last_step(admin.get(address, query_string={"line-1": "1"}).text) | {"reason": "Fraud"}
    dispute(companies, order)

    answer = admin.post(address, data=form)

    assert answer.status_code == 409
    assert "is not refunded now" in answer.text
    assert orders.get_for_job(order.id).state == "confirmed"


def test_a_failed_refund_of_a_disputed_payment_is_not_asked_for_again(admin, companies):
    order, refund = failed(companies)
    dispute(companies, order)
    address = f"/admin/orders/{order.number}"

    text = admin.get(address).text
    answer = admin.post(f"{address}/refunds/{refund.id}/repeats")

    assert "/repeats" not in text
    assert "/substitutes" in text
    assert answer.status_code == 409
    assert given(order) == [(500, "failed")]


def test_a_disputed_order_has_a_badge_beside_paid_until_the_dispute_is_won(admin, companies):
    order = make.order(paid=True)
    badge = 'badge--bad">Disputed'
    assert badge not in admin.get("/admin/orders/").text
    disputed = dispute(companies, order)

    for address in ("/admin/orders/", f"/admin/orders/{order.number}"):
        text = admin.get(address).text
        assert badge in text
        assert 'badge--good">Paid' in text
    close(companies, order, disputed, won=True)

    assert badge not in admin.get("/admin/orders/").text
