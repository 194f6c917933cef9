"""The endpoints of payment intents."""

import re
from typing import Any

from standins import faults, store
from standins.stripe import currencies, forms, intents, lists, methods
from standins.stripe.api import endpoint, is_public_call
from standins.stripe.errors import StripeError, no_such

_SHIPPING = "shipping[name] shipping[phone] shipping[carrier] shipping[tracking_number] " + " ".join(
    f"shipping[address][{part}]" for part in methods.ADDRESS
)
_METHOD_DATA = " ".join(
    re.sub(r"^(\w+)", r"payment_method_data[\1]", name) for name in methods.TAKES.split() if name != "key"
)
_CHANGE = (
    "amount currency customer description metadata[*] receipt_email payment_method payment_method_types[]"
    " setup_future_usage statement_descriptor_suffix " + _SHIPPING
)
_CREATE = (
    _CHANGE + " automatic_payment_methods[enabled] automatic_payment_methods[allow_redirects] capture_method confirm"
    " off_session return_url use_stripe_sdk " + _METHOD_DATA
)
_CONFIRM = (
    "payment_method return_url receipt_email off_session use_stripe_sdk client_secret key "
    + _METHOD_DATA
    + " "
    + _SHIPPING
)
_FIELDS = ("customer", "description", "receipt_email", "shipping", "setup_future_usage", "statement_descriptor_suffix")
_CLAUSE = re.compile(
    r"""\s*(?:metadata\[['"](?P<key>[^'"]+)['"]\]|(?P<field>status|currency|customer))\s*:\s*['"](?P<value>[^'"]*)['"]\s*"""
)
CANCELLATION_REASONS = ("duplicate", "fraudulent", "requested_by_customer", "abandoned")


@endpoint("POST", "/payment_intents", _CREATE)
def create(params: forms.Params) -> dict[str, Any]:
    """Create an intent, and confirm it at once when asked."""
    forms.needed(params, "amount")
    amount = forms.whole(params, "amount") or 0
    currency = str(forms.needed(params, "currency")).lower()
    currencies.check(amount, currency)
    capture = forms.choice(params, "capture_method", ("automatic", "automatic_async", "manual"), "automatic_async")
    types = params.get("payment_method_types")
    intent = intents.create(
        amount,
        currency,
        capture_method=capture,
        metadata=forms.metadata(params),
        automatic_payment_methods=None if types else {"allow_redirects": "always", "enabled": True},
        payment_method_types=types or ["card"],
        **{name: params.get(name) or None for name in _FIELDS},
    )
    _attach(intent, params)
    if forms.truth(params, "confirm"):
        _confirm(intent, params)
    return intent


@endpoint("GET", "/payment_intents/<key>", "client_secret key", public=True)
def retrieve(params: forms.Params, key: str) -> dict[str, Any]:
    """Give one intent; a browser must name its client secret."""
    return _for_caller(key, params)


@endpoint("POST", "/payment_intents/<key>", _CHANGE)
def update(params: forms.Params, key: str) -> dict[str, Any]:
    """Change an intent that is not yet paid."""
    intent = lists.get("payment_intent", key)
    if {"amount", "currency"} & set(params):
        intents.require(intent, ("requires_payment_method", "requires_confirmation", "requires_action"), "update")
        intent["amount"] = forms.whole(params, "amount") or intent["amount"]
        intent["currency"] = params.get("currency", intent["currency"]).lower()
        currencies.check(intent["amount"], intent["currency"])
    intent.update({name: params[name] or None for name in _FIELDS if name in params})
    intent["metadata"] = forms.metadata(params, intent["metadata"])
    store.put("payment_intent", intent)
    _attach(intent, params)
    return intent


@endpoint("POST", "/payment_intents/<key>/confirm", _CONFIRM, public=True)
def confirm(params: forms.Params, key: str) -> dict[str, Any]:
    """Try to take the money."""
    intent = _for_caller(key, params)
    _refuse_checkout(intent, "confirm")
    _confirm(intent, params)
    return intent


@endpoint("POST", "/payment_intents/<key>/capture", "amount_to_capture metadata[*]")
def capture(params: forms.Params, key: str) -> dict[str, Any]:
    """Take money that was authorised."""
    intent = lists.get("payment_intent", key)
    intents.capture(intent, forms.whole(params, "amount_to_capture"))
    return intent


@endpoint("POST", "/payment_intents/<key>/cancel", "cancellation_reason")
def cancel(params: forms.Params, key: str) -> dict[str, Any]:
    """Cancel an intent that has not succeeded."""
    intent = lists.get("payment_intent", key)
    if intent["status"] != "requires_capture":  # a completed session's authorisation is released like any other
        _refuse_checkout(intent, "cancel")
    intents.cancel(intent, forms.choice(params, "cancellation_reason", CANCELLATION_REASONS))
    return intent


@endpoint("GET", "/payment_intents", lists.PAGING + " customer")
def list_intents(params: forms.Params) -> dict[str, Any]:
    """List intents."""
    return lists.page("payment_intent", params, "/v1/payment_intents", customer=params.get("customer"))


@endpoint("GET", "/payment_intents/search", "query limit page")
def search(params: forms.Params) -> dict[str, Any]:
    """Find intents by `metadata['key']:'value'`, `status`, `currency` and `customer`, joined by AND.

    In life an object can be found up to a minute after its writing; the lever `search_lag` plays that.
    """
    conditions = ["created <= ?"]
    values: list[Any] = [store.now() - int(faults.read("search_lag", 0))]
    for clause in re.split(r"\s+AND\s+", str(forms.needed(params, "query"))):
        match = _CLAUSE.fullmatch(clause)
        if not match:
            raise StripeError(f"We were unable to parse your search query: {clause}", param="query")
        key = match["key"]
        if key and not key.replace("_", "").replace("-", "").isalnum():
            raise StripeError(f"This stand-in searches metadata by plain keys only: {key}", param="query")
        conditions.append(f"{store.field(f'metadata.{key}' if key else match['field'])} = ?")
        values.append(match["value"])
    limit = forms.whole(params, "limit") or 10
    found = store.find_all("payment_intent", " AND ".join(conditions), *values, limit=limit)
    return {
        "object": "search_result",
        "data": [lists.public(intent) for intent in found],
        "has_more": False,
        "next_page": None,
        "url": "/v1/payment_intents/search",
    }


def _for_caller(key: str, params: forms.Params) -> dict[str, Any]:
    intent = lists.get("payment_intent", key, "intent")
    if is_public_call() and params.get("client_secret") != intent["client_secret"]:
        raise no_such("payment_intent", key, "intent")
    return intent


def _refuse_checkout(intent: dict[str, Any], verb: str) -> None:
    if intent.get("_session"):
        raise StripeError(
            f"You cannot {verb} a PaymentIntent that was created by Checkout. Expire the Checkout Session instead."
        )


def _attach(intent: dict[str, Any], params: forms.Params) -> None:
    if params.get("payment_method"):
        intent["payment_method"] = methods.from_token(params["payment_method"])["id"]
    elif params.get("payment_method_data"):
        intent["payment_method"] = methods.from_params(params["payment_method_data"])["id"]
    else:
        return
    if intent["status"] == "requires_payment_method":
        intent["status"] = "requires_confirmation"
    store.put("payment_intent", intent)


def _confirm(intent: dict[str, Any], params: forms.Params) -> None:
    intents.require(intent, intents.CONFIRMABLE, "confirm")
    _attach(intent, params)
    if not intent["payment_method"]:
        raise StripeError(
            "You cannot confirm this PaymentIntent because it's missing a payment method.",
            "payment_intent_unexpected_state",
            payment_intent=lists.public(intent),
        )
    return_url = params.get("return_url")
    if intent["automatic_payment_methods"] and not return_url and not is_public_call():
        raise StripeError(
            "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some of"
            " these payment methods might redirect your customer off of your page, you must provide a `return_url`."
        )
    if params.get("use_stripe_sdk") == "true":
        return_url = None
    intents.confirm(intent, lists.get("payment_method", intent["payment_method"]), return_url)
