"""An order whose money went again is paid by transfer: in parts, too late, or while some of it is cancelled."""

import pytest
from flask import Flask

from app.money import Money
from app.services import checkout, credits, fulfilment, orders, payments
from tests import make
from tests.companies import Companies
from tests.services.payments.test_paying_again import kinds, lapsed, outside, pay_state
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
