"""What pages show of the stock, and what makes them old: exactly the changes of that, whoever makes them."""

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from itertools import pairwise, product

from sqlalchemy import update

from app import clock, db
from app.errors import Conflict
from app.services import inventory
from app.services.inventory.models import StockLevel

VARIANT, OTHER, NONE = "a" * 20, "b" * 20, "c" * 20


def reserve(order: str, quantity: int = 1) -> None:
    inventory.reserve(order, {VARIANT: quantity}, until=clock.now() + timedelta(minutes=30))


def stock(pieces: int) -> None:
    inventory.receive(VARIANT, pieces, reason="delivery", actor="test")


def rises(act) -> int:
    """Return by how much `act` raises the generation."""
    before = int(inventory.generation())
    act()
    return int(inventory.generation()) - before


def test_generation_rises_exactly_when_what_is_shown_changes(app):
    stock(1)
    days = (None, date(2031, 5, 1), date(2031, 6, 1))
    possible = [
        {"on_hand": on_hand, "reserved": reserved, "backorder": backorder, "expected_on": day, "sold_from": least}
        for on_hand, reserved, backorder, day, least in product(range(-2, 7), range(7), range(6), days, (1, 2, 6))
        if on_hand + backorder >= max(0, reserved)
    ]
    path = random.Random(29).sample(possible, 400)

    seen = []
    for to in path:
        rose = rises(lambda to=to: change(to))
        seen.append((rose, inventory.shown([VARIANT])[VARIANT]))

    assert [shown for _, shown in seen] == [shown_of(**each) for each in path]
    assert [rose for rose, _ in seen[1:]] == [before != after for (_, before), (_, after) in pairwise(seen)]
    assert 0 < sum(rose for rose, _ in seen) < len(seen)


def shown_of(*, sold_from, **level) -> tuple[int, date | None]:
    level = inventory.Level(VARIANT, version=1, **level)
    return (min(level.available, 4), level.due) if level.available >= sold_from else (0, None)


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


def test_shown_asks_once_for_each_variant_of_a_generation(app, count_queries):
    stock(2)
    at = inventory.generation()

    with count_queries() as counted:
        first = inventory.shown([VARIANT, NONE], at=at)
        again = inventory.shown([NONE, VARIANT], at=at)
        more = inventory.shown([OTHER, VARIANT], at=at)

    assert first == again == {VARIANT: (2, None), NONE: (0, None)}
    assert more == {OTHER: (0, None), VARIANT: (2, None)}
    assert counted.sql == 2


def test_shown_asks_anew_when_the_stock_has_changed(app):
    stock(2)
    inventory.shown([VARIANT], at=inventory.generation())

    reserve("order-1")

    assert inventory.shown([VARIANT], at=inventory.generation()) == {VARIANT: (1, None)}


def test_shown_of_nothing_asks_nothing(app, count_queries):
    with count_queries() as counted:
        assert inventory.shown([]) == {}

    assert counted.sql == 0
