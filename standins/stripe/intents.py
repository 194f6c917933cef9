"""A payment intent's life: what each step may follow, what it writes and which events it sends.

requires_payment_method → requires_confirmation → requires_action → requires_capture → succeeded; canceled from any but
the last. After https://docs.stripe.com/payments/paymentintents/lifecycle.
"""

import contextlib
import time
from typing import Any

from flask import request

from standins import faults, store
from standins.stripe import cards, charges, checkout, disputes, events, lists, refunds
from standins.stripe.errors import CardError, StripeError

Intent = dict[str, Any]

CONFIRMABLE = ("requires_payment_method", "requires_confirmation", "requires_action")
CANCELABLE = (*CONFIRMABLE, "requires_capture", "processing")
HELD_SECONDS = 7 * 86_400  # https://docs.stripe.com/payments/place-a-hold-on-a-payment-method
NOT_AUTHENTICATED = cards.Decline(
    "payment_intent_authentication_failure",
    "",
    "We are unable to authenticate your payment method. Please choose a different payment method and try again.",
)


def create(amount: int, currency: str, **given: Any) -> Intent:
    """Write a new intent; `given` are its other fields, those that begin with `_` unseen."""
    key = store.new_id("pi_3")
    intent = {
        "id": key,
        "object": "payment_intent",
        "amount": amount,
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": None,
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": "automatic_async",
        "client_secret": store.new_id(f"{key}_secret_", 25),
        "confirmation_method": "automatic",
        "created": store.now(),
        "currency": currency,
        "customer": None,
        "description": None,
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "metadata": {},
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_options": {},
        "payment_method_types": ["card"],
        "processing": None,
        "receipt_email": None,
        "review": None,
        "setup_future_usage": None,
        "shipping": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": "requires_payment_method",
        "transfer_data": None,
        "transfer_group": None,
    } | given
    store.put("payment_intent", intent)
    events.emit("payment_intent.created", intent)
    return intent


def confirm(intent: Intent, method: dict[str, Any], return_url: str | None) -> None:
    """Try to take the money with a card: paid, declined (CardError), or first a 3-D Secure step."""
    require(intent, CONFIRMABLE, "confirm")
    intent.update(payment_method=method["id"], last_payment_error=None, next_action=None)
    card = cards.BY_TOKEN[method["_token"]]
    forced = {rule.act: rule for rule in faults.take("stripe", ("decline", "process"))}
    if "process" in forced:
        _process(intent, forced["process"])
    elif "decline" in forced:
        _charge(intent, method, cards.DECLINES[forced["decline"].code], secured=False)
    elif card.authenticate:
        _ask_for_authentication(intent, return_url)
    else:
        _charge(intent, method, cards.DECLINES.get(card.decline), secured=False)


def authenticate(intent: Intent, succeeded: bool) -> None:
    """Take the answer of the 3-D Secure step and go on, or raise CardError."""
    require(intent, ("requires_action",), "authenticate")
    method = lists.get("payment_method", intent["payment_method"])
    intent["next_action"] = None
    if not succeeded:
        _refuse(intent, method, NOT_AUTHENTICATED, None)
    card = cards.BY_TOKEN[method["_token"]]
    _charge(intent, method, cards.DECLINES.get(card.decline), secured=True)


def capture(intent: Intent, amount: int | None) -> None:
    """Take authorised money, all or less; the rest is released."""
    require(intent, ("requires_capture",), "capture")
    amount = intent["amount_capturable"] if amount is None else amount
    if not 0 < amount <= intent["amount_capturable"]:
        message = "The amount to capture must be between 1 and the amount that is capturable."
        raise StripeError(message, "amount_too_large", "amount_to_capture")
    charge = lists.get("charge", intent["latest_charge"])
    for rule in faults.take("stripe", ("refuse_capture",)):
        _refuse_capture(intent, rule)
    charge.update(captured=True, amount_captured=amount)
    store.put("charge", charge)
    events.emit("charge.captured", charge)
    if charge["amount"] > amount:
        refunds.release(charge, charge["amount"] - amount)
    _succeed(intent, amount)


def _refuse_capture(intent: Intent, rule: faults.Rule) -> None:
    """The bank does not give what it had said yes to; where the rule says so, its yes is worth nothing any more."""
    decline = cards.DECLINES[rule.code]
    if rule.fails:
        intent.update(status="requires_payment_method", amount_capturable=0)
        store.put("payment_intent", intent)
    more = {"decline_code": decline.decline_code} if decline.decline_code else {}
    raise CardError(decline.message, decline.code, **more)


def cancel(intent: Intent, reason: str | None) -> None:
    """End an intent that has not succeeded; an authorisation is released."""
    require(intent, CANCELABLE, "cancel")
    intent.pop("_ends", None)
    intent.update(
        status="canceled", canceled_at=store.now(), cancellation_reason=reason, next_action=None, amount_capturable=0
    )
    store.put("payment_intent", intent)
    if intent["latest_charge"]:
        charge = lists.get("charge", intent["latest_charge"])
        if charge["status"] == "succeeded":
            refunds.release(charge, charge["amount"])
    events.emit("payment_intent.canceled", intent)


def end_processing() -> None:
    """Pay, or fail, the intents whose bank has taken its time."""
    with store.transaction():
        for intent in store.find_due("payment_intent", "bodies_ends", f"{store.field('_ends')} <= ?", time.time()):
            intent.pop("_ends")
            method = lists.get("payment_method", intent["payment_method"])
            decline = cards.DECLINES["generic_decline"] if intent.pop("_fails") else None
            with contextlib.suppress(CardError):
                _charge(intent, method, decline, secured=False)
            checkout.end_processing(intent)


def end_holds() -> None:
    """Let cards hold no longer what was not captured in time."""
    condition = f"{store.field('status')} = 'requires_capture' AND created <= ?"
    with store.transaction():
        for intent in store.find_all("payment_intent", condition, store.now() - HELD_SECONDS):
            cancel(intent, "automatic")


def require(intent: Intent, statuses: tuple[str, ...], verb: str) -> None:
    """Refuse a step that does not follow from where the intent is."""
    if intent["status"] not in statuses:
        raise StripeError(
            f"You cannot {verb} this PaymentIntent because it has a status of {intent['status']}. Only a PaymentIntent"
            f" with one of the following statuses may be {verb}ed: {', '.join(statuses)}.",
            "payment_intent_unexpected_state",
            payment_intent=lists.public(intent),
        )


def _ask_for_authentication(intent: Intent, return_url: str | None) -> None:
    url = f"{request.host_url}stripe/3ds/{intent['id']}?secret={intent['client_secret']}"
    if return_url:
        action = {"type": "redirect_to_url", "redirect_to_url": {"return_url": return_url, "url": url}}
    else:
        action = {"type": "use_stripe_sdk", "use_stripe_sdk": {"type": "three_d_secure_redirect", "stripe_js": url}}
    intent.update(status="requires_action", next_action=action, _return_url=return_url)
    store.put("payment_intent", intent)
    events.emit("payment_intent.requires_action", intent)


def _process(intent: Intent, rule: faults.Rule) -> None:
    intent.update(status="processing", _ends=time.time() + rule.milliseconds / 1000, _fails=rule.fails)
    store.put("payment_intent", intent)
    events.emit("payment_intent.processing", intent)
    checkout.complete(intent)


def _charge(intent: Intent, method: dict[str, Any], decline: cards.Decline | None, secured: bool) -> None:
    charge = charges.attempt(intent, method, decline, secured)
    intent["latest_charge"] = charge["id"]
    if decline:
        events.emit("charge.failed", charge)
        _refuse(intent, method, decline, charge["id"])
    events.emit("charge.succeeded", charge)
    if intent["capture_method"] == "manual":
        intent.update(status="requires_capture", amount_capturable=intent["amount"])
        store.put("payment_intent", intent)
        events.emit("payment_intent.amount_capturable_updated", intent)
        checkout.complete(intent)
    else:
        _succeed(intent, intent["amount"])
    if charge["_later"] in disputes.REASONS:
        disputes.open_dispute(charge, charge["_later"])


def _succeed(intent: Intent, amount: int) -> None:
    intent.update(status="succeeded", amount_received=amount, amount_capturable=0)
    store.put("payment_intent", intent)
    events.emit("payment_intent.succeeded", intent)
    checkout.complete(intent)


def _refuse(intent: Intent, method: dict[str, Any], decline: cards.Decline, charge: str | None) -> None:
    error = CardError(decline.message, decline.code)
    if charge:
        error.body["charge"] = charge
    if decline.decline_code:
        error.body["decline_code"] = decline.decline_code
    error.body["payment_method"] = lists.public(method)
    if decline is NOT_AUTHENTICATED:
        error.body["type"] = "invalid_request_error"
    intent.update(status="requires_payment_method", payment_method=None, last_payment_error=dict(error.body))
    store.put("payment_intent", intent)
    events.emit("payment_intent.payment_failed", intent)
    error.body["payment_intent"] = lists.public(intent)
    raise error
