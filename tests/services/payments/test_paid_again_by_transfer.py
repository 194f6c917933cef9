"""An order whose money went again is paid by transfer: in parts, too late, or while some of it is cancelled."""

from datetime import timedelta
from functools import partial

import pytest
from flask import Flask

from app import clock
from app.money import Money
from app.services import cancellations, checkout, credits, fulfilment, gift_cards, notifications, orders, payments
from tests import make
from tests.companies import Companies
from tests.services.payments.test_paying_again import kinds, lapsed, mails, outside, pay_state
from tests.turns import at_once
from tests.working import work

pytestmark = pytest.mark.usefixtures("captures_on_shipping")


def asked(*, quantity: int = 2) -> orders.Order:
    """An order whose hold ended, and whose customer chose a transfer for all of it."""
    order = lapsed(make.buyer(make.variant(stock=5), quantity=quantity))
    work("fulfilment")
    checkout.pay_again(orders.token_of(order.id), "transfer")
    return order


def receive(order: orders.Order, amount: int, *, payment: payments.Payment | None = None) -> None:
    """Match money that came, as staff do."""
    payment = payment or outside(order)[-1]
    checkout.take_transfer(
        payment.id, Money(amount, "EUR"), received=payment.captured, sender="Ada Byron", bank_line="",
        key=f"{payment.id}-{payment.captured}", actor="staff:cleo",
    )  # fmt: skip


def cancel(order: orders.Order, quantity: int) -> int:
    """Cancel so many pieces, as the customer does; return what they come to."""
    amount = cancellations.quote(order, {1: quantity}).paid.amount
    cancellations.cancel(order.id, {1: quantity}, amount=amount, reason="No", actor="customer", key=f"no-{order.id}")
    return amount


def parcels(order: orders.Order) -> list[str]:
    return [shipment.state for shipment in fulfilment.shipments_of(order.id)]


def due(order: orders.Order) -> int:
    return payments.instructions(outside(order)[-1]).due.amount


def test_it_comes_in_two_parts_and_all_of_it_stays(app: Flask, companies: Companies) -> None:
    order = asked()

    receive(order, 500)
    receive(order, order.total - 500)
    work()

    assert payments.refunds_of(order.id) == []
    assert credits.owed_of(orders.get_for_job(order.id)).amount == 0
    assert (pay_state(order), parcels(order), kinds(order)) == ("paid", ["label_bought"], [])


def test_asking_for_it_again_keeps_what_came_of_it(app: Flask, companies: Companies) -> None:
    order = asked()
    receive(order, 500)

    checkout.pay_again(orders.token_of(order.id), "transfer")

    assert [each.state for each in outside(order)] == ["cancelled", "open"]
    assert (payments.refunds_of(order.id), due(order)) == ([], order.total - 500)


def test_money_for_which_nothing_is_owed_any_more_goes_back(app: Flask, companies: Companies) -> None:
    order = asked()
    credits.give_as_staff(
        order, credits.Wish(free=order.total), reason="Broken", actor="staff:cleo", key="all", restock=(), version=0,
        amount=order.total,
    )  # fmt: skip

    receive(order, order.total)

    assert orders.get_for_job(order.id).state == "confirmed"
    assert [each.amount for each in payments.list_by_hand()] == [order.total]
    assert "nothing was owed any more" in orders.timeline(order.id)[-1].text


def test_all_of_it_is_cancelled_though_a_part_came(app: Flask, companies: Companies) -> None:
    order = asked()
    receive(order, 500)

    assert credits.withheld_of(order, cancellations.quote(order, {1: 2}), []) == Money.zero("EUR")
    assert cancel(order, 2) == order.total
    work("checkout")

    assert (orders.get_for_job(order.id).state, pay_state(order)) == ("cancelled", "refunded")
    assert [each.amount for each in payments.list_by_hand()] == [500]
    receive(order, 700)
    assert [each.amount for each in payments.list_by_hand()] == [500, 700]


@pytest.mark.parametrize("too_much", [0, 300])
def test_a_part_that_came_is_enough_once_the_rest_is_cancelled(app: Flask, companies: Companies, too_much: int) -> None:
    order = asked()
    kept = order.total - cancellations.quote(order, {1: 1}).paid.amount
    receive(order, kept + too_much)

    cancel(order, 1)
    work()

    assert [each.amount for each in payments.list_by_hand()] == [too_much] * (too_much > 0)
    assert outside(order)[-1].state == "paid"
    assert (parcels(order), kinds(order)) == (["label_bought"], [])
    assert mails(order).count("paid_anew") == 1
    with clock.at(clock.now() + timedelta(days=20)):
        work("checkout")
    assert orders.get_for_job(order.id).state == "confirmed"
    credits.give_as_staff(
        order, credits.Wish(free=100), reason="Sorry", actor="staff:cleo", key="goodwill", restock=(), version=1,
        amount=100,
    )  # fmt: skip
    assert sum(each.amount for each in payments.list_by_hand()) == too_much + 100


def test_it_asks_for_less_once_something_is_cancelled(app: Flask, companies: Companies) -> None:
    order = asked()
    receive(order, 500)

    left = order.total - cancel(order, 1)
    notifications.transfer_reminder(outside(order)[-1].id)

    assert due(order) == left - 500
    assert str(Money(left - 500, "EUR").decimal) in notifications.messages_of(order.id)[-1].text
    receive(order, left - 500)
    work()
    assert (pay_state(order), parcels(order), payments.refunds_of(order.id)) == ("paid", ["label_bought"], [])


def test_the_rest_that_comes_while_some_is_cancelled_is_kept_only_as_far_as_it_is_owed(
    app: Flask, companies: Companies
) -> None:
    for seed in range(3):
        order = asked()
        receive(order, 500)
        amount = cancellations.quote(order, {1: 1}).paid.amount

        at_once(app, seed, partial(cancel, order, 1), partial(receive, order, order.total - 500))
        work()

        assert payments.kept_of(payments.of_order(order.id)) == order.total - amount
        assert sum(each.amount for each in payments.refunds_of(order.id)) == amount
        assert (outside(order)[-1].state, parcels(order), kinds(order)) == ("paid", ["label_bought"], [])


def test_what_a_gift_card_pays_is_sent_once_the_rest_is_cancelled(app: Flask, companies: Companies) -> None:
    variant = make.variant(stock=5)
    who = make.buyer(variant, quantity=2)
    gift = make.gift_card(2900 + 490)
    checkout.enter_gift_card(who, gift_cards.code_of(gift.id), address="203.0.113.7")
    order = lapsed(who)
    work("fulfilment")
    placed = checkout.pay_again(orders.token_of(order.id), "transfer")

    cancel(order, 1)
    work()

    assert credits.owed_of(orders.get_for_job(order.id)).amount == 0
    assert (parcels(order), kinds(order)) == (["label_bought"], [])
    assert placed.payment is not None
    assert payments.get_for_job(placed.payment.id).state == "cancelled"
