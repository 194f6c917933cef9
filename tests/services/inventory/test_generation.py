"""What makes pages old: exactly the changes of stock that customers are shown, whoever makes them."""

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from itertools import pairwise, product

from sqlalchemy import update

from app import clock, db
from app.errors import Conflict
from app.services import inventory
from app.services.inventory.models import StockLevel

VARIANT = "a" * 20


def reserve(order: str, quantity: int = 1) -> None:
    inventory.reserve(order, {VARIANT: quantity}, until=clock.now() + timedelta(minutes=30))


def stock(pieces: int) -> None:
    inventory.receive(VARIANT, pieces, reason="delivery", actor="test")


def rises(act) -> int:
    """Return by how much `act` raises the generation."""
    before = inventory.generation()
    act()
    return inventory.generation() - before


def test_generation_rises_exactly_when_what_is_shown_changes(app):
    stock(1)
    days = (None, date(2031, 5, 1), date(2031, 6, 1))
    possible = [
        {"on_hand": on_hand, "reserved": reserved, "backorder": backorder, "expected_on": day}
        for on_hand, reserved, backorder, day in product(range(-2, 7), range(7), range(6), days)
        if on_hand + backorder >= max(0, reserved)
    ]
    path = random.Random(29).sample(possible, 400)
    shown = [inventory.Level(VARIANT, version=1, **each) for each in path]
    change(path[0])

    rose = [rises(lambda to=to: change(to)) for to in path[1:]]

    assert rose == [(a.shown, a.due) != (b.shown, b.due) for a, b in pairwise(shown)]
    assert 0 < sum(rose) < len(rose)


def change(to) -> None:
    with db.orders.transaction() as session:
        session.execute(update(StockLevel).where(StockLevel.variant_id == VARIANT).values(to))


def test_purchase_of_one_of_many_is_not_shown(app):
    stock(50)

    assert rises(lambda: reserve("order-1")) == 0
    assert rises(lambda: inventory.sell("order-1")) == 0


def test_purchase_that_leaves_few_is_shown_once(app):
    stock(4)

    assert rises(lambda: reserve("order-1")) == 1
    assert rises(lambda: inventory.sell("order-1")) == 0


def test_last_one_and_its_return_are_shown(app):
    stock(1)

    assert rises(lambda: reserve("order-1")) == 1
    assert rises(lambda: inventory.release("order-1")) == 1


def test_day_on_which_more_come_is_shown_when_none_lies_there(app):
    stock(1)

    def allow(day: date) -> int:
        version = inventory.level_as_staff(VARIANT).version
        return rises(
            lambda: inventory.allow_backorder(VARIANT, 9, expected_on=day, low_at=3, version=version, actor="test")
        )

    assert allow(date(2031, 5, 1)) == 1
    assert allow(date(2031, 6, 1)) == 0
    assert rises(lambda: reserve("order-1")) == 1
    assert allow(date(2031, 7, 1)) == 1


def test_limit_that_only_staff_see_is_not_shown(app):
    stock(9)
    level = inventory.level_as_staff(VARIANT)

    def warn_earlier() -> None:
        inventory.allow_backorder(VARIANT, 0, expected_on=None, low_at=20, version=level.version, actor="test")

    assert rises(warn_earlier) == 0


def test_thirty_at_once_who_take_twenty_are_told_of_the_last_four_turns(app):
    stock(20)

    def take(number: int) -> None:
        with app.app_context():
            try:
                reserve(f"order-{number}")
            except Conflict:
                return

    def take_all() -> None:
        with ThreadPoolExecutor(10) as pool:
            list(pool.map(take, range(30)))

    assert rises(take_all) == 4  # three, two, one, none


def test_change_that_is_rolled_back_leaves_no_trace(app):
    stock(2)

    def fail() -> None:
        try:
            with db.orders.transaction():
                reserve("order-1")
                raise LookupError
        except LookupError:
            return

    assert rises(fail) == 0
