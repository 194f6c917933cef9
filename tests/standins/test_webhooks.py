"""Webhooks: signed, repeated until the shop says yes, and bent by the levers."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
import stripe
from sendgrid import SendGridAPIClient
from sendgrid.helpers.eventwebhook import EventWebhook
from sendgrid.helpers.mail import CustomArg, Mail

from tests.companies import Companies
from tests.standins.conftest import Listener

Pay = Callable[..., Any]
PAID = ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded"]


def test_payment_sends_signed_events(pay: Pay, shop: Listener) -> None:
    paid = pay()

    heard = shop.wait(3)

    assert sorted(shop.types()) == sorted(PAID)
    for webhook in heard:
        event = stripe.Webhook.construct_event(webhook.text, webhook.headers["Stripe-Signature"], "whsec_standin")
        assert event.data.object["object"] in ("payment_intent", "charge")
        with pytest.raises(stripe.SignatureVerificationError):
            stripe.Webhook.construct_event(webhook.text, webhook.headers["Stripe-Signature"], "whsec_other")
    succeeded = next(webhook.body for webhook in heard if webhook.body["type"] == "payment_intent.succeeded")
    assert (succeeded["data"]["object"]["id"], succeeded["data"]["object"]["status"]) == (paid.id, "succeeded")


def test_webhook_is_repeated_until_the_shop_says_yes(companies: Companies, pay: Pay, shop: Listener) -> None:
    shop.status = 500
    pay()
    shop.wait(3)

    shop.status = 200
    heard = shop.wait(6)

    assert len({webhook.body["id"] for webhook in heard}) == 3
    assert [webhook["attempts"] for webhook in companies.ledger()["webhooks"]] == [2, 2, 2]


def test_webhooks_paused_come_after_the_resume_even_past_kill_9(companies: Companies, pay: Pay, shop: Listener) -> None:
    companies.pull("webhooks", paused=True)
    pay()
    companies.kill()
    companies.start()
    assert shop.heard == []

    companies.pull("webhooks", paused=False)

    shop.wait(3)


def test_webhooks_are_sent_twice(companies: Companies, pay: Pay, shop: Listener) -> None:
    companies.pull("webhooks", repeat=2)

    pay()

    heard = shop.wait(6)
    assert len({webhook.body["id"] for webhook in heard}) == 3


def test_webhooks_come_in_the_wrong_order(companies: Companies, pay: Pay, shop: Listener) -> None:
    companies.pull("webhooks", reverse=True)

    pay()

    shop.wait(3)
    assert shop.types() == PAID[::-1]


def test_webhooks_come_late(companies: Companies, pay: Pay, shop: Listener) -> None:
    companies.pull("webhooks", late=0.5)

    pay()

    assert shop.heard == []
    shop.wait(3)


@pytest.mark.parametrize("bent", [{"stale": 600}, {"forged": True}])
def test_webhooks_with_a_stale_or_false_signature_are_refused(
    companies: Companies, pay: Pay, shop: Listener, bent: dict[str, Any]
) -> None:
    companies.pull("webhooks", **bent)

    pay()

    for webhook in shop.wait(3):
        with pytest.raises(stripe.SignatureVerificationError):
            stripe.Webhook.construct_event(webhook.text, webhook.headers["Stripe-Signature"], "whsec_standin")


def test_event_is_sent_again_by_id(companies: Companies, pay: Pay, shop: Listener) -> None:
    pay()
    event = shop.wait(3)[0].body["id"]

    companies.pull("send_again", id=event)

    assert [webhook.body["id"] for webhook in shop.wait(4)].count(event) == 2


def test_dispute_is_told_and_closed(
    companies: Companies, pay: Pay, shop: Listener, client: stripe.StripeClient
) -> None:
    paid = pay()

    dispute = companies.pull("dispute", id=paid.id, reason="product_not_received")
    companies.pull("close_dispute", id=dispute["id"], won=True)

    shop.wait(7)
    told = [kind for kind in shop.types() if "dispute" in kind]
    assert sorted(told) == [
        "charge.dispute.closed",
        "charge.dispute.created",
        "charge.dispute.funds_reinstated",
        "charge.dispute.funds_withdrawn",
    ]
    assert client.v1.disputes.retrieve(dispute["id"]).status == "won"


def test_refund_and_its_failure_are_told(
    companies: Companies, pay: Pay, shop: Listener, client: stripe.StripeClient
) -> None:
    refund = client.v1.refunds.create({"payment_intent": pay().id, "amount": 100})
    companies.pull("fail_refund", id=refund.id)

    shop.wait(7)

    assert {"refund.created", "charge.refunded", "refund.updated", "refund.failed"} <= set(shop.types())


@pytest.mark.parametrize(("fails", "ending"), [(False, "succeeded"), (True, "failed")])
def test_processing_payment_ends_later(
    companies: Companies,
    open_session: Callable[..., Any],
    web: httpx.Client,
    shop: Listener,
    *,
    fails: bool,
    ending: str,
) -> None:
    companies.pull("process", milliseconds=100, fails=fails)
    session = open_session()

    back = web.post(session.url, data={"number": "4242424242424242", "expiry": "12/34", "cvc": "123"})

    shop.wait(6)
    completed = next(hook.body for hook in shop.heard if hook.body["type"] == "checkout.session.completed")
    assert back.headers["location"].startswith("http://127.0.0.1:8000/return")
    assert completed["data"]["object"]["payment_status"] == "unpaid"
    assert "payment_intent.processing" in shop.types()
    assert f"checkout.session.async_payment_{ending}" in shop.types()
    assert companies.ledger()["sessions"][0]["payment_status"] == ("unpaid" if fails else "paid")


def test_mail_events_are_signed_and_keep_the_custom_arguments(
    companies: Companies, mailer: SendGridAPIClient, shop: Listener
) -> None:
    mail = Mail("shop@example.com", "ada@example.com", "Hello", "text", "<p>html</p>")
    mail.custom_arg = CustomArg("notification", "n1")

    answer = mailer.send(mail)

    webhook = shop.wait(1, "/webhooks/sendgrid")[0]
    signature = webhook.headers["X-Twilio-Email-Event-Webhook-Signature"]
    timestamp = webhook.headers["X-Twilio-Email-Event-Webhook-Timestamp"]
    judge = EventWebhook(companies.webhook_key())
    assert judge.verify_signature(webhook.text, signature, timestamp)
    assert not judge.verify_signature(webhook.text + " ", signature, timestamp)
    told = [(event["event"], event["email"], event["notification"]) for event in webhook.body]
    assert told == [("processed", "ada@example.com", "n1"), ("delivered", "ada@example.com", "n1")]
    assert all(event["sg_message_id"].startswith(answer.headers["X-Message-Id"]) for event in webhook.body)
