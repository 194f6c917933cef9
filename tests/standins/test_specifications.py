"""What the stand-ins answer, judged by the companies' own specifications."""

import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
import stripe
from sendgrid import SendGridAPIClient
from sendgrid.helpers.mail import Mail

from tests import specs
from tests.companies import Companies
from tests.standins.carrier import Ups, label_recovery, shipment


@pytest.fixture(autouse=True)
def recorded(companies: Companies) -> None:
    specs.needed()
    companies.pull("record")


def test_stripe_answers_as_specified(
    companies: Companies, client: stripe.StripeClient, pay: Callable[..., Any], web: httpx.Client
) -> None:
    paid = pay("pm_card_visa", metadata={"payment": "p1"}, shipping={"name": "Ada", "address": {"line1": "Weg 1"}})
    client.v1.refunds.create({"payment_intent": paid.id, "amount": 100, "reason": "requested_by_customer"})
    client.v1.refunds.list({"payment_intent": paid.id})
    with pytest.raises(stripe.CardError):
        pay("pm_card_chargeDeclined")
    waiting = pay("pm_card_threeDSecure2Required", return_url="http://127.0.0.1/return")
    client.v1.payment_intents.cancel(waiting.id, {"cancellation_reason": "abandoned"})
    held = pay(capture_method="manual")
    client.v1.payment_intents.capture(held.id, {"amount_to_capture": 500})
    client.v1.refunds.list({"expand": ["data.charge"]})
    client.v1.payment_intents.update(held.id, {"metadata": {"note": "x"}})
    client.v1.payment_intents.retrieve(held.id, {"expand": ["latest_charge", "payment_method"]})
    client.v1.payment_intents.search({"query": "metadata['payment']:'p1'"})
    client.v1.payment_intents.list({"limit": 3, "created": {"gte": int(time.time()) - 60}})
    client.v1.charges.list({"payment_intent": paid.id})
    client.v1.disputes.retrieve(companies.pull("dispute", id=paid.id)["id"])
    client.v1.setup_intents.create({"payment_method": "pm_card_visa", "confirm": True})
    client.v1.customers.create({"email": "ada@example.com"})

    assert specs.of_exchanges(companies.exchanges()) == []


def test_stripe_checkout_answers_as_specified(
    companies: Companies, client: stripe.StripeClient, open_session: Callable[..., Any], web: httpx.Client
) -> None:
    session = open_session(expires_at=int(time.time()) + 31 * 60, locale="de", client_reference_id="order")
    card = {"number": "4242424242424242", "expiry": "12/34", "cvc": "123"}
    web.post(session.url, data=card)
    client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent", "line_items"]})
    client.v1.checkout.sessions.expire(open_session().id)
    client.v1.checkout.sessions.list({"payment_intent": "none"})
    client.v1.events.list({"type": "checkout.session.completed"})

    assert specs.of_exchanges(companies.exchanges()) == []


def test_sendgrid_answers_as_specified(companies: Companies, mailer: SendGridAPIClient) -> None:
    mailer.send(Mail("shop@example.com", "ada@example.com", "Hello", "text", "<p>html</p>"))

    assert specs.of_exchanges(companies.exchanges()) == []


def test_ups_answers_as_specified(companies: Companies, ups: Ups) -> None:
    shipped = ups.ship(shipment())
    number = shipped["ShipmentResponse"]["ShipmentResults"]["ShipmentIdentificationNumber"]
    ups.post("/api/labels/v1/recovery", label_recovery("SHIP-1", "PDF"))
    rate = {"Request": {"RequestOption": "Rate"}, "Shipment": shipment()["ShipmentRequest"]["Shipment"]}
    ups.post("/api/rating/v2409/Rate", {"RateRequest": rate})
    ups.post("/api/rating/v2409/Shop", {"RateRequest": rate})
    ups.get(f"/api/track/v1/details/{number}")
    ups.get("/api/track/v1/reference/details/SHIP-1")
    ups.get("/api/track/v1/details/1ZNOTHING")
    ups.delete(f"/api/shipments/v2409/void/cancel/{number}")
    ups.delete(f"/api/shipments/v2409/void/cancel/{number}")

    assert specs.of_exchanges(companies.exchanges()) == []


def test_a_wrong_request_and_a_wrong_answer_are_found() -> None:
    request = "amount=ten&currency=eur&colour=red"
    wrong = specs.violations(
        "stripe", "POST", "/v1/payment_intents", request=request, status=200, response='{"object": "payment_intent"}'
    )

    assert any("colour" in text for text in wrong)
    assert any("'ten' is not of type 'integer'" in text for text in wrong)
    assert any("'client_secret'" in text or "'amount' is a required property" in text for text in wrong)
