"""The door for Stripe's events: signed or refused, kept once, acted on by a job."""

import hashlib
import hmac
import json
import time
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app import clock, config, db
from app.outbox import OrdersOutbox
from app.services import payments
from app.services.payments.models import ProviderEvent
from tests import make
from tests.companies import Companies
from tests.working import work


def send(
    client: FlaskClient,
    *,
    type_: str = "payment_intent.succeeded",
    about: dict[str, object] | None = None,
    age: int = 0,
    secret: str = "",
    whole: dict[str, object] | None = None,
) -> TestResponse:
    """Send an event as Stripe does, `age` seconds after it was signed; `whole` takes the place of its parts."""
    body = json.dumps(
        {
            "id": "evt_1",
            "object": "event",
            "type": type_,
            "data": {"object": about or {"id": "pi_unknown", "object": "payment_intent", "metadata": {}}},
        }
        | (whole or {})
    )
    moment = int(time.time()) - age
    key = (secret or config.current().stripe_webhook_secret).encode()
    signature = hmac.new(key, f"{moment}.{body}".encode(), hashlib.sha256).hexdigest()
    return client.post("/webhooks/stripe", data=body, headers={"Stripe-Signature": f"t={moment},v1={signature}"})


def kept() -> list[ProviderEvent]:
    with db.orders.reading() as session:
        return list(session.scalars(select(ProviderEvent)))


def jobs() -> int:
    with db.orders.reading() as session:
        return session.scalar(select(func.count()).select_from(OrdersOutbox)) or 0


@pytest.mark.parametrize("wrong", [{"secret": "whsec_other"}, {"age": 3600}], ids=["false", "old"])
def test_false_or_old_signature_is_refused_and_nothing_kept(client: FlaskClient, wrong: dict[str, object]) -> None:
    answer = send(client, **wrong)  # type: ignore[arg-type]

    assert answer.status_code == 400
    assert kept() == []


def test_refused_event_leaves_a_line_in_the_log(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    send(client, secret="whsec_of_before")

    told = [(record.company, record.levelname) for record in caplog.records if "webhook was refused" in record.message]
    assert told == [("stripe", "WARNING")]


def test_same_event_ten_times_is_one_row_and_one_job(app: Flask, client: FlaskClient) -> None:
    answers = {send(client).status_code for _ in range(10)}

    assert answers == {200}
    assert (len(kept()), jobs()) == (1, 1)


def test_event_about_an_unknown_payment_is_kept_and_tried_again(app: Flask, client: FlaskClient) -> None:
    send(client)

    work("payments.")

    with db.orders.reading() as session:
        job = session.scalars(select(OrdersOutbox)).one()
    assert [event.verdict for event in kept()] == ["unknown payment"]
    assert job.done_at is None
    assert job.failed_at is None
    assert job.due_at > job.created_at


@pytest.mark.parametrize("marked", [{}, {"payment": "of-another-shop"}], ids=["by hand", "of another shop"])
def test_event_whose_payment_is_unknown_after_an_hour_is_nobodys_and_no_failed_job(
    app: Flask, client: FlaskClient, marked: dict[str, str]
) -> None:
    send(client, about={"id": "pi_unknown", "object": "payment_intent", "metadata": marked})

    work("payments.")
    with clock.at(clock.now() + timedelta(hours=2)):
        work("payments.")

    assert [event.verdict for event in kept()] == ["unknown payment"]
    with db.orders.reading() as session:
        job = session.scalars(select(OrdersOutbox)).one()
    assert (job.attempts, job.done_at is not None) == (2, True)


@pytest.mark.parametrize(
    ("type_", "about"),
    [
        ("product.created", None),
        ("balance.available", {"object": "balance", "livemode": False}),
        ("payment_intent.created", None),
        ("refund.updated", {"id": "re_1", "object": "refund", "status": "succeeded"}),
    ],
)
def test_event_of_no_interest_is_kept_with_that_verdict_and_asks_for_no_job(
    app: Flask, client: FlaskClient, type_: str, about: dict[str, object] | None
) -> None:
    send(client, type_=type_, about=about)

    [event] = kept()
    assert (event.verdict, event.processed_at is not None) == ("not needed", True)
    assert jobs() == 0


def test_event_of_no_interest_that_is_acted_on_once_more_stays_that(app: Flask, client: FlaskClient) -> None:
    send(client, type_="payment_intent.created")
    [event] = kept()

    payments.replay(event.id, actor="staff:ada")
    work("payments.")

    assert [event.verdict for event in kept()] == ["not needed"]
    with db.orders.reading() as session:
        assert session.scalar(select(func.count()).where(OrdersOutbox.done_at.is_not(None))) == 1


def test_signed_event_in_a_form_nobody_knows_is_kept(app: Flask, client: FlaskClient) -> None:
    send(client, type_="v2.core.account.updated", whole={"data": None})

    assert [event.verdict for event in kept()] == ["not needed"]


@pytest.mark.parametrize(("other", "verdict"), [("", "old news"), ("pi_second", "settled")])
def test_only_an_event_about_other_money_of_a_paid_payment_asks_stripe(
    app: Flask, client: FlaskClient, companies: Companies, other: str, verdict: str
) -> None:
    order = make.order(paid=True)
    (payment,) = payments.of_order(order.id)
    before = len(companies.exchanges())
    intent = other or payment.intent_id
    send(client, about={"id": intent, "object": "payment_intent", "metadata": {"payment": payment.id}})

    work("payments.")

    assert [event.verdict for event in kept()] == [verdict]
    if other:
        assert len(companies.exchanges()) > before
    else:
        assert len(companies.exchanges()) == before
