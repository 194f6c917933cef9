"""The attacks of Warszawski and Bailis, "ACIDRain: Concurrency-Related Attacks on Database-Backed Web Applications"
(SIGMOD 2017), statement by statement, under the isolation level that ships: stock, cart, and money given back.
"""

from datetime import timedelta
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import text

from app import clock, db
from app.errors import Conflict
from app.services import cart, checkout, credits, health, inventory, orders, payments
from app.services.checkout import Placed
from app.services.checkout.settle import apply
from app.services.payments import Truth
from tests import make
from tests.turns import at_once, refusals

SEEDS = range(8)


@pytest.fixture(autouse=True)
def books(app: Flask):
    """Afterwards the books agree, whatever was tried."""
    yield
    names = ("stock.", "orders.", "payments.", "promotions.", "gift_cards.")
    faults = [
        f"{each.check.name}: {fault.subject} {fault.says}"
        for name in names
        for each in health.examine(only=name)
        for fault in each.faults
    ]  # fmt: skip
    assert faults == []


def test_the_isolation_level_is_the_one_that_ships(app: Flask) -> None:
    with db.orders.transaction() as session:
        assert session.execute(text("SHOW transaction_isolation")).scalar() == "read committed"


def test_stock_attack_the_last_piece_is_sold_once(app: Flask) -> None:
    for seed in SEEDS:
        last = make.variant(stock=1)
        buyers = [make.buyer(last, email=f"buyer{number}@example.org") for number in range(3)]

        outcomes = at_once(app, seed, *(partial(make.place, who) for who in buyers))

        assert len(refusals(outcomes)) == 2
        assert all(isinstance(refusal, Conflict) for refusal in refusals(outcomes))
        assert inventory.levels([last.id])[last.id].reserved == 1


def test_stock_attack_two_carts_with_the_same_things_never_lock_each_other_out(app: Flask) -> None:
    for seed in SEEDS:
        one, two = make.variant(stock=1), make.variant(stock=1)
        first, second = make.buyer(one), make.buyer(two, email="ben@example.org")
        cart.add(first, two.id, 1)
        cart.add(second, one.id, 1)

        outcomes = at_once(app, seed, partial(make.place, first), partial(make.place, second))

        assert len(refusals(outcomes)) == 1
        assert {level.reserved for level in inventory.levels([one.id, two.id]).values()} == {1}


def test_stock_attack_a_count_never_takes_away_what_is_promised(app: Flask) -> None:
    for seed in SEEDS:
        last = make.variant(stock=1)
        who, level = make.buyer(last), inventory.level_as_staff(last.id)

        counted, placed = at_once(
            app, seed,
            partial(inventory.adjust, last.id, 0, version=level.version, reason="broken", actor="staff:cleo"),
            partial(make.place, who),
        )  # fmt: skip

        assert isinstance(counted, Conflict) is isinstance(placed, Placed)


def test_cart_attack_what_is_added_during_the_checkout_is_not_had_for_the_old_total(app: Flask) -> None:
    for seed in SEEDS:
        who, dear = make.buyer(make.variant(price=500)), make.variant("Dear", price=90000)

        placed, added = at_once(app, seed, partial(make.place, who), partial(cart.add, who, dear.id, 1))

        assert refusals([added]) == []
        if isinstance(placed, Placed):
            order = orders.get_for_job(placed.order.id)
            assert sum(line.unit_price * line.quantity for line in order.lines) == order.subtotal
            [payment] = payments.of_order(order.id)
            assert payment.amount == order.total
            lines = {line.variant_id: line.quantity for line in order.lines}
            assert inventory.held(order.id) == lines
        else:
            assert isinstance(placed, Conflict)
        assert dear.id in {line.variant_id for line in cart.of(who).lines}


def test_cart_attack_one_cart_makes_one_order(app: Flask) -> None:
    for seed in SEEDS:
        who = make.buyer(make.variant(stock=5))

        outcomes = at_once(app, seed, *[partial(make.place, who)] * 3)

        assert refusals(outcomes) == []
        assert len({outcome.order.id for outcome in outcomes if isinstance(outcome, Placed)}) == 1


def test_voucher_attack_a_coupon_of_one_use_is_used_once(app: Flask) -> None:
    for seed in SEEDS:
        code = f"ONCE{seed}"
        make.promotion(code=code, total_limit=1)
        buyers = [make.buyer(make.variant(), email=f"buyer{number}@example.org") for number in range(3)]
        for who in buyers:
            checkout.enter_coupon(who, code)

        outcomes = at_once(app, seed, *(partial(make.place, who) for who in buyers))

        reduced = [outcome for outcome in outcomes if isinstance(outcome, Placed) and outcome.order.discount]
        assert len(reduced) == 1
        assert all(isinstance(refusal, Conflict) for refusal in refusals(outcomes))


def test_voucher_attack_a_customer_has_a_coupon_once_with_two_carts(app: Flask) -> None:
    for seed in SEEDS:
        code = f"MINE{seed}"
        make.promotion(code=code, customer_limit=1)
        buyers = [make.buyer(make.variant()) for _ in range(2)]
        for who in buyers:
            checkout.enter_coupon(who, code)

        outcomes = at_once(app, seed, *(partial(make.place, who) for who in buyers))

        reduced = [outcome for outcome in outcomes if isinstance(outcome, Placed) and outcome.order.discount]
        assert len(reduced) == 1


def test_voucher_attack_a_gift_card_is_not_spent_twice(app: Flask) -> None:
    for seed in SEEDS:
        gift = make.gift_card(2000)
        buyers = [make.pays_with(gift) for _ in range(3)]

        outcomes = at_once(app, seed, *(partial(make.place, who) for who in buyers))

        placed = [outcome for outcome in outcomes if isinstance(outcome, Placed)]
        assert len(placed) == 1
        assert make.left_on(gift) == 0


def test_money_is_not_given_back_twice(app: Flask) -> None:
    for seed in SEEDS:
        order = make.order(paid=True, price=1000)
        most = order.total * 6 // 10

        refund = partial(
            credits.give_as_staff, order, credits.Wish(free=most), reason="broken", actor="staff:cleo", restock=(),
            version=0, amount=most,
        )  # fmt: skip

        outcomes = at_once(app, seed, partial(refund, key=f"cleo:{order.id}"), partial(refund, key=f"dora:{order.id}"))

        assert len(refusals(outcomes)) == 1
        assert sum(payment.refunded for payment in payments.of_order(order.id)) == most


def test_paid_and_ended_at_once_is_one_of_the_two(app: Flask) -> None:
    for seed in SEEDS:
        placed = make.place(make.buyer(make.variant(stock=1)))
        make.pay(placed)
        assert placed.payment is not None
        payment_id, order_id = placed.payment.id, placed.order.id

        with clock.at(clock.now() + timedelta(minutes=36)):
            settle, end = partial(checkout.settle, payment_id), partial(checkout.expire, order_id)
            at_once(app, seed, settle, end, settle)
            checkout.settle(payment_id)

        assert orders.get_for_job(order_id).state == "confirmed"
        assert [event.kind for event in orders.timeline(order_id)].count("confirmed") == 1


def test_late_money_and_a_new_order_of_the_same_cart_are_not_both_taken(app: Flask) -> None:
    for seed in SEEDS:
        make.promotion(code=f"LATE{seed}", total_limit=1)
        who = make.buyer(make.variant(stock=2))
        checkout.enter_coupon(who, f"LATE{seed}")
        late = make.place(who)
        assert late.payment is not None
        make.expire(late.order.id)
        came = Truth("paid", late.payment.amount_money, f"pi_late_{seed}")

        outcomes = at_once(app, seed, partial(apply, late.payment.id, came), partial(make.place, who))

        again = [outcome for outcome in outcomes if isinstance(outcome, Placed)]
        is_taken = orders.get_for_job(late.order.id).state == "confirmed"
        assert is_taken is not bool(again)
        assert is_taken or payments.refunds_of(late.order.id)
