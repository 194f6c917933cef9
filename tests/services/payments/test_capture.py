"""Authorise now, capture later: the card is charged when the parcel leaves."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask

from app import clock, formats
from app.errors import Conflict
from app.services import cancellations, checkout, credits, fulfilment, inventory, orders, payments
from tests import make
from tests.blueprints.admin.conftest import sign_in
from tests.companies import Companies
from tests.services.health.test_fsck import faults
from tests.working import work

pytestmark = pytest.mark.usefixtures("captures_on_shipping")


def held(method: str = "hosted") -> orders.Order:
    """An order whose money a card holds."""
    placed = make.place(make.buyer(make.variant()), method=method)
    make.pay(placed)
    assert placed.payment is not None
    return checkout.settle(placed.payment.id)


def pay_in_page(placed: checkout.Placed) -> None:
    """Pay in the shop's own page, without coming back to it."""
    assert placed.payment is not None
    confirm = f"payment_intents/{placed.payment.intent_id}/confirm"
    make.at_stripe(confirm, payment_method="pm_card_visa", return_url="http://localhost/")


def state(order: orders.Order) -> tuple[str, str]:
    """The order's state and its pay state."""
    return orders.get_for_job(order.id).state, payments.state_of(payments.of_order(order.id))


def taken(companies: Companies) -> list[tuple[int, str]]:
    """What Stripe has taken, and where each PaymentIntent stands."""
    return [(intent["amount_received"], intent["status"]) for intent in companies.ledger()["payment_intents"]]


def test_a_held_payment_confirms_the_order_and_takes_nothing(app: Flask, companies: Companies) -> None:
    order = held()

    assert state(order) == ("confirmed", "authorized")
    assert taken(companies) == [(0, "requires_capture")]
    assert inventory.held(order.id) == {}


def test_the_label_takes_the_money_once(app: Flask, companies: Companies) -> None:
    order = held()

    work()
    checkout.capture(order.id)

    assert state(order) == ("confirmed", "paid")
    assert [each.text for each in orders.timeline(order.id) if each.kind == "charged"] == [
        "The card was charged 33.90 EUR."
    ]
    assert taken(companies) == [(order.total, "succeeded")]


def test_a_capture_whose_answer_was_lost_is_asked_again_and_takes_once(app: Flask, companies: Companies) -> None:
    order = held()
    companies.pull("drop", company="stripe", times=2, when="after", method="POST", path="/v1/payment_intents")
    with pytest.raises(Exception, match="Card payments do not work"):
        checkout.capture(order.id)
    assert state(order) == ("confirmed", "authorized")

    checkout.capture(order.id)

    assert state(order) == ("confirmed", "paid")
    assert taken(companies) == [(order.total, "succeeded")]


def test_a_capture_whose_key_holds_a_failure_is_asked_under_another_and_takes_once(
    app: Flask, companies: Companies
) -> None:
    order = held()
    companies.pull("fail", company="stripe", method="POST", path="/v1/payment_intents", stored=True)
    with pytest.raises(Exception, match="Card payments do not work"):
        checkout.capture(order.id)

    checkout.capture(order.id)

    assert state(order) == ("confirmed", "paid")
    assert taken(companies) == [(order.total, "succeeded")]


def test_what_is_cancelled_before_is_not_taken(app: Flask, companies: Companies) -> None:
    order = held()
    payments.ask_refunds(order.id, 400, reason="One is missing", actor="staff:cleo", key="one")
    assert companies.ledger()["refunds"] == []

    checkout.capture(order.id)

    assert taken(companies) == [(order.total - 400, "succeeded")]
    assert state(order) == ("confirmed", "partly_refunded")
    with pytest.raises(Conflict):
        payments.ask_refunds(order.id, order.total - 399, reason="x", actor="staff:cleo", key="two")
    payments.ask_refunds(order.id, order.total - 400, reason="All", actor="staff:cleo", key="three")
    work("payments.refund")
    assert state(order) == ("confirmed", "refunded")


def held_in_kwd(app: Flask, monkeypatch: pytest.MonkeyPatch) -> orders.Order:
    """An order of three pieces in a currency of three digits, of which Stripe takes two; a card holds its money."""
    monkeypatch.setitem(app.extensions, "config", replace(app.extensions["config"], currency="KWD"))
    variant = make.variant()
    make.reprice(variant, 3330, currency="KWD")
    make.promotion(percent=Decimal(1))
    return make.settled(make.place(make.buyer(variant, quantity=3)))


def cancel_one(order: orders.Order) -> int:
    """Cancel one piece of it; return what it comes to."""
    amount = cancellations.quote(order, {1: 1}).paid.amount
    cancellations.cancel(order.id, {1: 1}, amount=amount, reason="One less", actor="customer", key="one")
    return amount


def test_what_stripe_cannot_say_of_the_rest_is_not_charged(
    app: Flask, companies: Companies, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = held_in_kwd(app, monkeypatch)
    amount = cancel_one(order)
    left = order.total - amount

    checkout.capture(order.id)

    assert left % 10
    assert taken(companies) == [(left - left % 10, "succeeded")]
    assert state(order) == ("confirmed", "partly_refunded")
    assert [refund.amount for refund in payments.refunds_of(order.id)] == [amount, left % 10]
    assert credits.owed_of(orders.get_for_job(order.id)).amount == 0


@pytest.mark.parametrize("first", [500, 503])
def test_what_was_not_charged_of_the_rest_is_not_missing_when_more_goes_back(
    app: Flask, companies: Companies, monkeypatch: pytest.MonkeyPatch, first: int
) -> None:
    order = held_in_kwd(app, monkeypatch)
    left = order.total - cancel_one(order)
    checkout.capture(order.id)

    for version, free in enumerate((first, left - first), start=1):
        credits.give_as_staff(
            order, credits.Wish(free=free), reason="Sorry", actor="staff:cleo", key=f"{free}", restock=(),
            version=version, amount=free,
        )  # fmt: skip
        work("payments.refund")

    back = [refund for refund in payments.refunds_of(order.id) if not refund.is_release]
    assert [(refund.amount, refund.state) for refund in back] == [(500, "done"), (left - left % 10 - 500, "done")]
    assert faults().get("orders.credits") is None


def test_what_stripe_cannot_say_is_not_owed_again(
    app: Flask, companies: Companies, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = held_in_kwd(app, monkeypatch)
    (payment,) = payments.of_order(order.id)
    payments.void(payment.id)
    checkout.settle(payment.id)
    left = order.total - cancel_one(order)

    assert credits.owed_of(order).amount == left - left % 10
    again = checkout.pay_again(orders.token_of(order.id), "hosted")
    make.settled(again)
    checkout.capture(order.id)

    assert taken(companies) == [(0, "canceled"), (left - left % 10, "succeeded")]
    assert credits.owed_of(order).amount == 0
    assert faults().get("orders.credits") is None


def test_all_that_is_cancelled_lets_the_card_go(app: Flask, companies: Companies) -> None:
    order = held()

    payments.ask_refunds(order.id, order.total, reason="Changed my mind", actor="staff:cleo", key="one")
    work("checkout.void")

    assert taken(companies) == [(0, "canceled")]
    assert state(order) == ("confirmed", "refunded")
    assert not any(event.kind == "lapsed" for event in orders.timeline(order.id))


def test_nothing_is_released_while_the_money_is_being_taken(app: Flask, companies: Companies) -> None:
    order = held()
    companies.pull("fail", company="stripe", times=2, method="POST", path="/v1/payment_intents")
    with pytest.raises(Exception, match="Card payments do not work"):
        checkout.capture(order.id)

    with pytest.raises(Conflict, match="right now"):
        payments.ask_refunds(order.id, 100, reason="x", actor="staff:cleo", key="one")


def test_staff_are_told_once_before_a_hold_ends_and_take_the_money(app: Flask, companies: Companies) -> None:
    order = held()
    assert checkout.flag_lapsing() == 0

    with clock.at(clock.now() + timedelta(days=5, hours=1)):
        assert [checkout.flag_lapsing(), checkout.flag_lapsing()] == [1, 0]
        browser = sign_in(app, make.staff())
        assert order.number in browser.get("/admin/money/").text
        assert order.number in browser.get("/admin/orders/?only=attention").text
        answers = [browser.post(f"/admin/money/captures/{order.number}").status_code for _ in range(2)]
        work("checkout.capture")
        assert order.number not in browser.get("/admin/money/").text
        assert order.number not in browser.get("/admin/orders/?only=attention").text

    assert answers == [303, 303]
    [told] = [event.text for event in orders.timeline(order.id) if event.kind == "lapsing"]
    assert f"until {formats.moment(payments.of_order(order.id)[0].capture_before)} only" in told
    assert taken(companies) == [(order.total, "succeeded")]


def test_a_hold_that_ended_is_told_and_takes_nothing(app: Flask, companies: Companies) -> None:
    order = held()
    (payment,) = payments.of_order(order.id)
    payments.void(payment.id)

    checkout.capture(order.id)
    checkout.settle(payment.id)

    assert taken(companies) == [(0, "canceled")]
    assert [event.kind for event in orders.timeline(order.id)].count("lapsed") == 1


def test_expiry_finds_what_the_card_holds_as_good_as_money(app: Flask, companies: Companies) -> None:
    placed = make.place(make.buyer(make.variant()))
    make.pay(placed)

    make.expire(placed.order.id)

    assert state(placed.order) == ("confirmed", "authorized")


def test_the_end_of_an_orders_time_leaves_its_held_money_alone(app: Flask, companies: Companies) -> None:
    placed = make.place(make.buyer(make.variant()), method="element")
    pay_in_page(placed)
    assert placed.payment is not None
    checkout.settle(placed.payment.id)

    make.expire(placed.order.id)

    assert taken(companies) == [(0, "requires_capture")]
    assert state(placed.order) == ("confirmed", "authorized")


def test_an_order_that_is_given_up_after_the_card_said_yes_is_confirmed(app: Flask, companies: Companies) -> None:
    placed = make.place(make.buyer(make.variant()), method="element")
    pay_in_page(placed)

    make.expire(placed.order.id)

    assert taken(companies) == [(0, "requires_capture")]
    assert state(placed.order) == ("confirmed", "authorized")


def test_money_for_an_order_that_was_cancelled_goes_back_and_revives_nothing(app: Flask, companies: Companies) -> None:
    placed = make.place(make.buyer(make.variant(stock=3)), method="transfer")
    transfer = placed.payment
    assert transfer is not None
    card = checkout.pay_again(placed.token, "hosted")
    make.pay(card)
    assert card.payment is not None
    order = checkout.settle(card.payment.id)
    cancellations.cancel(
        order.id, {1: 1}, amount=order.total, reason="Changed my mind", actor="customer", key="cancelled"
    )
    work("checkout.void")
    assert state(order) == ("cancelled", "refunded")

    checkout.take_transfer(
        transfer.id, order.total_money, received=0, sender="Ada", bank_line="", key="late", actor="staff:cleo"
    )

    assert state(order) == ("cancelled", "refunded")
    assert [refund.amount for refund in payments.list_by_hand()] == [order.total]
    level = inventory.level_as_staff(order.lines[0].variant_id)
    assert (level.on_hand, level.reserved) == (3, 0)


def test_an_order_whose_hold_ended_can_still_be_cancelled(app: Flask, companies: Companies) -> None:
    order = held()
    (payment,) = payments.of_order(order.id)
    payments.void(payment.id)
    checkout.settle(payment.id)

    cancellations.cancel(order.id, {1: 1}, amount=order.total, reason="Lapsed", actor="staff:cleo", key="cancelled")

    assert orders.get_for_job(order.id).state == "cancelled"
    assert payments.refunds_of(order.id) == []


def test_nothing_is_sent_until_it_is_paid_again_once_the_hold_has_ended(app: Flask, companies: Companies) -> None:
    order = held()
    (payment,) = payments.of_order(order.id)
    payments.void(payment.id)
    checkout.settle(payment.id)

    work("fulfilment")

    assert [shipment.state for shipment in fulfilment.shipments_of(order.id)] == ["pending"]
    assert companies.ledger()["labels"] == []
