"""Credits: lines, delivery and free amounts given back, with their refunds, stock and notes."""

import threading
from decimal import Decimal

import pytest
from flask import Flask

from app import clock, db, formats
from app.errors import Conflict, Invalid
from app.services import (
    audit,
    cancellations,
    cart,
    checkout,
    credits,
    documents,
    gift_cards,
    inventory,
    orders,
    payments,
)
from app.services.credits import Wish
from tests import make
from tests.companies import Companies
from tests.services.documents.test_documents import text_of
from tests.services.health.test_fsck import faults
from tests.working import work


def give(
    order: orders.Order, wish: Wish, *, key: str = "click", restock: tuple[int, ...] = (), version: int = 0
) -> int:
    """Give back as staff do who looked at the amount first."""
    seen = credits.quote(order, wish, credits.of_order(order.id)).paid.amount
    credits.give_as_staff(
        order, wish, reason="Came damaged", actor="staff:cleo", key=key, restock=restock, version=version, amount=seen
    )
    return seen


def left(order: orders.Order) -> int:
    return credits.balance_of(order, credits.of_order(order.id)).left.amount


def test_line_given_back_is_refunded_restocked_audited_and_noted(app: Flask, companies: Companies) -> None:
    order = make.order(paid=True, price=2999, quantity=3)
    variant = order.lines[0].variant_id
    before = inventory.levels([variant])[variant].on_hand

    amount = give(order, Wish({1: 2}), restock=(1,))
    work("payments.refund")
    work("documents")

    assert amount == 5998
    assert [refund["amount"] for refund in companies.ledger()["refunds"]] == [5998]
    assert inventory.levels([variant])[variant].on_hand == before + 2
    assert [event.kind for event in orders.timeline(order.id)].count("refund") == 1
    note = next(each for each in documents.documents_of(order.id) if each.kind == "credit_note")
    text = text_of(documents.for_customer(order, note.id)[1])
    issued_on = formats.day(clock.day_of(note.issued_at))
    for words in (note.label or "", issued_on, order.lines[0].title, "€59.98", "Came damaged", "19%"):
        assert words in text
    with db.orders.reading() as session:
        assert session.connection().exec_driver_sql("SELECT act FROM audit_intake").scalars().all() == ["order.refund"]
    assert audit.seal() > 0


def test_all_given_back_one_by_one_is_all_that_was_paid(app: Flask) -> None:
    order = make.order(paid=True, price=1111, quantity=3)

    for version in range(3):
        give(order, Wish({1: 1}), key=f"click{version}", version=version)
    give(order, Wish(delivery=order.delivery), key="delivery", version=3)

    given_back = credits.of_order(order.id)
    assert sum(each.amount for each in given_back) == order.total
    assert sum(each.tax for each in given_back) == order.tax
    assert payments.state_of(payments.of_order(order.id)) == "refunded"
    assert left(order) == 0


def test_same_key_gives_once(app: Flask) -> None:
    order = make.order(paid=True)

    give(order, Wish(free=500))
    credits.give_as_staff(
        order, Wish(free=500), reason="Sorry", actor="staff:cleo", key="click", restock=(), version=0, amount=500
    )

    assert len(credits.of_order(order.id)) == len(payments.refunds_of(order.id)) == 1


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        (Wish({1: 3}), "line-1"),
        (Wish({9: 1}), "line-9"),
        (Wish({1: -1}), "line-1"),
        (Wish(delivery=100_000), "delivery"),
        (Wish(free=-1), "free"),
        (Wish(free=100_000), "free"),
    ],
)
def test_more_than_is_left_is_refused_by_field(app: Flask, wish: Wish, field: str) -> None:
    order = make.order(paid=True, quantity=2)

    with pytest.raises(Invalid) as refused:
        give(order, wish)

    assert field in refused.value.fields
    assert credits.of_order(order.id) == []


def test_nothing_chosen_and_nothing_paid_are_refused(app: Flask) -> None:
    with pytest.raises(Invalid):
        give(make.order(paid=True), Wish({1: 0}))
    with pytest.raises(Conflict):
        give(make.order(), Wish(free=1))


def test_another_amount_than_seen_gives_nothing(app: Flask) -> None:
    order = make.order(paid=True)

    with pytest.raises(Conflict, match="This comes to"):
        credits.give_as_staff(
            order, Wish({1: 1}), reason="Sorry", actor="staff:cleo", key="k", restock=(1,), version=0, amount=1
        )

    assert credits.of_order(order.id) == []
    assert payments.refunds_of(order.id) == []


def test_two_staff_at_once_give_back_once(app: Flask) -> None:
    order = make.order(paid=True, quantity=5)
    wish = Wish({1: 3})
    seen = credits.quote(order, wish, []).paid.amount
    refused: list[str] = []

    def ask(number: int) -> None:
        with app.app_context():
            try:
                credits.give_as_staff(
                    order,
                    wish,
                    reason="Came damaged",
                    actor="staff:cleo",
                    key=f"click{number}",
                    restock=(),
                    version=0,
                    amount=seen,
                )
            except Conflict as error:
                refused.append(error.message)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(refused) == 3
    assert all("meanwhile" in each for each in refused)
    assert len(credits.of_order(order.id)) == len(payments.refunds_of(order.id)) == 1


def test_note_counts_what_was_given_before(app: Flask) -> None:
    order = make.order(paid=True, price=10_00)
    give(order, Wish(free=300))

    amount = give(order, Wish({1: 1}, delivery=order.delivery), key="rest", version=1)

    assert amount == order.total - 300
    assert credits.of_order(order.id)[1].adjustment_money.decimal == Decimal("-3.00")


@pytest.mark.usefixtures("captures_on_shipping")
def test_what_a_card_let_go_without_a_credit_is_named(app: Flask) -> None:
    order = make.settled(make.place(make.buyer(make.variant())))

    payments.ask_refunds(order.id, 400, reason="Automatic", actor="shop", key="auto")

    assert faults()["orders.credits"] == [order.number]


def test_what_a_gift_card_paid_goes_back_on_it_while_one_that_was_bought_beside_stays(app: Flask) -> None:
    """Else somebody else's gift card would become money, and a new gift card, by way of a print that is cancelled."""
    gift, who = make.gift_card(10_000), make.buyer(make.gift_product(2500).variants[0])
    cart.add(who, make.variant().id, 1)
    checkout.save_delivery(who, checkout.quote(who).options[0].code)
    checkout.enter_gift_card(who, gift_cards.code_of(gift.id), address="203.0.113.7")
    order = make.settled(make.place(who))
    work()
    by_card = next(each for each in payments.of_order(order.id) if not each.gift_card_id)
    assert (by_card.captured, make.left_on(gift)) == (2500, 10_000 - 3390)

    for position, key in ((2, "print"), (1, "gift card")):
        back = cancellations.quote(order, {position: 1}).paid.amount
        cancellations.cancel(order.id, {position: 1}, amount=back, reason="x", actor="customer", key=key)
        work()

        assert make.left_on(gift) == 10_000
        assert payments.get_for_job(by_card.id).refunded == (2500 if position == 1 else 0)
