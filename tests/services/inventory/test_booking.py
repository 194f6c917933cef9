"""Deliveries, stocktakes and corrections: all of a list, or nothing of it."""

from threading import Thread

import pytest
from flask import Flask

from app import db
from app.errors import Conflict, Invalid
from app.services import inventory
from app.services.inventory import Booking, Entry, NotBooked

ONE, TWO = "a" * 20, "b" * 20


def on_hand() -> list[int]:
    found = inventory.levels([ONE, TWO])
    return [found[ONE].on_hand, found[TWO].on_hand]


def book(kind: Booking, *entries: Entry, reference: str = "delivery-1") -> None:
    inventory.book(entries, kind, reference=reference, reason="Delivery note 7", actor="staff:cleo")


@pytest.fixture(autouse=True)
def shelf(app: Flask) -> None:
    """Five of one variant; the other was never there."""
    inventory.receive(ONE, 5, reason="opening stock", actor="test")


def test_received_is_added_once_however_often_it_is_sent() -> None:
    for _ in range(2):
        book(Booking.RECEIVED, Entry(TWO, 3, 0), Entry(ONE, 2, 2))

    assert on_hand() == [7, 3]


def test_counted_is_set() -> None:
    book(Booking.COUNTED, Entry(ONE, 1, inventory.level_as_staff(ONE).version), Entry(TWO, 4, 0))

    assert on_hand() == [1, 4]


def test_corrected_is_a_difference_once() -> None:
    for _ in range(2):
        book(Booking.CORRECTED, Entry(ONE, -2, 0), Entry(TWO, 1, 0))

    assert on_hand() == [3, 1]


def test_stale_count_books_nothing_at_all() -> None:
    seen = inventory.level_as_staff(ONE).version
    inventory.receive(ONE, 1, reason="delivery", actor="test")

    with pytest.raises(Conflict, match="Somebody changed this meanwhile"):
        book(Booking.COUNTED, Entry(TWO, 4, 0), Entry(ONE, 1, seen))

    assert on_hand() == [6, 0]


def test_correction_below_nothing_books_nothing_at_all() -> None:
    with pytest.raises(Conflict, match="too much to take"):
        book(Booking.CORRECTED, Entry(TWO, 4, 0), Entry(ONE, -6, 0))

    assert on_hand() == [5, 0]


@pytest.mark.parametrize(("kind", "quantity"), [(Booking.COUNTED, 1_000_001), (Booking.RECEIVED, 1_000_000)])
def test_more_than_can_be_there_books_nothing_and_says_of_which(kind: Booking, quantity: int) -> None:
    with pytest.raises(NotBooked, match="At most 1,000,000") as refusal:
        book(kind, Entry(TWO, 4, 0), Entry(ONE, quantity, inventory.level_as_staff(ONE).version))

    assert refusal.value.variant == ONE
    assert on_hand() == [5, 0]


def test_two_deliveries_at_once_do_not_come_to_more_than_can_be_there() -> None:
    refused: list[NotBooked] = []

    def deliver() -> None:
        try:
            book(Booking.RECEIVED, Entry(ONE, 600_000, 0), reference="delivery-2")
        except NotBooked as refusal:
            refused.append(refusal)

    late = Thread(target=deliver)
    with db.orders.transaction():
        book(Booking.RECEIVED, Entry(ONE, 600_000, 0))
        late.start()
        late.join(0.5)
    late.join()

    assert on_hand() == [600_005, 0]
    assert [each.variant for each in refused] == [ONE]


def test_much_that_is_sent_twice_counts_once_and_is_no_refusal() -> None:
    for _ in range(2):
        book(Booking.RECEIVED, Entry(TWO, 600_000, 0))

    assert on_hand() == [5, 600_000]


def test_same_thing_twice_in_one_list_is_refused() -> None:
    with pytest.raises(Invalid, match="listed twice"):
        book(Booking.RECEIVED, Entry(ONE, 1, 0), Entry(ONE, 1, 0))


def test_list_low_names_what_runs_out() -> None:
    inventory.receive(TWO, 3, reason="delivery", actor="test")

    assert [level.variant_id for level in inventory.list_low()] == [TWO]
    assert inventory.list_low(after=TWO) == []
