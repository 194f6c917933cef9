"""Parcels on their way: pushed and asked for, late, twice, out of order, forged."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import clock, db
from app.services import fulfilment, orders, payments
from app.services.fulfilment.models import Shipment, ShipmentEvent
from tests import make, specs
from tests.companies import Companies
from tests.working import work

NOON = datetime(2026, 3, 2, 12, 0, 0, tzinfo=UTC)
SECRET = {"credential": "ups_standin"}


def sent(companies: Companies) -> fulfilment.Shipment:
    order = make.paid_order()
    work()
    (shipment,) = fulfilment.shipments_of(order.id)
    assert shipment.tracking_number
    return shipment


def alert(shipment: fulfilment.Shipment, kind: str, at: datetime, words: str = "Seen") -> str:
    """A Track Alert as UPS sends it."""
    return json.dumps(
        {
            "trackingNumber": shipment.tracking_number,
            "localActivityDate": f"{at:%Y%m%d}",
            "localActivityTime": f"{at:%H%M%S}",
            "activityLocation": {"city": "Köln", "stateProvince": "", "postalCode": "50667", "country": "DE"},
            "activityStatus": {"type": kind, "code": f"{kind}1", "description": words},
            "gmtActivityDate": f"{at:%Y%m%d}",
            "gmtActivityTime": f"{at:%H%M%S}",
        }
    )


def push(client: FlaskClient, body: str, headers: dict[str, str] = SECRET) -> TestResponse:
    return client.post("/webhooks/ups", data=body, headers=headers, content_type="application/json")


def questions(companies: Companies) -> list[dict[str, Any]]:
    """The calls that asked where a parcel is."""
    return [call for call in companies.exchanges() if call["path"].startswith("/api/track")]


def state(shipment: fulfilment.Shipment) -> str:
    return fulfilment.get_for_job(shipment.id).state


def seen(shipment: Shipment) -> list[ShipmentEvent]:
    [parcel] = fulfilment.shipments_of(shipment.order_id)
    return parcel.events


def test_a_push_moves_the_parcel_and_the_timeline(app: Flask, client: FlaskClient, companies: Companies) -> None:
    shipment = sent(companies)

    answer = push(client, alert(shipment, "I", NOON, "DEPARTED FROM FACILITY"))
    work()

    assert answer.status_code == 200
    [moved] = fulfilment.shipments_of(shipment.order_id)
    assert moved.state == "in_transit"
    assert [(event.text, event.place, event.at) for event in moved.events] == [
        ("Departed from facility", "Köln, DE", NOON)
    ]
    note = orders.timeline(shipment.order_id)[-1]
    assert (note.kind, note.text) == ("in_transit", "UPS: Departed from facility (Köln, DE)")


def test_staff_are_told_once_when_a_parcel_moves_under_a_label_that_was_given_back(
    app: Flask, client: FlaskClient, companies: Companies
) -> None:
    first = sent(companies)
    fulfilment.void_label(make.staff().staff, first.id)
    work()
    push(client, alert(first, "MV", NOON, "VOIDED"))
    work()
    assert "stopped_parcel_moves" not in [event.kind for event in orders.timeline(first.order_id)]

    for hour in (1, 2):
        push(client, alert(first, "I", NOON + timedelta(hours=hour), "DEPARTED FROM FACILITY"))
    work()

    [note] = [event for event in orders.timeline(first.order_id) if event.kind == "stopped_parcel_moves"]
    assert first.tracking_number in note.text
    assert state(first) == "label_bought"
    assert {event.verdict for event in payments.events_as_staff(provider="ups")} == {"label given back"}


def test_the_same_push_ten_times_acts_once(app: Flask, client: FlaskClient, companies: Companies) -> None:
    shipment = sent(companies)

    for _ in range(10):
        assert push(client, alert(shipment, "I", NOON)).status_code == 200
    work()

    assert len(seen(shipment)) == 1
    assert [event.kind for event in orders.timeline(shipment.order_id)].count("in_transit") == 1


@pytest.mark.parametrize(("newest", "ends"), [("D", "delivered"), ("X", "exception")])
def test_a_late_push_is_kept_but_moves_nothing_back(
    app: Flask, client: FlaskClient, companies: Companies, newest: str, ends: str
) -> None:
    shipment = sent(companies)

    for kind, minutes in ((newest, 30), ("X", 20), ("I", 10)):
        push(client, alert(shipment, kind, NOON + timedelta(minutes=minutes)))
        work()

    [moved] = fulfilment.shipments_of(shipment.order_id)
    assert moved.state == ends
    assert [event.kind for event in moved.events] == ["in_transit", "exception", ends]


def test_a_delivery_that_failed_goes_on(app: Flask, client: FlaskClient, companies: Companies) -> None:
    shipment = sent(companies)
    seen = []

    for place, kind in enumerate(("P", "X", "I", "D", "I")):
        push(client, alert(shipment, kind, NOON + timedelta(hours=place)))
        work()
        seen.append(state(shipment))

    assert seen == ["in_transit", "exception", "in_transit", "delivered", "delivered"]


def test_a_number_that_the_carrier_gave_again_is_that_of_the_newer_parcel(
    app: Flask, client: FlaskClient, companies: Companies
) -> None:
    with clock.at(NOON - timedelta(days=400)):
        older = sent(companies)
    newer = sent(companies)
    with db.orders.transaction() as session:
        session.get_one(Shipment, older.id).tracking_number = newer.tracking_number

    push(client, alert(newer, "I", clock.now()))
    work()

    assert (state(older), state(newer)) == ("label_bought", "in_transit")


def test_a_push_is_refused_without_the_credential(app: Flask, client: FlaskClient, companies: Companies) -> None:
    shipment = sent(companies)
    body = alert(shipment, "D", NOON)

    statuses = [push(client, body, headers).status_code for headers in ({}, {"credential": ""}, {"credential": "ups"})]
    garbage = [push(client, text).status_code for text in ("", "[]", "{}", '{"trackingNumber": 1}')]
    work()

    assert statuses == [400, 400, 400]
    assert garbage == [400, 400, 400, 400]
    assert state(shipment) == "label_bought"


def test_a_push_for_an_unknown_parcel_waits_for_its_number(
    app: Flask, client: FlaskClient, companies: Companies
) -> None:
    shipment = sent(companies)
    stranger = json.loads(alert(shipment, "I", NOON)) | {"trackingNumber": "1Z0000000000000000"}

    assert push(client, json.dumps(stranger)).status_code == 200
    work()

    (event,) = payments.events_as_staff()
    assert (event.provider, event.processed_at) == ("ups", None)


def test_the_clock_asks_about_parcels_on_their_way(app: Flask, companies: Companies) -> None:
    shipment = sent(companies)
    companies.pull("webhooks", company="ups", paused=True)
    for _ in range(2):
        companies.pull("move", id=shipment.tracking_number)
    companies.pull("record")

    fulfilment.poll()
    fulfilment.poll()  # not due again yet

    assert state(shipment) == "in_transit"
    assert len(questions(companies)) == 1
    specs.needed()
    assert specs.of_exchanges(questions(companies)) == []


def test_what_is_pushed_and_asked_for_is_kept_once(app: Flask, client: FlaskClient, companies: Companies) -> None:
    shipment = sent(companies)
    companies.pull("webhooks", company="ups", paused=True)
    companies.pull("move", id=shipment.tracking_number)
    fulfilment.poll()
    before = len(seen(shipment))

    push(client, _as_alert(shipment))
    work()

    assert len(seen(shipment)) == before


def test_the_clock_survives_a_carrier_that_is_down(app: Flask, companies: Companies) -> None:
    first, second = sent(companies), sent(companies)
    companies.pull("move", id=second.tracking_number)
    companies.pull("fail", company="ups", path="/api/track", status=500)

    fulfilment.poll()

    assert (state(first), state(second)) == ("label_bought", "in_transit")


def test_the_clock_asks_no_more_once_delivered_or_after_two_months(app: Flask, companies: Companies) -> None:
    delivered, lost = sent(companies), sent(companies)
    companies.pull("record")
    for _ in range(4):
        companies.pull("move", id=delivered.tracking_number)
    fulfilment.poll()
    assert state(delivered) == "delivered"
    asked = len(questions(companies))

    with clock.at(clock.now() + timedelta(days=61)):
        fulfilment.poll()

    assert len(questions(companies)) == asked
    assert state(lost) == "label_bought"


def _as_alert(shipment: fulfilment.Shipment) -> str:
    """The push that belongs to the newest sighting."""
    newest: Any = seen(shipment)[-1]
    kind, code = newest.key.split("-")[1:]
    body = json.loads(alert(shipment, kind, newest.at, newest.text))
    body["activityStatus"]["code"] = code
    return json.dumps(body)
