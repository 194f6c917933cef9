"""Cancelling what the carrier does not have yet: stock, money, parcel and state change together, once."""

import threading
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from app import clock, db
from app.errors import Conflict, Invalid
from app.services import (
    cancellations,
    credits,
    documents,
    fulfilment,
    inventory,
    notifications,
    orders,
    payments,
    returns,
)
from app.services.credits import Wish
from app.services.fulfilment.following import see
from app.services.fulfilment.models import Shipment
from app.services.shipping import Sighting
from tests import make
from tests.companies import Companies
from tests.working import work


def cancel(order: orders.Order, quantities: dict[int, int] | None = None, *, key: str = "click") -> orders.Order:
    wanted = quantities or {line.position: line.quantity for line in order.lines}
    amount = cancellations.quote(order, wanted).paid.amount if order.confirmed_at else 0
    return cancellations.cancel(order.id, wanted, amount=amount, reason="Changed my mind", actor="customer", key=key)


def on_hand(order: orders.Order) -> int:
    variant = order.lines[0].variant_id
    return inventory.levels([variant])[variant].on_hand


def send(order: orders.Order, state: str = "in_transit") -> None:
    """Have the carrier see the order's parcel, or bring it back: "returned"."""
    with db.orders.transaction() as session:
        session.execute(update(Shipment).where(Shipment.order_id == order.id).values(state=state))


def test_whole_order_goes_back_with_its_delivery_and_its_label(app: Flask, companies: Companies) -> None:
    order = make.order(paid=True, quantity=2)
    before = on_hand(order)
    work()

    cancelled = cancel(order)
    work()

    assert cancelled.state == "cancelled"
    assert on_hand(order) == before + 2
    assert [refund["amount"] for refund in companies.ledger()["refunds"]] == [order.total]
    assert [shipment.state for shipment in fulfilment.shipments_of(order.id)] == ["voided"]
    assert [label["step"] for label in companies.ledger()["labels"]] == ["void"]
    assert [each.kind for each in documents.documents_of(order.id)].count("credit_note") == 1
    assert [each.template for each in notifications.messages_of(order.id)].count("order_cancelled") == 1
    assert payments.state_of(payments.of_order(order.id)) == "refunded"


def test_cancelled_twice_is_once(app: Flask) -> None:
    order = make.order(paid=True)
    before = on_hand(order)

    cancel(order)
    cancellations.cancel(order.id, {1: 1}, amount=order.total, reason="Again", actor="customer", key="other")

    assert on_hand(order) == before + 1
    assert len(credits.of_order(order.id)) == len(payments.refunds_of(order.id)) == 1


def test_part_goes_back_and_the_rest_is_sent(app: Flask, companies: Companies) -> None:
    order = make.order(paid=True, quantity=3)
    work("fulfilment")

    cancelled = cancel(order, {1: 2})
    work()

    assert cancelled.state == "confirmed"
    (shipment,) = fulfilment.shipments_of(order.id)
    assert (shipment.state, [line.quantity for line in shipment.lines]) == ("label_bought", [1])
    send(order)
    assert returns.returnable(order) == {1: 1}
    assert [refund["amount"] for refund in companies.ledger()["refunds"]] == [2 * order.lines[0].unit_price]
    assert [label["step"] for label in companies.ledger()["labels"]] == ["label"]


def test_part_cancelled_twice_by_one_key_leaves_the_rest_in_the_parcel(app: Flask) -> None:
    order = make.order(paid=True, quantity=3)
    work("fulfilment")
    amount = cancellations.quote(order, {1: 1}).paid.amount

    for _ in range(2):
        cancellations.cancel(order.id, {1: 1}, amount=amount, reason="Too many", actor="customer", key="click")

    (shipment,) = fulfilment.shipments_of(order.id)
    assert [line.quantity for line in shipment.lines] == [2]
    assert [each.amount for each in credits.of_order(order.id)] == [amount]


def test_part_and_then_the_rest_ends_the_order(app: Flask) -> None:
    order = make.order(paid=True, quantity=3)

    cancel(order, {1: 2}, key="first")
    ended = cancel(order, {1: 1}, key="second")

    assert ended.state == "cancelled"
    assert sum(each.amount for each in credits.of_order(order.id)) == order.total


def test_what_is_cancelled_before_the_parcel_is_made_is_not_put_into_it(app: Flask) -> None:
    order = make.order(paid=True, quantity=3)

    cancel(order, {1: 1})
    work("fulfilment.start")

    assert [line.quantity for line in fulfilment.shipments_of(order.id)[0].lines] == [2]


def test_unpaid_order_is_given_up_without_money(app: Flask) -> None:
    order = make.order()
    variant = order.lines[0].variant_id

    assert cancel(order).state == "cancelled"

    assert inventory.levels([variant])[variant].reserved == 0
    assert credits.of_order(order.id) == []


def test_staff_who_give_an_unpaid_order_up_are_named(app: Flask) -> None:
    order = make.order()

    cancellations.cancel(order.id, {}, amount=0, reason="By phone", actor="staff:cleo", key="click")

    assert [event.actor for event in orders.timeline(order.id) if event.kind == "cancelled"] == ["staff:cleo"]
    with db.orders.reading() as session:
        rows = session.connection().exec_driver_sql("SELECT actor, act, subject FROM audit_intake").all()
    assert rows == [("staff:cleo", "order.cancel", f"order:{order.id}")]


def test_what_the_carrier_has_cannot_be_cancelled(app: Flask) -> None:
    order = make.order(paid=True)
    work("fulfilment")
    send(order)

    with pytest.raises(Conflict, match="carrier"):
        cancellations.cancel(order.id, {1: 1}, amount=order.total, reason="Late", actor="customer", key="k")

    assert cancellations.pieces_of(order) == {1: 0}
    assert credits.of_order(order.id) == []
    assert orders.get_for_job(order.id).state == "confirmed"


def test_what_the_carrier_got_meanwhile_stays_in_its_parcel(app: Flask) -> None:
    order = make.order(paid=True)
    work("fulfilment")
    send(order)

    with pytest.raises(Conflict, match="The carrier has it already"), db.orders.transaction():
        fulfilment.take_out(order.id, {1: 1}, "The order was cancelled.", actor="customer")

    assert [line.quantity for parcel in fulfilment.shipments_of(order.id) for line in parcel.lines] == [1]


def test_another_amount_than_seen_cancels_nothing(app: Flask) -> None:
    order = make.order(paid=True)
    before = on_hand(order)

    with pytest.raises(Conflict, match="new amount"):
        cancellations.cancel(order.id, {1: 1}, amount=1, reason="No", actor="customer", key="k")

    assert on_hand(order) == before
    assert orders.get_for_job(order.id).state == "confirmed"


def test_more_than_there_is_and_nothing_are_refused(app: Flask) -> None:
    order = make.order(paid=True)

    with pytest.raises(Conflict):
        cancellations.cancel(order.id, {1: 9}, amount=order.total, reason="No", actor="customer", key="k")
    with pytest.raises(Invalid):
        cancellations.quote(order, {1: 0})


def test_free_amount_given_before_is_taken_into_account(app: Flask) -> None:
    order = make.order(paid=True)
    credits.give_as_staff(
        order, Wish(free=500), reason="Sorry", actor="staff:cleo", key="gift", restock=(), version=0, amount=500
    )

    cancel(order)

    assert credits.of_order(order.id)[1].amount == order.total - 500


def test_label_bought_while_the_order_is_cancelled_goes_back(app: Flask, companies: Companies) -> None:
    order = make.order(paid=True)
    work("fulfilment.start")
    companies.pull("drop", company="ups", path="/api/shipments", when="after")
    work("fulfilment.buy_label")  # the carrier sold it; we were not told

    cancel(order)
    with clock.at(clock.now() + timedelta(minutes=5)):
        work("fulfilment")

    assert [shipment.state for shipment in fulfilment.shipments_of(order.id)] == ["voided"]
    assert [label["step"] for label in companies.ledger()["labels"]] == ["void"]


def test_parcel_that_is_stopped_before_its_mail_is_written_is_not_told_of(app: Flask) -> None:
    order = make.order(paid=True)
    work("fulfilment")

    cancel(order)
    work()

    written = [each.template for each in notifications.messages_of(order.id)]
    assert "order_cancelled" in written
    assert "order_shipped" not in written


def test_label_that_may_have_been_bought_for_what_is_cancelled_is_told(app: Flask, companies: Companies) -> None:
    order = make.order(paid=True)
    work("fulfilment.start")
    companies.pull("drop", company="ups", path="/api/shipments", when="after")
    work("fulfilment.buy_label")
    companies.pull("fail", company="ups", path="/api/labels", status=400)

    cancel(order)
    with clock.at(clock.now() + timedelta(minutes=5)):
        work("fulfilment")

    assert "spare_label" in [event.kind for event in orders.timeline(order.id)]


def test_parcel_that_moves_although_stopped_is_told(app: Flask) -> None:
    order = make.order(paid=True)
    work("fulfilment")
    cancel(order)
    (shipment,) = fulfilment.shipments_of(order.id)
    sighting = Sighting(key="k", at=clock.now(), kind="in_transit", text="Picked up", place="Berlin")

    see(shipment.id, [sighting])

    assert "stopped_parcel_moves" in [event.kind for event in orders.timeline(order.id)]


def test_customer_staff_and_a_refund_at_once_never_give_back_more_than_was_paid(app: Flask) -> None:
    order = make.order(paid=True, quantity=2)
    work("fulfilment")
    before, outcomes = on_hand(order), []

    def act(number: int) -> None:
        with app.app_context():
            try:
                if number % 2:
                    cancel(order, key=f"cancel{number}")
                else:
                    amount = credits.quote(order, Wish({1: 1}), credits.of_order(order.id)).paid.amount
                    credits.give_as_staff(
                        order, Wish({1: 1}), reason="Sorry", actor="staff:cleo", key=f"give{number}", restock=(1,),
                        version=0, amount=amount,
                    )  # fmt: skip
                outcomes.append("done")
            except (Conflict, Invalid) as refusal:
                outcomes.append(type(refusal).__name__)

    threads = [threading.Thread(target=act, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(outcomes) == 6
    given = credits.of_order(order.id)
    assert sum(each.amount for each in given) <= order.total
    assert sum(refund.amount for refund in payments.refunds_of(order.id)) == sum(each.amount for each in given)
    pieces = sum(line.quantity for each in given for line in each.lines)
    assert on_hand(order) == before + pieces


def test_cancel_and_the_carrier_at_once_leave_one_truth(app: Flask) -> None:
    order = make.order(paid=True)
    work("fulfilment")
    (shipment,) = fulfilment.shipments_of(order.id)
    sighting = Sighting(key="k", at=clock.now(), kind="in_transit", text="Picked up", place="Berlin")

    def carry() -> None:
        with app.app_context():
            see(shipment.id, [sighting])

    def stop() -> None:
        with app.app_context():
            try:
                cancel(order)
            except (Conflict, Invalid):
                return

    threads = [threading.Thread(target=carry), threading.Thread(target=stop)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    state = fulfilment.shipments_of(order.id)[0].state
    is_cancelled = orders.get_for_job(order.id).state == "cancelled"
    assert (state, is_cancelled) in {("voided", True), ("in_transit", False)}
    assert bool(credits.of_order(order.id)) == is_cancelled
