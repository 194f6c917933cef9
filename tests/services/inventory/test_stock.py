"""Stock: nothing is sold twice, every change counts once, and the movements explain what is on hand."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import text

from app import clock, db
from app.errors import Conflict, Invalid
from app.services import inventory
from tests.turns import at_once, refusals

VARIANT, OTHER = "a" * 20, "b" * 20


def reserve(order: str, **quantities: int) -> None:
    inventory.reserve(order, quantities, until=clock.now() + timedelta(minutes=30))


def level(variant: str = VARIANT) -> tuple[int, int]:
    found = inventory.levels([variant])[variant]
    return found.on_hand, found.reserved


@pytest.fixture(autouse=True)
def shelf(app: Flask) -> None:
    """Five of one variant, one of the other."""
    inventory.receive(VARIANT, 5, reason="delivery", actor="test")
    inventory.receive(OTHER, 1, reason="delivery", actor="test")


def test_every_verb_moves_what_it_says_and_the_movements_explain_it() -> None:
    reserve("order-1", **{VARIANT: 2})
    held = level()
    inventory.sell("order-1")
    inventory.restock(VARIANT, 1, reason="came back", actor="test", reference="return-1")
    found = inventory.level_as_staff(VARIANT)
    inventory.adjust(VARIANT, 9, version=found.version, reason="counted", actor="test")

    assert held == (5, 2)
    assert level() == (9, 0)
    moved = [(movement.kind, movement.change) for movement in inventory.movements(VARIANT)]
    assert moved == [("adjust", 5), ("restock", 1), ("sell", -2), ("receive", 5)]
    assert sum(change for _, change in moved) == 9


@pytest.mark.parametrize("end", [inventory.sell, inventory.release])
def test_ending_a_reservation_twice_is_once(end: Callable[[str], None]) -> None:
    reserve("order-1", **{VARIANT: 2})

    end("order-1")
    after = level()
    end("order-1")

    assert level() == after
    assert after[1] == 0


def test_same_reference_counts_once() -> None:
    for _ in range(3):
        inventory.restock(VARIANT, 1, reason="came back", actor="test", reference="return-1")

    assert level() == (6, 0)


def test_order_that_cannot_be_filled_holds_nothing() -> None:
    with pytest.raises(inventory.SoldOut) as refused:
        reserve("order-1", **{VARIANT: 2, OTHER: 2})

    assert (refused.value.variant, refused.value.left) == (OTHER, 1)
    assert level() == (5, 0)


def test_stale_count_is_refused() -> None:
    seen = inventory.level_as_staff(VARIANT)
    inventory.receive(VARIANT, 1, reason="delivery", actor="test")

    with pytest.raises(Conflict, match="6 are on hand"):
        inventory.adjust(VARIANT, 5, version=seen.version, reason="counted", actor="test")


def test_fewer_than_promised_cannot_be_counted() -> None:
    reserve("order-1", **{VARIANT: 3})
    seen = inventory.level_as_staff(VARIANT)

    with pytest.raises(Conflict, match="3 are promised"):
        inventory.adjust(VARIANT, 2, version=seen.version, reason="counted", actor="test")


@pytest.mark.parametrize("quantity", [0, -1])
def test_delivery_of_nothing_is_refused(quantity: int) -> None:
    with pytest.raises(Invalid):
        inventory.receive(VARIANT, quantity, reason="delivery", actor="test")


@pytest.mark.parametrize("seed", range(4, 9))
def test_orders_and_what_is_sold_from_a_number_on_wait_in_no_circle(app: Flask, seed: int) -> None:
    def sell_from() -> None:
        with db.orders.transaction():
            inventory.sell_from({OTHER: 2, VARIANT: 3})

    at_once(app, seed, partial(reserve, "order-1", **{VARIANT: 1, OTHER: 1}), sell_from)

    assert [level(), level(OTHER)] == [(5, 1), (1, 1)]
    with db.orders.reading() as session:
        assert session.execute(text("SELECT sold_from FROM stock_levels ORDER BY variant_id")).all() == [(3,), (2,)]


def test_twenty_at_once_take_five_and_never_six(app: Flask) -> None:
    def take(number: int) -> bool:
        with app.app_context():
            try:
                reserve(f"order-{number}", **{VARIANT: 1})
            except inventory.SoldOut:
                return False
            return True

    with ThreadPoolExecutor(10) as pool:
        taken = list(pool.map(take, range(20)))

    assert sum(taken) == 5
    assert level() == (5, 5)


@pytest.mark.parametrize("seed", range(4))
def test_of_two_who_count_at_once_one_is_told_of_the_other(app: Flask, seed: int) -> None:
    inventory.receive(VARIANT, 5, reason="delivery", actor="test")
    count = partial(inventory.adjust, VARIANT, version=inventory.level_as_staff(VARIANT).version, reason="Counted")

    outcomes = at_once(app, seed, partial(count, 7, actor="staff:cleo"), partial(count, 4, actor="staff:ben"))

    assert len(refusals(outcomes)) == 1
    assert inventory.level_as_staff(VARIANT).on_hand in {7, 4}
