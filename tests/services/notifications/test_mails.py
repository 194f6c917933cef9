"""Mails: written once, sent in order, never lost; what the provider says of them; what they say to people."""

import base64
import html
import json
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from flask import Flask
from flask.testing import FlaskClient

from app import clock, config, db
from app.errors import Unavailable
from app.services import notifications, orders, payments
from tests import make, specs
from tests.companies import Companies
from tests.working import work


def inbox(companies: Companies, to: str = "ada@example.com") -> list[dict[str, Any]]:
    """The mails somebody got, oldest first."""
    return [mail for mail in companies.ledger()["mails"] if mail["to"] == to]


def states(order: orders.Order) -> list[str]:
    return [message.state for message in notifications.messages_of(order.id)]


def test_the_confirmation_says_what_was_bought(app: Flask, companies: Companies) -> None:
    companies.pull("record")
    order = make.paid_order(things=2)

    work("email")

    (mail,) = inbox(companies)
    assert mail["subject"] == f"Your order {order.number} at Stoa Prints"
    for body in (mail["content"]["text/plain"], html.unescape(mail["content"]["text/html"])):
        for said in (
            "Slack Tide 1", "Slack Tide 2", "A3", "€58.00", "Subtotal", "€116.00", "Delivery (Standard)", "€4.90",
            "€120.90", "€19.30", "19%", "Ada Okafor", "Torstraße 1", "10119", "2026-01", "Kastanienallee 12",
        ):  # fmt: skip
            assert said in body.replace("\xa0", " "), said
        assert "/orders/" in body
    assert orders.get_by_token(_link(mail).rsplit("/", 1)[1]).id == order.id
    specs.needed()
    assert specs.of_exchanges(companies.exchanges()) == []


def test_the_second_mail_brings_the_tracking_number(app: Flask, companies: Companies) -> None:
    make.paid_order()

    work()

    confirmed, shipped = inbox(companies)
    (label,) = companies.ledger()["labels"]
    assert "leaves soon" in shipped["subject"]
    assert "leaves soon" not in confirmed["subject"]
    for body in shipped["content"].values():
        assert label["id"] in body
        assert f"https://www.ups.com/track?tracknum={label['id']}" in body
        assert "Slack Tide 1" in body


def test_a_refund_is_written_about(app: Flask, companies: Companies) -> None:
    order = make.paid_order()
    _refund(order)

    work("email")

    mail = inbox(companies)[-1]
    assert "money back" in mail["subject"]
    assert "€12.00" in mail["content"]["text/plain"]


def test_writing_twice_writes_once(app: Flask, companies: Companies) -> None:
    order = make.paid_order()

    notifications.order_confirmed(order.id)
    notifications.order_confirmed(order.id)
    work("email")
    notifications.order_confirmed(order.id)
    notifications.send(order.id)

    assert len(inbox(companies)) == 1


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("عائشة بنت محمد", "عائشة بنت محمد"),
        ("O’Brien-Ñandú 🎉", "O’Brien-Ñandú 🎉"),
        ("Eve\r\nBcc: all@example.com", "Eve Bcc: all@example.com"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("{{ 7*7 }}", "{{ 7*7 }}"),
    ],
)
def test_any_name_arrives_as_it_is(app: Flask, companies: Companies, name: str, shown: str) -> None:
    order = make.paid_order(address={"name": name})

    work("email")

    (message,) = notifications.messages_of(order.id)
    (mail,) = inbox(companies)
    assert message.recipient_name == shown
    assert "\n" not in mail["subject"]
    assert "\r" not in mail["subject"]
    assert "<script>" not in mail["content"]["text/html"]
    first = name.splitlines()[0]
    assert first in mail["content"]["text/plain"]
    assert first in html.unescape(mail["content"]["text/html"])


def test_a_provider_down_for_an_hour_gets_each_mail_once_and_in_order(app: Flask, companies: Companies) -> None:
    companies.pull("fail", company="sendgrid", status=503, times=1000)
    order = make.paid_order()
    start = clock.now()
    for minutes in (0, 1, 3, 7, 15, 30, 60):
        with clock.at(start + timedelta(minutes=minutes)):
            work()
    assert inbox(companies) == []
    assert set(states(order)) == {"queued"}

    companies.pull("reset")
    with clock.at(start + timedelta(minutes=200)):
        work()

    assert [mail["custom_args"]["stoa_message"] for mail in inbox(companies)] == [
        message.id for message in notifications.messages_of(order.id)
    ]
    assert len(inbox(companies)) == 2


def test_a_mail_the_provider_refuses_does_not_hold_up_the_next(app: Flask, companies: Companies) -> None:
    companies.pull("fail", company="sendgrid", status=400)
    order = make.paid_order()

    work()

    assert states(order)[0] == "failed"
    assert [mail["subject"] for mail in inbox(companies)] == [f"Your order {order.number} leaves soon"]
    assert "mail_failed" in [event.kind for event in orders.timeline(order.id)]


def test_mails_wait_while_the_provider_refuses_their_sender(
    app: Flask, companies: Companies, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = make.paid_order()
    with monkeypatch.context() as wrong:
        wrong.setitem(app.extensions, "config", replace(config.current(), mail_from="shop@shop"))
        work("email")
    assert states(order) == ["queued"]
    companies.reset()  # what was sent is none that the provider takes

    with clock.at(clock.now() + timedelta(minutes=5)):
        work("email")

    assert states(order) == ["sent"]


def test_two_who_send_at_once_send_once(app: Flask, companies: Companies) -> None:
    order = make.paid_order()
    notifications.order_confirmed(order.id)
    companies.pull("delay", company="sendgrid", milliseconds=800)

    _in_threads(app, 3, lambda: notifications.send(order.id))

    assert len(inbox(companies)) == 1


def test_what_became_of_a_mail_is_noted(app: Flask, client: FlaskClient, companies: Companies) -> None:
    delivered, bounced = make.paid_order(), make.paid_order(email="bounce@example.com")
    companies.pull("webhooks", company="sendgrid", paused=True)
    work("email")

    _hand_over(client, companies)
    work("email.note")

    assert states(delivered) == ["delivered"]
    assert states(bounced) == ["bounced"]
    note = orders.timeline(bounced.id)[-1]
    assert note.kind == "mail_bounced"
    assert "does not exist" in note.text


def test_a_delivery_before_our_own_mark_keeps_the_mail_from_going_twice(
    app: Flask, client: FlaskClient, companies: Companies
) -> None:
    companies.pull("webhooks", company="sendgrid", paused=True)
    companies.pull("drop", company="sendgrid", when="after")  # taken, but we never heard
    order = make.paid_order()
    work("email")
    assert states(order) == ["queued"]

    _hand_over(client, companies)
    work("email.note")
    with clock.at(clock.now() + timedelta(minutes=5)):
        work("email")

    assert states(order) == ["delivered"]
    assert len(inbox(companies)) == 1
    assert [event.text for event in orders.timeline(order.id) if event.kind == "mail"] == [
        f"Mailed to ada@example.com: Your order {order.number} at Stoa Prints"
    ]


def test_events_are_refused_unless_signed_now_by_the_provider(
    app: Flask, client: FlaskClient, companies: Companies
) -> None:
    companies.pull("webhooks", company="sendgrid", paused=True)
    order = make.paid_order()
    work("email")
    body = _events(companies)
    headers = _signed(companies, body)
    later = clock.now() + timedelta(minutes=11)

    changed = client.post("/webhooks/sendgrid", data=body.replace("delivered", "bounce"), headers=headers)
    bare = client.post("/webhooks/sendgrid", data=body)
    with clock.at(later):
        stale = client.post("/webhooks/sendgrid", data=body, headers=headers)
    garbled = client.post("/webhooks/sendgrid", data=body, headers=headers | {_SIGNATURE: "%%%"})

    assert [answer.status_code for answer in (changed, bare, stale, garbled)] == [400] * 4
    assert payments.events_as_staff() == []
    assert states(order) == ["sent"]


def test_the_same_events_twice_act_once(app: Flask, client: FlaskClient, companies: Companies) -> None:
    companies.pull("webhooks", company="sendgrid", paused=True)
    order = make.paid_order(email="bounce@example.com")
    work("email")

    for _ in range(3):
        _hand_over(client, companies)
        work("email.note")

    assert [event.kind for event in orders.timeline(order.id)].count("mail_bounced") == 1


_SIGNATURE = "X-Twilio-Email-Event-Webhook-Signature"
_TIMESTAMP = "X-Twilio-Email-Event-Webhook-Timestamp"


def _events(companies: Companies) -> str:
    """What SendGrid would say of every mail in its books, in one batch."""
    return json.dumps(
        [
            {"email": mail["to"], "timestamp": 1, "event": "processed", "sg_event_id": f"p-{mail['id']}"}
            | mail["custom_args"]
            | extra
            for mail in companies.ledger()["mails"]
            for extra in ({}, {"event": mail["state"], "sg_event_id": f"e-{mail['id']}", "reason": "does not exist"})
        ]
    )


def _signed(companies: Companies, body: str) -> dict[str, str]:
    key = serialization.load_pem_private_key((companies.state / "sendgrid-events.pem").read_bytes(), password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    moment = str(int(clock.now().timestamp()))
    signature = key.sign((moment + body).encode(), ec.ECDSA(hashes.SHA256()))
    return {_SIGNATURE: base64.b64encode(signature).decode(), _TIMESTAMP: moment}


def _hand_over(client: FlaskClient, companies: Companies) -> None:
    body = _events(companies)
    assert client.post("/webhooks/sendgrid", data=body, headers=_signed(companies, body)).status_code == 200


def _refund(order: orders.Order) -> None:
    """A refund that was made, as `payments.refund` leaves it."""
    with db.orders.transaction() as session:
        payment = payments.add(
            order_id=order.id, order_number=order.number, amount=order.total_money, method="hosted",
            email=order.email, return_url="http://x/", cancel_url="http://x/",
            lanes={},
        )  # fmt: skip
        payment.state, payment.captured, payment.refunded = "paid", order.total, 1200
        session.add(
            payments.Refund(
                id=db.new_id(), payment_id=payment.id, order_id=order.id, key="k", amount=1200, currency="EUR",
                reason="damaged", actor="staff:cleo", state="done", try_number=1, created_at=clock.now(),
            )
        )  # fmt: skip
    notifications.refund_made(payments.refunds_of(order.id)[0].id)


def _in_threads(app: Flask, count: int, act: Callable[[], None]) -> None:
    """Run `act` at the same time in threads; a copy that finds another at work goes away with Unavailable."""

    def run() -> None:
        with app.app_context(), suppress(Unavailable):
            act()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _link(mail: dict[str, Any]) -> str:
    words: list[str] = mail["content"]["text/plain"].split()
    return next(word for word in words if "/orders/" in word)
