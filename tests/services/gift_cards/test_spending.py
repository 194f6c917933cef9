"""Gift cards at the checkout: never spent twice, and nothing of them is ever lost."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from flask import Flask

from app import db
from app.errors import Conflict
from app.money import Money
from app.services import cart, checkout, gift_cards, inventory, orders, payments
from tests import make
from tests.companies import Companies
from tests.turns import at_once, refusals
from tests.working import work


def state(order: orders.Order) -> tuple[str, str]:
    """The order's state and its pay state."""
    return orders.get_for_job(order.id).state, payments.state_of(payments.of_order(order.id))


def test_part_is_paid_with_the_card_and_the_rest_at_stripe(app: Flask, companies: Companies) -> None:
    gift = make.gift_card(2000)
    buyer = make.pays_with(gift)

    placed = make.place(buyer)

    assert make.left_on(gift) == 0
    assert state(placed.order) == ("placed", "pending")
    (session,) = companies.ledger()["sessions"]
    assert session["amount_total"] == placed.order.total - 2000
    make.pay(placed)
    assert placed.payment is not None
    checkout.settle(placed.payment.id)
    assert state(placed.order) == ("confirmed", "paid")
    assert sum(payment.captured for payment in payments.of_order(placed.order.id)) == placed.order.total


def test_all_paid_with_the_card_needs_no_payment(app: Flask, companies: Companies) -> None:
    gift = make.gift_card(90_000)
    buyer = make.pays_with(gift)

    placed = make.place(buyer)

    assert placed.payment is None
    assert state(placed.order) == ("confirmed", "paid")
    assert make.left_on(gift) == 90_000 - placed.order.total
    assert companies.ledger()["sessions"] == []
    assert checkout.quote(buyer).tenders == ()


def test_two_cards_are_used_one_after_the_other(app: Flask) -> None:
    first, second = make.gift_card(1000), make.gift_card(90_000)

    placed = make.place(make.pays_with(second, first))

    assert make.left_on(first) == 0
    assert make.left_on(second) == 90_000 - (placed.order.total - 1000)


def test_the_same_card_twice_is_once(app: Flask) -> None:
    gift = make.gift_card(500)
    buyer = make.pays_with(gift, gift)

    assert [tender.amount.amount for tender in checkout.quote(buyer).tenders] == [500]


def test_a_card_that_two_orders_spend_at_once_is_spent_once(app: Flask) -> None:
    gift = make.gift_card(90_000)
    buyers = [make.pays_with(gift) for _ in range(4)]
    total = checkout.quote(buyers[0]).totals.total.amount
    with db.orders.transaction() as session:  # just enough for one
        gift_cards.spend(gift.id, Money(90_000 - total, "EUR"), reference="elsewhere")
        session.flush()
    offers = [checkout.quote(buyer) for buyer in buyers]

    def order(number: int) -> str:
        with app.app_context():
            try:
                checkout.place(
                    buyers[number], revision=offers[number].cart.revision, total_shown=total, due_shown=0,
                    terms_version=offers[number].terms_version, method="hosted",
                )  # fmt: skip
            except Conflict:
                return "refused"
            return "placed"

    with ThreadPoolExecutor(4) as pool:
        said = sorted(pool.map(order, range(4)))

    assert said == ["placed", "refused", "refused", "refused"]
    assert make.left_on(gift) == 0


def test_a_refused_order_leaves_the_card_as_it_was(app: Flask) -> None:
    gift = make.gift_card(1000)
    variant = make.variant(stock=1)
    ada, ben = make.buyer(variant), make.buyer(variant)
    checkout.enter_gift_card(ben, gift_cards.code_of(gift.id), address="203.0.113.7")
    offer = checkout.quote(ben)
    make.place(ada)

    with pytest.raises(Conflict):
        make.place(ben, revision=offer.cart.revision, total_shown=offer.totals.total.amount)

    assert make.left_on(gift) == 1000


def test_the_shopper_is_asked_again_when_less_is_on_the_card_than_was_shown(app: Flask) -> None:
    gift = make.gift_card(1000)
    buyer = make.pays_with(gift)
    offer = checkout.quote(buyer)
    make.place(make.pays_with(gift))

    with pytest.raises(Conflict, match="gift card has changed"):
        checkout.place(
            buyer, revision=offer.cart.revision, total_shown=offer.totals.total.amount, due_shown=offer.due.amount,
            terms_version=offer.terms_version, method="hosted",
        )  # fmt: skip


def test_the_card_has_its_money_back_once_when_the_order_expires(app: Flask) -> None:
    gift = make.gift_card(1500)
    placed = make.place(make.pays_with(gift))
    make.pay(placed, card="4000000000000002")
    assert placed.payment is not None
    checkout.settle(placed.payment.id)
    assert make.left_on(gift) == 0

    make.expire(placed.order.id)
    make.expire(placed.order.id)

    assert make.left_on(gift) == 1500
    assert state(placed.order) == ("cancelled", "cancelled")


def test_a_changed_cart_uses_the_card_anew(app: Flask) -> None:
    gift = make.gift_card(1500)
    buyer = make.pays_with(gift)
    first = make.place(buyer)
    cart.add(buyer, buyer.variant_id, 1)

    second = make.place(buyer)

    assert orders.get_for_job(first.order.id).state == "cancelled"
    assert make.left_on(gift) == 0
    assert payments.held_on_cards(second.order.id) == {gift.id: 1500}


def test_taking_the_card_off_gives_its_money_back_with_the_next_order(app: Flask) -> None:
    gift = make.gift_card(1500)
    buyer = make.pays_with(gift)
    make.place(buyer)

    checkout.take_gift_card_off(buyer, gift.id)
    make.place(buyer)

    assert make.left_on(gift) == 1500


def test_late_money_takes_from_the_card_again(app: Flask) -> None:
    gift = make.gift_card(1500)
    placed = make.place(make.pays_with(gift))
    assert placed.payment is not None
    truth = payments.Truth("paid", placed.payment.amount_money, "pi_late")
    make.expire(placed.order.id)
    assert make.left_on(gift) == 1500

    from app.services.checkout.settle import apply

    apply(placed.payment.id, truth)

    assert state(placed.order) == ("confirmed", "paid")
    assert make.left_on(gift) == 0


def test_late_money_goes_back_when_the_card_is_spent(app: Flask) -> None:
    gift = make.gift_card(1500)
    placed = make.place(make.pays_with(gift))
    assert placed.payment is not None
    truth = payments.Truth("paid", placed.payment.amount_money, "pi_late")
    make.expire(placed.order.id)
    make.place(make.pays_with(gift))

    from app.services.checkout.settle import apply

    apply(placed.payment.id, truth)

    assert state(placed.order) == ("cancelled", "refunded")
    variant = placed.order.lines[0].variant_id
    assert inventory.levels([variant])[variant].reserved == 0
    assert make.left_on(gift) == 0


def test_money_for_a_card_that_was_voided_is_left_to_staff(app: Flask) -> None:
    gift = make.gift_card(90_000)
    order = make.place(make.pays_with(gift)).order
    gift_cards.void(gift.id, balance=make.left_on(gift), reason="Lost", actor="staff:cleo")

    (refund,) = payments.ask_refunds(order.id, 500, reason="Sorry", actor="staff:cleo", key="one")
    work("payments.refund")
    work("checkout.tell_refund_failed")

    assert payments.get_refund(refund.id).state == "failed"
    assert make.left_on(gift) == 0
    assert sum(payment.refunded for payment in payments.of_order(order.id)) == 0
    assert "refund_failed" in [event.kind for event in orders.timeline(order.id)]


def test_what_an_unpaid_order_holds_of_a_void_card_is_void_when_it_comes_back(app: Flask) -> None:
    gift = make.gift_card(1500)
    placed = make.place(make.pays_with(gift))
    held = gift_cards.find(gift.id)
    assert held is not None
    assert payments.held_of_card(held).amount == 1500
    gift_cards.void(gift.id, balance=0, reason="Stolen", actor="staff:cleo")

    make.expire(placed.order.id)
    make.expire(placed.order.id)

    assert make.left_on(gift) == 0
    assert [entry.kind for entry in gift_cards.entries_of(gift.id)] == ["issued", "spent", "released", "voided"]
    assert state(placed.order) == ("cancelled", "cancelled")


def test_an_order_keeps_what_it_holds_of_a_card_that_is_voided_meanwhile(app: Flask) -> None:
    gift = make.gift_card(1500)
    placed = make.place(make.pays_with(gift))
    gift_cards.void(gift.id, balance=0, reason="Stolen", actor="staff:cleo")
    make.pay(placed)
    assert placed.payment is not None

    checkout.settle(placed.payment.id)

    assert state(placed.order) == ("confirmed", "paid")
    assert make.left_on(gift) == 0


def test_a_card_that_is_voided_while_an_order_ends_is_void_or_whole(app: Flask) -> None:
    for seed in range(4):
        gift = make.gift_card(1500)
        order_id = make.place(make.pays_with(gift)).order.id

        outcomes = at_once(
            app, seed,
            partial(gift_cards.void, gift.id, balance=0, reason="Stolen", actor="staff:cleo"),
            partial(make.expire, order_id),
        )  # fmt: skip

        found = gift_cards.find(gift.id)
        assert found is not None
        assert orders.get_for_job(order_id).state == "cancelled"
        is_refused = bool(refusals(outcomes))
        assert (make.left_on(gift), found.voided_at is None) == ((1500, True) if is_refused else (0, False))


@pytest.mark.parametrize("seed", range(4))
def test_a_card_that_is_spent_while_it_is_voided_loses_its_money_once(app: Flask, seed: int) -> None:
    gift = make.gift_card(2000)

    def spend() -> None:
        with db.orders.transaction():
            gift_cards.spend(gift.id, Money(500, "EUR"), reference="payment-1")

    outcomes = at_once(
        app, seed, spend, partial(gift_cards.void, gift.id, balance=2000, reason="Lost", actor="staff:cleo")
    )

    assert len(refusals(outcomes)) == 1
    assert make.left_on(gift) in {0, 1500}
