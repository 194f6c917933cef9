"""Money that was matched to the wrong order is taken back: by then that order may have gone ahead on it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app import clock, db, formats
from app.errors import Conflict, NotFound
from app.money import Money
from app.services import (
    cancellations,
    checkout,
    credits,
    documents,
    fulfilment,
    inventory,
    notifications,
    orders,
    payments,
)
from app.services.checkout.owing import WAITS
from app.services.checkout.settle import apply
from tests import make
from tests.companies import Companies
from tests.services.health.test_fsck import faults
from tests.services.payments.test_paying_again import kinds, mails
from tests.services.payments.test_transfers import receive, state, transfer
from tests.working import work

LINE = "2026-11-22/17"
UNINDEXED = {"search.products"}  # these tests index nothing


def receipts(placed: checkout.Placed) -> list[payments.TransferReceipt]:
    return list(payments.receipts_of(payment(placed).id))


def payment(placed: checkout.Placed) -> payments.Payment:
    """The order's transfer, as it is now."""
    return next(each for each in payments.of_order(placed.order.id) if each.method == "transfer")


def take_back(placed: checkout.Placed, number: int = 0) -> None:
    """Take back one of what was matched to an order, as staff do."""
    checkout.take_receipt_back(payment(placed).id, receipts(placed)[number].id, actor="staff:cleo")


def work_later(**passed: float) -> None:
    """Run what is due by then."""
    with clock.at(clock.now() + timedelta(**passed)):
        work()


def owed(placed: checkout.Placed) -> int:
    return credits.owed_of(orders.get_for_job(placed.order.id)).amount


def test_a_part_of_a_waiting_order_counts_no_more(app: Flask) -> None:
    placed = transfer()
    receive(placed, 500, key="the wrong form")
    receive(placed, 300, received=500, key="the right form")

    take_back(placed)
    take_back(placed)

    assert (state(placed), payment(placed).captured) == (("placed", "partly_paid"), 300)
    receive(placed, placed.order.total - 300, received=300, key="the rest")
    assert state(placed) == ("confirmed", "paid")
    assert kinds(placed.order) == []


def test_its_line_of_the_statement_goes_to_the_right_order(app: Flask) -> None:
    wrong, right = transfer(), transfer()
    receive(wrong, 500, key="wrong", bank_line=LINE)
    with pytest.raises(Conflict):
        receive(right, right.order.total, key="refused", bank_line=LINE)

    take_back(wrong)
    receive(right, right.order.total, key="right", bank_line=LINE)

    assert (state(wrong), state(right)) == (("placed", "pending"), ("confirmed", "paid"))
    with pytest.raises(Conflict):
        receive(wrong, 500, key="once more", bank_line=LINE)


def test_an_order_that_went_ahead_waits_to_be_paid_and_goes_on_when_it_is(app: Flask, companies: Companies) -> None:
    placed = transfer()
    receive(placed, placed.order.total, key="wrong")

    take_back(placed)
    work()
    assert (state(placed), owed(placed)) == (("confirmed", "pending"), placed.order.total)
    assert [each.state for each in fulfilment.shipments_of(placed.order.id)] == ["pending"]
    assert kinds(placed.order) == ["taken_back"]
    work_later(minutes=11)
    asked = next(each for each in notifications.messages_of(placed.order.id) if each.template == "payment_asked")
    assert "our mistake" in asked.text
    assert "card held" not in asked.text

    with clock.at(clock.now() + timedelta(days=2)):
        receive(placed, placed.order.total, key="right")
        work()

    assert (state(placed), owed(placed), kinds(placed.order)) == (("confirmed", "paid"), 0, [])
    assert [each.state for each in fulfilment.shipments_of(placed.order.id)] == ["label_bought"]
    assert "paid_anew" in mails(placed.order)


def test_a_slip_that_is_corrected_at_once_writes_to_nobody(app: Flask, companies: Companies) -> None:
    placed = transfer()
    receive(placed, placed.order.total, key="with a slip in the sender")

    take_back(placed)
    receive(placed, placed.order.total, key="without")
    work()
    work_later(minutes=11)

    assert (state(placed), kinds(placed.order)) == (("confirmed", "paid"), [])
    assert not {"payment_asked", "paid_anew"} & set(mails(placed.order))


def test_what_is_taken_back_twice_goes_on_twice(app: Flask, companies: Companies) -> None:
    placed = transfer()
    for number in range(2):
        with clock.at(clock.now() + timedelta(hours=number)):
            receive(placed, placed.order.total, key=f"wrong {number}")
            take_back(placed, number)
            work_later(minutes=11)
    assert mails(placed.order).count("payment_asked") == 2
    assert [each.state for each in fulfilment.shipments_of(placed.order.id)] == ["pending"]

    receive(placed, placed.order.total, key="right")
    work()

    assert [each.state for each in fulfilment.shipments_of(placed.order.id)] == ["label_bought"]


def test_the_customer_may_pay_by_card_instead(app: Flask, companies: Companies) -> None:
    placed = transfer()
    receive(placed, placed.order.total, key="wrong")
    take_back(placed)

    again = checkout.pay_again(orders.token_of(placed.order.id), "hosted")
    assert again.payment is not None
    make.pay(again)
    checkout.settle(again.payment.id)

    assert (state(placed), owed(placed)) == (("confirmed", "paid"), 0)
    receive(placed, placed.order.total, key="the transfer comes all the same")
    assert [refund.amount for refund in payments.refunds_of(placed.order.id)] == [placed.order.total]


def test_one_that_is_not_paid_in_its_week_is_cancelled(app: Flask) -> None:
    placed = transfer(stock=3)
    receive(placed, placed.order.total, key="wrong")
    take_back(placed)
    assert set(faults()) <= UNINDEXED

    with clock.at(clock.now() + WAITS + timedelta(minutes=1)):
        work("checkout")

    assert orders.get_for_job(placed.order.id).state == "cancelled"
    assert inventory.levels([variant := placed.order.lines[0].variant_id])[variant].available == 3
    assert payments.refunds_of(placed.order.id) == []
    assert set(faults()) <= UNINDEXED


def test_money_that_goes_back_already_is_not_taken_back(app: Flask) -> None:
    placed = transfer()
    receive(placed, placed.order.total + 100)

    with pytest.raises(Conflict, match="goes back to the customer already"):
        take_back(placed)

    assert (state(placed), owed(placed)) == (("confirmed", "paid"), 0)


def test_another_payments_receipt_is_not_found(app: Flask) -> None:
    ada, ben = transfer(), transfer()
    receive(ada, 500)

    with pytest.raises(NotFound):
        checkout.take_receipt_back(payment(ben).id, receipts(ada)[0].id, actor="staff:cleo")


def test_two_staff_at_once_take_it_back_once(app: Flask) -> None:
    placed = transfer()
    receive(placed, placed.order.total)
    ids = payment(placed).id, receipts(placed)[0].id

    def act(actor: str) -> None:
        with app.app_context():
            checkout.take_receipt_back(*ids, actor=actor)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(act, [f"staff:{number}" for number in range(4)]))

    assert (payment(placed).captured, owed(placed)) == (0, placed.order.total)
    [told] = [event.text for event in orders.timeline(placed.order.id) if event.kind == "taken_back"]
    assert f"what is still here waits until {formats.day(clock.day_of(payment(placed).pay_by))}." in told


def test_a_truth_from_before_confirms_nothing(app: Flask) -> None:
    placed = transfer()
    receive(placed, 500)
    receive(placed, placed.order.total - 500, received=500, key="rest")
    known = payments.learn(payment(placed).id)
    take_back(placed)

    apply(payment(placed).id, known)

    assert (known.status, owed(placed)) == ("paid", 500)


def test_the_credit_note_says_what_goes_back_and_what_was_never_paid(app: Flask) -> None:
    placed, nothing = transfer(), transfer()
    receive(placed, 500, key="right")
    receive(placed, placed.order.total - 500, received=500, key="wrong")
    receive(nothing, nothing.order.total, key="all of it wrong")
    take_back(placed, 1)
    take_back(nothing)

    for each in (placed, nothing):
        cancellations.cancel(
            each.order.id, {1: 1}, amount=each.order.total, reason="Mistaken", actor="staff:cleo", key=each.order.id
        )
        work("documents")

    left = formats.money(placed.order.total_money - Money(500, "EUR"))
    part, none = (documents.documents_of(each.order.id)[-1].paper["notes"] for each in (placed, nothing))
    assert part[-1] == f"Of this, €5.00 goes back the way it was paid and {left} was not paid."
    assert none[-1] == "It was not paid, so nothing goes back."


def test_the_ledger_lets_nobody_alter_a_line(app: Flask) -> None:
    placed = transfer()
    receive(placed, 500)

    for statement in ("UPDATE transfer_receipts SET amount = 1", "DELETE FROM transfer_receipts"):
        with pytest.raises(DBAPIError), db.orders.transaction() as session:
            session.execute(text(statement))
