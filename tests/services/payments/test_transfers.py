"""Bank transfer: an order that waits for money which staff match by hand."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask

from app import clock
from app.errors import Conflict, Invalid, NotFound, Unavailable
from app.money import Money
from app.services import checkout, inventory, notifications, orders, payments
from tests import make
from tests.companies import Companies
from tests.working import work


def transfer(*, stock: int = 3) -> checkout.Placed:
    """Place an order that is to be paid by transfer."""
    return make.place(make.buyer(make.variant(stock=stock)), method="transfer")


def receive(placed: checkout.Placed, amount: int, *, received: int = 0, key: str = "", bank_line: str = "") -> None:
    """Match `amount` to the order's payment, as staff do."""
    assert placed.payment is not None
    checkout.take_transfer(
        placed.payment.id, Money(amount, "EUR"), received=received, sender="Ada Byron", bank_line=bank_line,
        key=key or f"form-{amount}-{received}-{bank_line}", actor="staff:cleo",
    )  # fmt: skip


def state(placed: checkout.Placed) -> tuple[str, str]:
    """The order's state and its pay state."""
    return orders.get_for_job(placed.order.id).state, payments.state_of(payments.of_order(placed.order.id))


def test_transfer_waits_with_its_things_set_aside_and_asks_no_company(app: Flask, companies: Companies) -> None:
    placed = transfer()
    work("email")

    assert state(placed) == ("placed", "pending")
    assert inventory.held(placed.order.id) == {placed.order.lines[0].variant_id: 1}
    assert companies.ledger()["sessions"] == []
    (mail,) = notifications.messages_of(placed.order.id)
    assert "DE89 3704 0044 0532 0130 00" in mail.text
    assert placed.order.number in mail.text


def test_all_of_it_confirms_the_order_once(app: Flask) -> None:
    placed = transfer()

    receive(placed, placed.order.total, key="one-form")
    receive(placed, placed.order.total, key="one-form")

    assert state(placed) == ("confirmed", "paid")
    assert inventory.held(placed.order.id) == {}
    assert len(payments.receipts_of(payments.of_order(placed.order.id)[0].id)) == 1


def test_a_part_waits_for_its_rest(app: Flask) -> None:
    placed = transfer()
    part = placed.order.total - 500

    receive(placed, part)
    assert state(placed) == ("placed", "partly_paid")
    with pytest.raises(Conflict):
        payments.ask_refunds(placed.order.id, 1, reason="x", actor="cleo", key="k")
    receive(placed, 500, received=part)

    assert state(placed) == ("confirmed", "paid")


def test_too_much_goes_back_by_hand(app: Flask) -> None:
    placed = transfer()

    receive(placed, placed.order.total + 250)
    work("payments.refund")

    assert state(placed) == ("confirmed", "paid")
    assert payments.of_order(placed.order.id)[0].released_money.amount == 0
    (refund,) = payments.list_by_hand()
    assert refund.amount == 250
    payments.note_sent(refund.id, actor="staff:cleo")
    payments.note_sent(refund.id, actor="staff:cleo")
    assert payments.list_by_hand() == []
    assert payments.get_refund(refund.id).state == "done"


def test_more_that_comes_for_a_paid_order_goes_back(app: Flask) -> None:
    placed = transfer()
    receive(placed, placed.order.total)

    receive(placed, 300, received=placed.order.total)

    assert [refund.amount for refund in payments.list_by_hand()] == [300]


@pytest.mark.parametrize(
    ("keys", "bank_line"),
    [(("form of ada", "form of ben"), "2026-11-22/17"), (("one", "one"), "2026-11-22/17"), (("one", "one"), "")],
)
def test_a_line_or_form_is_matched_once_even_to_two_orders_at_once(
    app: Flask, keys: tuple[str, str], bank_line: str
) -> None:
    ada, ben = transfer(), transfer()

    def match(placed: checkout.Placed, key: str) -> str:
        with app.app_context():
            try:
                receive(placed, placed.order.total, key=key, bank_line=bank_line)
            except Conflict:
                return "refused"
            return "matched"

    with ThreadPoolExecutor(2) as pool:
        said = sorted(pool.map(match, (ada, ben), keys))

    assert said == ["matched", "refused"]
    assert sorted(state(placed)[0] for placed in (ada, ben)) == ["confirmed", "placed"]


def test_two_who_note_the_same_money_at_once_note_it_once(app: Flask) -> None:
    placed = transfer()

    def match(number: int) -> str:
        with app.app_context():
            try:
                receive(placed, placed.order.total, key=f"form of {number}")
            except Conflict:
                return "refused"
            return "matched"

    with ThreadPoolExecutor(4) as pool:
        said = sorted(pool.map(match, range(4)))

    assert said == ["matched", "refused", "refused", "refused"]
    assert payments.list_by_hand() == []


def test_nothing_is_no_amount(app: Flask) -> None:
    with pytest.raises(Invalid):
        receive(transfer(), 0)


def test_expiry_leaves_a_transfer_its_time_and_then_releases(app: Flask) -> None:
    placed = transfer()

    checkout.expire(placed.order.id)
    assert state(placed) == ("placed", "pending")
    with clock.at(clock.now() + timedelta(days=8)):
        checkout.expire(placed.order.id)

    assert state(placed) == ("cancelled", "cancelled")
    assert inventory.held(placed.order.id) == {}


def test_a_part_goes_back_when_the_rest_never_comes(app: Flask) -> None:
    placed = transfer()
    receive(placed, 1000)

    with clock.at(clock.now() + timedelta(days=8)):
        checkout.expire(placed.order.id)
        checkout.expire(placed.order.id)

    assert state(placed) == ("cancelled", "refunded")
    assert [refund.amount for refund in payments.list_by_hand()] == [1000]


def test_money_for_an_order_that_ended_revives_it(app: Flask) -> None:
    placed = transfer()
    with clock.at(clock.now() + timedelta(days=8)):
        checkout.expire(placed.order.id)

        receive(placed, placed.order.total)

    assert state(placed) == ("confirmed", "paid")


def test_money_for_an_order_that_ended_goes_back_when_its_things_are_sold(app: Flask) -> None:
    placed = transfer(stock=1)
    with clock.at(clock.now() + timedelta(days=8)):
        checkout.expire(placed.order.id)
        inventory.adjust(
            placed.order.lines[0].variant_id, 0, version=inventory.level_as_staff(
                placed.order.lines[0].variant_id).version, reason="gone", actor="test",
        )  # fmt: skip

        receive(placed, placed.order.total)

    assert state(placed) == ("cancelled", "refunded")
    assert [refund.amount for refund in payments.list_by_hand()] == [placed.order.total]


def test_the_reminder_is_written_once_and_only_while_money_is_missing(app: Flask) -> None:
    late, paid = transfer(), transfer()
    receive(paid, paid.order.total)

    for placed in (late, paid):
        assert placed.payment is not None
        notifications.transfer_reminder(placed.payment.id)
        notifications.transfer_reminder(placed.payment.id)

    subjects = {placed.order.id: [mail.subject for mail in notifications.messages_of(placed.order.id)]
                for placed in (late, paid)}  # fmt: skip
    assert len([subject for subject in subjects[late.order.id] if subject.startswith("Reminder")]) == 1
    assert not any(subject.startswith("Reminder") for subject in subjects[paid.order.id])


def test_a_shopper_goes_over_to_a_transfer_while_stripe_is_down(app: Flask, companies: Companies) -> None:
    buyer = make.buyer(make.variant(stock=3))
    companies.pull("drop", company="stripe", times=9, when="after", method="POST")
    with pytest.raises(Unavailable, match="Card payments do not work"):
        make.place(buyer)

    placed = make.place(buyer, method="transfer")

    assert placed.payment is not None
    assert (placed.payment.method, placed.payment.state) == ("transfer", "open")
    companies.pull("reset")
    with clock.at(clock.now() + timedelta(minutes=6)):
        work("payments.close_lost")
        work("payments.cancel_stray")
    assert {session["status"] for session in companies.ledger()["sessions"]} == {"expired"}
    receive(placed, placed.order.total)
    assert state(placed) == ("confirmed", "paid")


def test_going_over_to_a_card_and_back_leaves_one_live_payment(app: Flask, companies: Companies) -> None:
    placed = transfer()

    by_card = checkout.pay_again(placed.token, "hosted")
    again = checkout.pay_again(placed.token, "transfer")

    assert by_card.payment is not None
    assert again.payment is not None
    assert [each.state for each in payments.of_order(placed.order.id)] == ["cancelled", "cancelled", "open"]
    assert [session["status"] for session in companies.ledger()["sessions"]] == ["expired"]


def test_a_transfer_after_a_card_that_was_given_up_has_its_time_too(app: Flask, companies: Companies) -> None:
    placed = make.place(make.buyer(make.variant(stock=3)))
    assert placed.payment is not None
    payments.end(placed.payment.session_id, None)
    checkout.settle(placed.payment.id)
    assert payments.find_live(placed.order.id) is None

    checkout.pay_again(placed.token, "transfer")

    (reserved,) = inventory.reservations_of([placed.order.id])[placed.order.id]
    assert reserved.expires_at > clock.now() + timedelta(days=6)
    with clock.at(clock.now() + timedelta(days=8)):
        work("checkout.expire")
    assert state(placed) == ("cancelled", "cancelled")


def test_an_order_that_is_paid_by_card_gives_a_late_transfer_back(app: Flask) -> None:
    placed = transfer()
    by_card = checkout.pay_again(placed.token, "hosted")
    make.pay(by_card)
    assert by_card.payment is not None
    checkout.settle(by_card.payment.id)

    receive(placed, placed.order.total)

    assert orders.get_for_job(placed.order.id).state == "confirmed"
    assert [refund.amount for refund in payments.list_by_hand()] == [placed.order.total]


def test_expiry_that_comes_too_early_comes_again(app: Flask) -> None:
    placed = transfer()
    before = app.extensions["config"]
    app.extensions["config"] = replace(before, transfer_days=14)
    try:
        with clock.at(clock.now() + timedelta(days=8)):
            work("checkout.expire")
            assert state(placed) == ("placed", "pending")
        with clock.at(clock.now() + timedelta(days=15)):
            work("checkout.expire")
    finally:
        app.extensions["config"] = before

    assert state(placed) == ("cancelled", "cancelled")
    assert inventory.held(placed.order.id) == {}


def test_only_what_people_send_by_hand_is_noted_as_sent(app: Flask, companies: Companies) -> None:
    order = make.order(paid=True)
    (refund,) = payments.ask_refunds(order.id, 500, reason="Sorry", actor="staff:cleo", key="one")

    with pytest.raises(NotFound):
        payments.note_sent(refund.id, actor="staff:cleo")
    work("payments.refund")

    assert payments.get_refund(refund.id).state == "done"
    assert [each["amount"] for each in companies.ledger()["refunds"]] == [500]
