"""From a paid order to a label in S3 and two mails, against the real stores and the carrier's stand-in."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from app import clock, db
from app.errors import Invalid
from app.services import fulfilment, notifications, orders
from app.services.fulfilment.models import LabelAttempt
from tests import make, specs
from tests.companies import Companies
from tests.working import work


class Cleo:
    """Staff."""

    actor = "staff:cleo"


SHIP = "/api/shipments"


def labels(companies: Companies) -> list[dict[str, Any]]:
    return [label for label in companies.ledger()["labels"] if label["step"] != "void"]


def later_on(**delta: float) -> Any:
    return clock.at(clock.now() + timedelta(**delta))


def test_a_paid_order_gets_a_label_and_two_mails(app: Flask, companies: Companies) -> None:
    companies.pull("record")
    order = make.paid_order(things=2)

    work()

    (shipment,) = fulfilment.shipments_of(order.id)
    (label,) = labels(companies)
    assert shipment.state == "label_bought"
    assert shipment.tracking_number == label["id"]
    assert shipment.tracking_url == f"https://www.ups.com/track?tracknum={label['id']}"
    assert [line.quantity for line in shipment.lines] == [2, 2]
    page = fulfilment.label_pdf(Cleo(), shipment.id)
    assert page.startswith(b"%PDF")
    assert b"/MediaBox [ 0 0 288.0 432.0 ]" in page or b"/MediaBox [ 0 0 288 432 ]" in page  # 4 × 6 inches
    assert [mail["to"] for mail in companies.ledger()["mails"]] == ["ada@example.com"] * 2
    assert [message.template for message in notifications.messages_of(order.id)] == ["order_confirmed", "order_shipped"]
    assert "label_bought" in [event.kind for event in orders.timeline(order.id)]
    specs.needed()
    assert specs.of_exchanges(companies.exchanges()) == []


def test_start_twice_makes_one_shipment(app: Flask, companies: Companies) -> None:
    order = make.paid_order()

    fulfilment.start(order.id)
    fulfilment.start(order.id)
    work()

    assert len(fulfilment.shipments_of(order.id)) == 1
    assert len(labels(companies)) == 1


def test_buying_twice_buys_one_label(app: Flask, companies: Companies) -> None:
    order = make.paid_order()
    work()
    (shipment,) = fulfilment.shipments_of(order.id)

    fulfilment.buy_label(shipment.id)

    assert len(labels(companies)) == 1


@pytest.mark.parametrize(
    "lever", [{"lever": "drop"}, {"lever": "fail", "status": 500}, {"lever": "fail", "status": 503}]
)
def test_a_label_whose_answer_was_lost_is_found_not_bought_again(
    app: Flask, companies: Companies, lever: dict[str, Any]
) -> None:
    companies.pull(**lever, company="ups", path=SHIP, when="after")
    order = make.paid_order()
    work()
    (shipment,) = fulfilment.shipments_of(order.id)
    assert shipment.state == "pending"

    with later_on(minutes=5):
        work()

    (shipment,) = fulfilment.shipments_of(order.id)
    (label,) = labels(companies)
    assert (shipment.state, shipment.tracking_number) == ("label_bought", label["id"])
    assert fulfilment.label_pdf(Cleo(), shipment.id).startswith(b"%PDF")


def test_a_call_that_never_arrived_is_made_again_once_it_cannot_arrive_any_more(
    app: Flask, companies: Companies
) -> None:
    companies.pull("drop", company="ups", path=SHIP, when="before")
    order = make.paid_order()
    work()

    with later_on(seconds=10):  # too early to believe that there is none
        work()
        assert labels(companies) == []
    with later_on(minutes=3):
        work()

    assert len(labels(companies)) == 1
    assert fulfilment.shipments_of(order.id)[0].state == "label_bought"


def test_a_label_sold_twice_is_given_back_once(app: Flask, companies: Companies) -> None:
    companies.pull("drop", company="ups", path=SHIP, when="after")
    order = make.paid_order()
    work()
    (shipment,) = fulfilment.shipments_of(order.id)
    attempt = _attempt(shipment.id)
    from app.services import shipping
    from app.services.fulfilment.buying import _parcel

    shipping.buy_label(_parcel(attempt))  # the same reference: a call that hung on the way and came through
    with later_on(minutes=5):
        work()

    (label,) = labels(companies)
    assert fulfilment.shipments_of(order.id)[0].tracking_number == label["id"]


def test_a_carrier_that_is_down_is_asked_until_it_answers(app: Flask, companies: Companies) -> None:
    companies.pull("fail", company="ups", status=500, times=6)
    order = make.paid_order()

    for minutes in range(0, 60, 5):
        with later_on(minutes=minutes):
            work()

    assert len(labels(companies)) == 1
    assert len(notifications.messages_of(order.id)) == 2


def test_a_carrier_that_was_never_reached_sold_nothing(app: Flask, companies: Companies) -> None:
    order = make.paid_order()
    companies.kill()
    try:
        work("fulfilment")
        with later_on(hours=7):
            work("fulfilment")
    finally:
        companies.start()
    assert fulfilment.shipments_of(order.id)[0].state == "pending"

    with later_on(hours=8):
        work()

    assert fulfilment.shipments_of(order.id)[0].state == "label_bought"
    assert len(labels(companies)) == 1


def test_a_carrier_silent_for_hours_after_a_call_leaves_it_to_staff(app: Flask, companies: Companies) -> None:
    companies.pull("drop", company="ups", path=SHIP, when="after")
    order = make.paid_order()
    work()

    companies.pull("fail", company="ups", status=503, times=100)
    with later_on(hours=7):
        work()

    assert fulfilment.shipments_of(order.id)[0].state == "maybe_bought"


def test_a_carrier_that_cannot_say_leaves_it_to_staff(app: Flask, companies: Companies) -> None:
    shipment = in_doubt(companies)
    assert shipment.problem

    with later_on(days=1):
        work()

    assert fulfilment.get_for_job(shipment.id).state == "maybe_bought"
    assert len(labels(companies)) == 1


def test_use_label_takes_the_one_in_doubt(app: Flask, companies: Companies) -> None:
    shipment = in_doubt(companies)
    (label,) = labels(companies)

    with pytest.raises(Invalid):
        fulfilment.use_label(Cleo(), shipment.id, "1Z9999999999999999")
    fulfilment.use_label(Cleo(), shipment.id, f" {label['id'].lower()} ")

    shipment = fulfilment.get_for_job(shipment.id)
    assert (shipment.state, shipment.tracking_number, shipment.problem) == ("label_bought", label["id"], None)


def test_void_label_in_doubt_buys_another(app: Flask, companies: Companies) -> None:
    shipment = in_doubt(companies)
    (lost,) = labels(companies)

    fulfilment.void_label(Cleo(), shipment.id)
    with later_on(minutes=1):
        work()

    shipment = fulfilment.get_for_job(shipment.id)
    assert shipment.state == "label_bought"
    assert shipment.tracking_number != lost["id"]


def test_void_label_gives_it_back_and_buys_another_until_the_carrier_has_the_parcel(
    app: Flask, companies: Companies
) -> None:
    order = make.paid_order()
    work()
    (shipment,) = fulfilment.shipments_of(order.id)

    fulfilment.void_label(Cleo(), shipment.id)
    work()

    (label,) = labels(companies)
    assert fulfilment.get_for_job(shipment.id).tracking_number == label["id"] != shipment.tracking_number
    assert [message.template for message in notifications.messages_of(order.id)].count("order_shipped") == 2
    companies.pull("move", id=label["id"])
    with pytest.raises(Invalid, match="picked up"):
        fulfilment.void_label(Cleo(), shipment.id)


def test_a_parcel_the_carrier_refuses_waits_for_staff(app: Flask, companies: Companies) -> None:
    order = make.paid_order(address={"lines": ["x" * 35] * 3, "district": "Mitte"})

    work()

    (shipment,) = fulfilment.shipments_of(order.id)
    assert shipment.state == "refused"
    assert "three address lines" in (shipment.problem or "")
    assert labels(companies) == []


def test_nothing_is_sent_when_the_order_was_cancelled_meanwhile(app: Flask, companies: Companies) -> None:
    order = make.paid_order()
    fulfilment.start(order.id)
    with db.orders.transaction():
        orders.move(orders.lock(order.id), orders.OrderState.CANCELLED, "Cancelled by staff.")

    work("fulfilment")

    assert fulfilment.shipments_of(order.id)[0].state == "voided"
    assert labels(companies) == []


@pytest.mark.parametrize(
    "address",
    [
        {"name": "عائشة بنت محمد", "country": "AE", "region": "دبي", "city": "", "postal_code": ""},
        {"name": "O’Brien-Ñandú 🎉", "country": "IE", "city": "Dublin", "postal_code": "D02 AF30", "region": "Dublin"},
        {"name": "李", "country": "HK", "region": "Kowloon", "city": "Mong Kok", "postal_code": ""},
        {"name": "山田", "country": "JP", "region": "東京都", "city": "千代田区", "postal_code": "100-0001"},
        {"name": "Kiss", "country": "HU", "city": "Budapest", "postal_code": "1051"},
        {"name": "X", "country": "US", "region": "NY", "city": "New York", "postal_code": "10001-1234", "phone": ""},
        {"name": "N" * 60, "company": "C" * 50, "country": "SG", "city": "", "postal_code": "018956"},
    ],
    ids=lambda address: address["country"],
)
def test_addresses_of_the_world_get_a_label(app: Flask, companies: Companies, address: dict[str, str]) -> None:
    companies.pull("record")
    order = make.paid_order(address=address)

    work()

    assert fulfilment.shipments_of(order.id)[0].state == "label_bought"
    assert len(notifications.messages_of(order.id)) == 2
    specs.needed()
    assert specs.of_exchanges(companies.exchanges()) == []


def test_the_token_is_replaced_when_the_carrier_no_longer_takes_it(app: Flask, companies: Companies) -> None:
    make.paid_order()
    work()

    companies.reset()  # forgets every token it gave
    make.paid_order()
    work()

    assert len(labels(companies)) == 1


def in_doubt(companies: Companies) -> fulfilment.Shipment:
    """A label bought whose answer was lost, at a carrier that then refuses to say."""
    companies.pull("drop", company="ups", path=SHIP, when="after")
    order = make.paid_order()
    work()
    companies.pull("fail", company="ups", path="/api/labels", status=400, times=1)
    with later_on(minutes=5):
        work()
    (shipment,) = fulfilment.shipments_of(order.id)
    assert shipment.state == "maybe_bought"
    return shipment


def _attempt(shipment_id: str) -> LabelAttempt:
    from sqlalchemy import select

    with db.orders.reading() as session:
        return session.scalars(select(LabelAttempt).where(LabelAttempt.shipment_id == shipment_id)).one()
