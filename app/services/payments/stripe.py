"""Stripe, through its SDK: https://docs.stripe.com/api. The only file that imports it.

Each call has a time budget, goes through the circuit breaker, and refuses to run inside a transaction.
"""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from app import clock, config, db
from app.breaker import Breaker
from app.errors import Invalid, Unavailable
from app.money import Money
from app.services.payments.provider import Asked, BankRefused, Failed, InUse, Opened, Refused, Truth
from app.services.payments.stripe_amounts import amount_of, money_of

if TYPE_CHECKING:
    from stripe import StripeClient

    from app.services.payments.models import Payment, Refund

log = logging.getLogger(__name__)

CONNECT_SECONDS, ANSWER_SECONDS = 2, 10
SESSION_LIVES = timedelta(minutes=31)  # Stripe's least is 30
KEY_LIVES = timedelta(hours=23)  # Stripe forgets idempotency keys after 24 hours
_SESSION_KEY_LIVES = timedelta(seconds=50)  # then SESSION_LIVES from its start is less than Stripe's least
_DOWN = "Card payments do not work at the moment. Nothing was charged. Please try again in a minute."
_AT_WORK = "The payment company is still at work on this. Please try again in a few seconds."

breaker = Breaker("The payment company", answers=(InUse,))


def request_for(asked: Asked) -> dict[str, Any]:
    """Return the parameters of the coming call; they are stored first, so that a repeat asks the same."""
    amount, email = asked.amount, asked.email
    later = {"capture_method": "manual"} if config.current().capture == "on_shipping" else {}
    metadata = {"payment": asked.payment_id, "order": asked.order_number}
    if asked.method == "element":
        return {
            "amount": amount_of(amount),
            "currency": amount.currency.lower(),
            "automatic_payment_methods": {"enabled": True},
            **later,
            "description": f"Order {asked.order_number}",
            "metadata": metadata,
            **({"receipt_email": email} if email.isascii() else {}),
        }
    line = {
        "quantity": 1,
        "price_data": {
            "currency": amount.currency.lower(),
            "unit_amount": amount_of(amount),
            "product_data": {"name": f"Order {asked.order_number}"},
        },
    }
    return {
        "mode": "payment",
        "client_reference_id": asked.payment_id,
        **({"customer_email": email} if email.isascii() else {}),  # Stripe takes no others, and asks for its own
        "line_items": [line],
        "metadata": metadata,
        "payment_intent_data": {"description": f"Order {asked.order_number}", "metadata": metadata, **later},
        "success_url": asked.return_url,
        "cancel_url": asked.cancel_url,
    }


def trust_in_key(payment: "Payment") -> timedelta:
    """Return how long after a try's start the same call can still be made under its key."""
    return KEY_LIVES if payment.method == "element" else _SESSION_KEY_LIVES


def open_payment(payment: "Payment") -> Opened:
    """Create the PaymentIntent or Checkout Session from the stored parameters, under the payment's idempotency key."""
    options: Any = {"idempotency_key": f"{payment.id}-{payment.try_number}"}
    with calling() as client:
        if payment.method == "element":
            intent = client.v1.payment_intents.create(params=payment.request, options=options)  # type: ignore[arg-type]
            return Opened(None, intent.id, None, intent.client_secret)
        moment = payment.tried_at or clock.now()  # not now(): the same key must carry the same parameters
        request: Any = {**payment.request, "expires_at": int((moment + SESSION_LIVES).timestamp())}
        session = client.v1.checkout.sessions.create(params=request, options=options)
        return Opened(session.id, id_of(session.payment_intent), session.url, None)


def find_payment(payment: "Payment") -> Opened | None:
    """Look for what an earlier, unanswered call may have made, by our metadata."""
    with calling() as client:
        since: Any = {"created": {"gte": int((payment.created_at - timedelta(minutes=5)).timestamp())}, "limit": 100}
        if payment.method == "element":
            for intent in client.v1.payment_intents.list(params=since).auto_paging_iter():
                if mark_of(intent, "payment") == payment.id and intent.status != "canceled":
                    return Opened(None, intent.id, None, intent.client_secret)
            return None
        for session in client.v1.checkout.sessions.list(params=since).auto_paging_iter():
            if session.client_reference_id == payment.id and session.status != "expired":
                return Opened(session.id, id_of(session.payment_intent), session.url, None)
        return None


def read(payment: "Payment") -> Truth:
    """Ask Stripe what became of a payment."""
    with calling() as client:
        if payment.session_id:
            session = client.v1.checkout.sessions.retrieve(payment.session_id, params={"expand": ["payment_intent"]})
            intent = session.payment_intent
            if intent is None or isinstance(intent, str):
                status = "cancelled" if session.status == "expired" else "open"
                return Truth(status, Money.zero(payment.currency), id_of(intent))
            truth = _truth_of(intent)
            # Complete, and yet to be paid: a bank that took its time said no, and nobody can pay with it any more.
            has_failed = session.status == "complete" and intent.status == "requires_payment_method"
            is_over = has_failed or (session.status == "expired" and truth.status == "open")
            return replace(truth, status="cancelled") if is_over else truth
        return _truth_of(client.v1.payment_intents.retrieve(payment.intent_id or ""))


def cancel(payment: "Payment") -> Truth:
    """Have Stripe take no money for a payment any more; return the truth, which may be that it is paid already."""
    if payment.session_id is None and (truth := read(payment)).status in {"authorized", "paid"}:
        return truth  # a Session that is complete cannot be ended, but what a card holds for an intent could be
    end(payment.session_id, payment.intent_id)
    return read(payment)


def end(session_id: str | None, intent_id: str | None) -> None:
    """Expire a Session, or cancel a PaymentIntent, which releases what its card holds. One that is over stays so."""
    try:
        with calling() as client:
            if session_id:
                client.v1.checkout.sessions.expire(session_id)
            elif intent_id:
                client.v1.payment_intents.cancel(intent_id)
    except Refused:
        pass  # complete, captured, expired or cancelled already: whoever needs to know which reads it


def capture(payment: "Payment") -> None:
    """Take what a card holds: `payment.capturing` of it, the rest is released. Payment, amount and try are the key."""
    amount = amount_of(Money(payment.capturing, payment.currency))
    options: Any = {"idempotency_key": f"{payment.id}-capture-{amount}-{payment.capture_try}"}
    with calling() as client:
        client.v1.payment_intents.capture(
            payment.intent_id or "", params={"amount_to_capture": amount}, options=options
        )


def refund(refund: "Refund", payment: "Payment") -> tuple[str, str]:
    """Give money back; return Stripe's id of the refund and its status. Its id and try are the idempotency key."""
    params: Any = {
        "payment_intent": payment.intent_id or "",
        "amount": amount_of(refund.amount_money),
        "metadata": {"refund": refund.id},
    }
    options: Any = {"idempotency_key": f"{refund.id}-{refund.try_number}"}
    with calling() as client:
        made = client.v1.refunds.create(params=params, options=options)
        return made.id, made.status or "succeeded"


def find_refund(refund: "Refund", payment: "Payment") -> tuple[str, str] | None:
    """Look for what an earlier, unanswered call may have made."""
    with calling() as client:
        params: Any = {"payment_intent": payment.intent_id or "", "limit": 100}
        for found in client.v1.refunds.list(params=params).auto_paging_iter():
            if mark_of(found, "refund") == refund.id:
                return found.id, found.status or "succeeded"
    return None


def verify_event(raw: bytes, signature: str) -> dict[str, Any]:
    """Check an event's signature on its raw body and return it as it is; raise Invalid when it is false or old."""
    import stripe  # noqa: PLC0415 - as in _client()

    secret, tolerance = config.current().stripe_webhook_secret, stripe.Webhook.DEFAULT_TOLERANCE
    try:
        # construct_event() would make an object of each part as well, which takes longer than all the rest.
        stripe.WebhookSignature.verify_header(raw.decode(), signature, secret, tolerance)
        event: dict[str, Any] = json.loads(raw)
    except (ValueError, stripe.SignatureVerificationError) as error:
        raise Invalid("This event's signature is not Stripe's, or it is too old.") from error
    return event


@contextmanager
def calling() -> Iterator["StripeClient"]:
    """Give the client for one call, and turn Stripe's errors into the shop's."""
    import stripe  # noqa: PLC0415 - as in _client()

    db.require_no_transaction()
    with breaker.guard():
        try:
            yield _client_of(config.current())
        except (stripe.APIConnectionError, stripe.RateLimitError) as error:
            raise Unavailable(_DOWN) from error  # it may have acted; the same key will tell
        except stripe.IdempotencyError as error:
            raise Refused("idempotency_error", str(error)) from error
        except stripe.CardError as error:
            raise BankRefused(error.code or "card_error", str(error.user_message or error)) from error
        except stripe.InvalidRequestError as error:
            raise Refused(error.code or "invalid_request", str(error.user_message or error)) from error
        except (stripe.AuthenticationError, stripe.PermissionError) as error:
            log.error("Stripe refuses SHOP_STRIPE_SECRET_KEY", extra={"reason": str(error)})  # noqa: TRY400 - no bug
            raise Unavailable(_DOWN, retry=False) from error
        except stripe.StripeError as error:
            # A 409 comes as a plain APIError: stripe/_api_requestor.py, specific_v1_api_error().
            raise (InUse(_AT_WORK) if error.http_status == 409 else Failed(_DOWN)) from error


def _client_of(settings: config.Config) -> "StripeClient":
    return _client(settings.stripe_secret_key, settings.stripe_api_url)


@lru_cache(maxsize=4)
def _client(key: str, address: str) -> "StripeClient":
    import stripe  # noqa: PLC0415 - heavy, and most pages never pay

    return stripe.StripeClient(
        key,
        base_addresses={"api": address} if address else None,
        max_network_retries=1,
        http_client=stripe.RequestsClient(timeout=(CONNECT_SECONDS, ANSWER_SECONDS)),
    )


def _truth_of(intent: Any) -> Truth:
    statuses = {
        "succeeded": "paid",
        "canceled": "cancelled",
        "processing": "processing",
        "requires_capture": "authorized",
    }
    failure = intent.last_payment_error
    return Truth(
        statuses.get(intent.status, "open"),
        money_of(intent.amount_received or 0, intent.currency),
        intent.id,
        (failure.message if failure else None),
    )


def mark_of(thing: Any, name: str) -> str | None:
    """Return what we wrote in the metadata of one of Stripe's objects."""
    metadata = thing.metadata
    return str(metadata[name]) if metadata and name in metadata else None


def id_of(thing: Any) -> str | None:
    """Return the id of one of Stripe's objects, which may be expanded."""
    return thing if thing is None or isinstance(thing, str) else str(thing.id)
