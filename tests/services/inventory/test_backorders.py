"""Backorders: only where allowed, only so many, and the oldest buyer gets what comes first."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import text

from app import clock, db
from app.errors import Conflict, Invalid
from app.services import inventory

VARIANT = "a" * 20
EXPECTED = date(2030, 12, 3)


def allow(pieces: int, expected_on: date | None = EXPECTED, version: int | None = None) -> inventory.Level:
    seen = inventory.level_as_staff(VARIANT).version if version is None else version
    return inventory.allow_backorder(
        VARIANT, pieces, expected_on=expected_on, low_at=3, version=seen, actor="staff:cleo"
    )


def buy(order: str, quantity: int) -> None:
    inventory.reserve(order, {VARIANT: quantity}, until=clock.now() + timedelta(minutes=30))
    inventory.sell(order)


def receive(quantity: int) -> None:
    inventory.receive(VARIANT, quantity, reason="delivery", actor="test")


def waiting_jobs() -> list[str]:
    with db.orders.reading() as session:
        rows = session.execute(text("SELECT args FROM outbox WHERE name = 'fulfilment.start' ORDER BY id"))
        return [row.args[0] for row in rows]


@pytest.fixture(autouse=True)
def shelf(app: Flask) -> None:
    """Two on the shelf, three more on backorder."""
    receive(2)
    allow(3)


def test_sold_beyond_the_shelf_up_to_the_limit_and_not_one_more() -> None:
    buy("order-1", 4)
    with pytest.raises(inventory.SoldOut) as refused:
        buy("order-2", 2)
    buy("order-3", 1)

    level = inventory.level_as_staff(VARIANT)
    assert refused.value.left == 1
    assert (level.on_hand, level.shelf, level.owed, level.available) == (-3, 0, 3, 0)
    assert (inventory.owed("order-1"), inventory.owed("order-3")) == ({VARIANT: 2}, {VARIANT: 1})
    assert sum(movement.change for movement in inventory.movements(VARIANT)) == -3


def test_goods_that_come_go_to_the_oldest_order_and_have_it_sent() -> None:
    buy("order-1", 4)
    buy("order-2", 1)

    receive(2)
    first = (inventory.owed("order-1"), waiting_jobs())
    receive(5)

    assert first == ({}, ["order-1"])
    assert (inventory.owed("order-2"), waiting_jobs()) == ({}, ["order-1", "order-2"])
    assert inventory.level_as_staff(VARIANT).on_hand == 4


def test_cancelled_order_is_owed_nothing_and_gives_nothing_to_others() -> None:
    buy("order-1", 3)
    buy("order-2", 2)

    inventory.restock(VARIANT, 2, reason="cancelled", actor="test", reference="c", order_id="order-2")

    assert (inventory.owed("order-1"), inventory.owed("order-2")) == ({VARIANT: 1}, {})
    assert inventory.level_as_staff(VARIANT).on_hand == -1
    assert waiting_jobs() == ["order-2"], "what is left of it, if anything, waits for nothing any more"


def test_count_of_the_shelf_leaves_what_is_owed() -> None:
    buy("order-1", 4)
    level = inventory.level_as_staff(VARIANT)

    counted = inventory.adjust(VARIANT, 0, version=level.version, reason="counted", actor="test")

    assert (counted.on_hand, inventory.owed("order-1")) == (-2, {VARIANT: 2})


@pytest.mark.parametrize(("pieces", "expected_on", "wrong"), [(-1, EXPECTED, "backorder"), (2, None, "expected_on")])
def test_allow_refuses_what_customers_could_not_be_told(pieces: int, expected_on: date | None, wrong: str) -> None:
    with pytest.raises(Invalid) as refused:
        allow(pieces, expected_on)

    assert list(refused.value.fields) == [wrong]
    assert inventory.level_as_staff(VARIANT).backorder == 3


def test_allow_refuses_fewer_than_are_sold_so_and_a_stale_edit() -> None:
    buy("order-1", 4)
    for act, said in [(lambda: allow(1), "2 are sold on backorder"), (lambda: allow(9, version=1), "Somebody changed")]:
        refused: Callable[[], object] = act
        with pytest.raises(Conflict, match=said):
            refused()

    assert allow(0 + 2).backorder == 2


def test_many_buyers_at_once_never_pass_the_limit(app: Flask) -> None:
    def one(number: int) -> bool:
        with app.app_context():
            try:
                buy(f"order-{number}", 1)
            except inventory.SoldOut:
                return False
            return True

    with ThreadPoolExecutor(16) as pool:
        sold = sum(pool.map(one, range(40)))

    level = inventory.level_as_staff(VARIANT)
    assert (sold, level.on_hand, level.reserved) == (5, -3, 0)


def test_what_is_owed_always_adds_up_to_what_is_missing() -> None:
    chance = random.Random(7)
    for number in range(60):
        act = chance.choice(["buy", "buy", "receive", "restock"])
        with suppress(Conflict):
            if act == "buy":
                buy(f"order-{number}", chance.randint(1, 3))
            elif act == "receive":
                receive(chance.randint(1, 3))
            else:
                back = f"order-{chance.randrange(number + 1)}"
                if pieces := inventory.owed(back).get(VARIANT):
                    inventory.restock(
                        VARIANT, pieces, reason="cancelled", actor="test", reference=f"c-{number}", order_id=back
                    )
        with db.orders.reading() as session:
            owed = session.scalar(text("SELECT sum(owed) FROM reservations WHERE state = 'sold'"))
        assert (owed or 0) == inventory.level_as_staff(VARIANT).owed, (number, act)


def test_day_that_has_passed_is_refused_and_today_is_not() -> None:
    version = inventory.level_as_staff(VARIANT).version
    midnight_in_berlin = datetime(2030, 12, 2, 23, tzinfo=UTC)

    with clock.at(midnight_in_berlin):
        with pytest.raises(Invalid, match="That day has passed") as refusal:
            allow(4, EXPECTED - timedelta(days=1))
        allow(4, EXPECTED, version)

    assert "from today on" in refusal.value.fields["expected_on"]
    assert inventory.level_as_staff(VARIANT).backorder == 4
    assert allow(0, EXPECTED - timedelta(days=9999)).backorder == 0


def test_what_is_only_expected_cannot_be_sent_back_to_a_customer(app: Flask) -> None:
    with pytest.raises(Conflict, match="promised"):
        inventory.take_off(VARIANT, 3, reason="sent back", actor="staff:cleo", reference="return:1")

    assert inventory.level_as_staff(VARIANT).on_hand == 2
