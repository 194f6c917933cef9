"""Counting the shelf: what is sold and waits for the carrier lies there too, and is not sold again."""

from datetime import date
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import text, update

from app import db
from app.errors import Conflict
from app.services import cancellations, catalog, checkout, fulfilment, health, inventory, orders
from app.services.fulfilment import ShipmentState
from app.services.fulfilment.models import Shipment
from app.services.inventory import Entry, NotBooked
from tests import make
from tests.turns import at_once, refusals
from tests.working import work

ARE_HERE = {ShipmentState.PENDING, ShipmentState.MAYBE_BOUGHT, ShipmentState.REFUSED, ShipmentState.LABEL_BOUGHT}


@pytest.fixture(autouse=True)
def books(app: Flask):
    """Afterwards the books of stock agree, whatever was counted."""
    yield
    assert [fault.says for each in health.examine(only="stock.") for fault in each.faults] == []


@pytest.fixture
def tide(app: Flask) -> catalog.Variant:
    """A print of which five lie here."""
    return make.variant(stock=5)


def order_of(variant: catalog.Variant, quantity: int = 2) -> orders.Order:
    return make.settled(make.place(make.buyer(variant, quantity=quantity)))


def put(order: orders.Order, state: str) -> None:
    """Have the order's parcel be in this state."""
    with db.orders.transaction() as session:
        session.execute(update(Shipment).where(Shipment.order_id == order.id).values(state=state))


def cancel(order: orders.Order, pieces: int) -> None:
    amount = cancellations.quote(order, {1: pieces}).paid.amount
    cancellations.cancel(order.id, {1: pieces}, amount=amount, reason="Lost", actor="staff:cleo", key=f"c{pieces}")


def unsent(variant: catalog.Variant) -> int:
    return fulfilment.unsent([variant.id])[variant.id]


def looked_at(variant: catalog.Variant, counted: int) -> Entry:
    """What was counted, entered on a page that shows how it is now."""
    return Entry(variant.id, counted, inventory.level_as_staff(variant.id).version, unsent(variant))


def count(*entries: Entry) -> None:
    fulfilment.count(entries, reason="stocktake", actor="staff:cleo")


def on_hand(*variants: catalog.Variant) -> list[int]:
    return [inventory.level_as_staff(variant.id).on_hand for variant in variants]


def test_sold_piece_is_unsent_until_the_carrier_has_it(tide: catalog.Variant) -> None:
    placed = make.place(make.buyer(tide, quantity=2))
    before = unsent(tide)
    order = make.settled(placed)
    without_parcel = unsent(tide)
    work()

    assert (before, without_parcel, unsent(tide)) == (0, 2, 2)
    for state in ShipmentState:
        put(order, state)
        assert unsent(tide) == (2 if state in ARE_HERE else 0), state


def test_cancelled_piece_is_not_unsent_with_or_without_a_parcel(tide: catalog.Variant) -> None:
    order = order_of(tide, 3)

    cancel(order, 1)
    without_parcel = unsent(tide)
    work()
    with_parcel = unsent(tide)
    cancel(order, 2)

    assert (without_parcel, with_parcel, unsent(tide)) == (2, 2, 0)
    assert on_hand(tide) == [5]


def test_owed_piece_is_unsent_when_it_has_come(app: Flask) -> None:
    scarce = make.variant(stock=1)
    inventory.allow_backorder(scarce.id, 5, expected_on=date(2030, 12, 3), low_at=0, version=2, actor="staff:cleo")
    order = order_of(scarce, 4)
    work()
    seen = [unsent(scarce)]

    cancel(order, 1)
    seen.append(unsent(scarce))
    inventory.receive(scarce.id, 2, reason="delivery", actor="staff:cleo")
    seen.append(unsent(scarce))
    work()

    assert [*seen, unsent(scarce)] == [1, 1, 3, 3]


@pytest.mark.parametrize("how", ["failed_at = now()", "leased_until = now() + interval '1 minute'"])
def test_piece_is_unsent_whatever_became_of_the_job_that_makes_its_parcel(tide: catalog.Variant, how: str) -> None:
    order_of(tide)

    with db.orders.transaction() as session:
        session.execute(text(f"UPDATE outbox SET {how} WHERE name = 'fulfilment.start'"))

    assert unsent(tide) == 2


def test_gift_card_is_never_unsent(tide: catalog.Variant) -> None:
    order = make.settled(make.gift_order(beside=tide))

    assert sorted(fulfilment.unsent(line.variant_id for line in order.lines).values()) == [0, 1]
    assert unsent(tide) == 1


def test_unsent_of_many_is_one_query(tide: catalog.Variant, count_queries) -> None:
    ebb = make.variant("Ebb")
    order_of(tide)

    with count_queries() as counted:
        found = fulfilment.unsent([tide.id, ebb.id, "never-sold"])

    assert found == {tide.id: 2, ebb.id: 0, "never-sold": 0}
    assert counted.sql == 1


def test_count_leaves_sold_pieces_sold(tide: catalog.Variant) -> None:
    ebb = make.variant("Ebb", stock=4)
    order_of(tide)
    work()

    count(looked_at(tide, 5), looked_at(ebb, 3))

    assert on_hand(tide, ebb) == [3, 3]
    assert [movement.change for movement in inventory.movements(tide.id)] == [0, -2, 5]


def test_count_of_what_has_left_is_the_shelf_alone(tide: catalog.Variant) -> None:
    order = order_of(tide)
    work()
    put(order, "in_transit")

    count(looked_at(tide, 4))

    assert on_hand(tide) == [4]


def test_count_gives_what_is_found_to_those_who_wait(app: Flask) -> None:
    scarce = make.variant(stock=1)
    inventory.allow_backorder(scarce.id, 5, expected_on=date(2030, 12, 3), low_at=0, version=2, actor="staff:cleo")
    order = order_of(scarce, 3)

    count(looked_at(scarce, 1))
    as_before = (on_hand(scarce), inventory.owed(order.id))
    count(looked_at(scarce, 4))

    assert as_before == ([-2], {scarce.id: 2})
    assert (on_hand(scarce), inventory.owed(order.id), unsent(scarce)) == ([1], {}, 3)


def test_fewer_than_are_sold_is_refused_with_a_way_out(tide: catalog.Variant) -> None:
    order = order_of(tide)

    with pytest.raises(NotBooked, match="2 are sold and not sent yet, so one is missing for paid orders"):
        count(looked_at(tide, 1))
    count(looked_at(tide, 2))
    stopped = on_hand(tide)
    cancel(order, 1)
    count(looked_at(tide, 1))

    assert (stopped, on_hand(tide), unsent(tide)) == ([0], [0], 1)


def test_fewer_than_are_sold_and_promised_is_refused(tide: catalog.Variant) -> None:
    order_of(tide)
    make.place(make.buyer(tide))

    with pytest.raises(NotBooked, match="2 are sold and not sent yet, and 1 are promised to orders"):
        count(looked_at(tide, 2))
    with pytest.raises(NotBooked, match=r"so 2 are missing for paid orders\. Enter 3 for now"):
        count(looked_at(tide, 0))
    count(looked_at(tide, 3))

    assert on_hand(tide) == [1]


@pytest.mark.parametrize("meanwhile", ["sent", "sold", "cancelled"])
def test_count_of_what_has_changed_since_books_nothing_at_all(tide: catalog.Variant, meanwhile: str) -> None:
    ebb, order = make.variant("Ebb"), order_of(tide)
    work()
    entries = [looked_at(ebb, 1), looked_at(tide, 5)]
    if meanwhile == "sent":
        put(order, "in_transit")
    elif meanwhile == "sold":
        order_of(tide, 1)
    else:
        cancel(order, 1)
    before = on_hand(tide, ebb)

    with pytest.raises(NotBooked, match="are sold and not sent yet now, and were 2 when you looked") as refusal:
        count(*entries)

    assert refusal.value.variant == tide.id
    assert on_hand(tide, ebb) == before


def test_count_and_payment_at_once_never_sell_a_piece_twice(app: Flask) -> None:
    for seed in range(8):
        tide = make.variant(stock=5)
        placed = make.place(make.buyer(tide, quantity=2))
        make.pay(placed)
        assert placed.payment is not None
        entry = looked_at(tide, 5)

        counted, settled = at_once(app, seed, partial(count, entry), partial(checkout.settle, placed.payment.id))

        assert refusals([settled]) == []
        assert counted is None or isinstance(counted, Conflict)
        assert (on_hand(tide), unsent(tide)) == ([3], 2)
