"""Checkout sessions: a payment on Stripe's own page, which the shop sends a browser to."""

from typing import Any

from flask import request

from standins import store
from standins.stripe import currencies, events, forms, intents, lists
from standins.stripe.api import endpoint
from standins.stripe.errors import StripeError, missing

LEAST_SECONDS, MOST_SECONDS = 30 * 60, 24 * 3600
# A client whose clock or call is a moment behind must not be refused; Stripe is as lenient.
LENIENCE_SECONDS = 30
_LINE = (
    "line_items[][quantity] line_items[][price_data][currency] line_items[][price_data][unit_amount]"
    " line_items[][price_data][tax_behavior] line_items[][price_data][product_data][name]"
    " line_items[][price_data][product_data][description] line_items[][price_data][product_data][images][]"
    " line_items[][price_data][product_data][metadata][*]"
)
_INTENT = (
    "payment_intent_data[metadata][*] payment_intent_data[description] payment_intent_data[capture_method]"
    " payment_intent_data[receipt_email] payment_intent_data[statement_descriptor_suffix]"
    " payment_intent_data[setup_future_usage]"
)
_TAKES = (
    "mode success_url cancel_url customer_email customer client_reference_id expires_at locale metadata[*] currency"
    f" payment_method_types[] submit_type ui_mode custom_text[submit][message] {_LINE} {_INTENT}"
)
_NOTHING = (
    "after_expiration allow_promotion_codes billing_address_collection client_secret consent consent_collection"
    " currency_conversion customer_creation customer_details invoice invoice_creation payment_intent payment_link"
    " payment_method_collection payment_method_configuration_details recovered_from saved_payment_method_options"
    " setup_intent shipping_address_collection shipping_cost submit_type subscription collected_information"
).split()


@endpoint("POST", "/checkout/sessions", _TAKES)
def create(params: forms.Params) -> dict[str, Any]:
    """Open a session for one payment of the line items given."""
    if forms.choice(params, "mode", ("payment", "setup", "subscription")) != "payment":
        raise StripeError("This stand-in plays mode=payment only.", param="mode")
    key = store.new_id("cs_test_a1", 56)
    lines = _lines(forms.needed(params, "line_items"))
    total = sum(line["amount_total"] for line in lines)
    currency = lines[0]["currency"]
    currencies.check(total, currency)
    session = dict.fromkeys(_NOTHING) | {
        "id": key,
        "object": "checkout.session",
        "adaptive_pricing": {"enabled": False},
        "amount_subtotal": total,
        "amount_total": total,
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "cancel_url": params.get("cancel_url"),
        "client_reference_id": params.get("client_reference_id"),
        "created": store.now(),
        "currency": currency,
        "custom_fields": [],
        "custom_text": {
            "after_submit": None,
            "shipping_address": None,
            "submit": (params.get("custom_text") or {}).get("submit"),
            "terms_of_service_acceptance": None,
        },
        "customer": params.get("customer"),
        "customer_email": params.get("customer_email"),
        "expires_at": _expiry(params),
        "livemode": False,
        "locale": params.get("locale"),
        "metadata": forms.metadata(params),
        "mode": "payment",
        "payment_method_options": {},
        "payment_method_types": params.get("payment_method_types") or ["card"],
        "payment_status": "unpaid",
        "phone_number_collection": {"enabled": False},
        "shipping_options": [],
        "status": "open",
        "success_url": forms.needed(params, "success_url"),
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": None,
        "url": f"{request.host_url}stripe/pay/{key}",
        "_intent": params.get("payment_intent_data") or {},
        "_line_items": {
            "object": "list",
            "data": lines,
            "has_more": False,
            "url": f"/v1/checkout/sessions/{key}/line_items",
        },
    }
    return store.put("checkout.session", session)


@endpoint("GET", "/checkout/sessions/<key>")
def retrieve(params: forms.Params, key: str) -> dict[str, Any]:
    """Give one session."""
    return lists.get("checkout.session", key)


@endpoint("GET", "/checkout/sessions/<key>/line_items", lists.PAGING)
def list_lines(params: forms.Params, key: str) -> dict[str, Any]:
    """List what a session is for."""
    lines: dict[str, Any] = lists.get("checkout.session", key)["_line_items"]
    return lines


@endpoint("GET", "/checkout/sessions", lists.PAGING + " payment_intent status customer")
def list_sessions(params: forms.Params) -> dict[str, Any]:
    """List sessions, of one payment intent or of all."""
    equal = {name: params.get(name) for name in ("payment_intent", "status", "customer")}
    return lists.page("checkout.session", params, "/v1/checkout/sessions", **equal)


@endpoint("POST", "/checkout/sessions/<key>/expire")
def expire_session(params: forms.Params, key: str) -> dict[str, Any]:
    """Close an open session, so that nobody can pay it any more."""
    session = lists.get("checkout.session", key)
    if session["status"] != "open":
        raise StripeError(
            f'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of'
            f" `{session['status']}`."
        )
    return expire(session)


def expire(session: dict[str, Any]) -> dict[str, Any]:
    """Close a session, and cancel the intent of a payment that was tried."""
    session.update(status="expired", url=None)
    store.put("checkout.session", session)
    if session["payment_intent"]:
        intents.cancel(lists.get("payment_intent", session["payment_intent"]), "automatic")
    events.emit("checkout.session.expired", session)
    return session


def expire_due() -> None:
    """Close the open sessions whose time is over."""
    condition = f"{store.field('status')} = 'open' AND {store.field('expires_at')} <= ?"
    with store.transaction():
        for session in store.find_due("checkout.session", "bodies_open", condition, store.now()):
            expire(session)


def intent_of(session: dict[str, Any]) -> dict[str, Any]:
    """Give the session's payment intent, made when somebody first tries to pay, as in life."""
    if session["payment_intent"]:
        return lists.get("payment_intent", session["payment_intent"])
    given = {name: value for name, value in session["_intent"].items() if value}
    given.setdefault("metadata", {})
    intent = intents.create(
        session["amount_total"], session["currency"], customer=session["customer"], _session=session["id"], **given
    )
    session["payment_intent"] = intent["id"]
    store.put("checkout.session", session)
    return intent


def _expiry(params: forms.Params) -> int:
    now = store.now()
    expires = forms.whole(params, "expires_at") or now + MOST_SECONDS
    if not now + LEAST_SECONDS - LENIENCE_SECONDS <= expires <= now + MOST_SECONDS + LENIENCE_SECONDS:
        message = "The `expires_at` timestamp must be at least 30 minutes and less than 24 hours from now."
        raise StripeError(message, param="expires_at")
    return expires


def _lines(given: Any) -> list[dict[str, Any]]:
    return [_line(place, line) for place, line in enumerate(given)]


def _line(place: int, line: dict[str, Any]) -> dict[str, Any]:
    price = line.get("price_data")
    if not price:
        raise missing(f"line_items[{place}][price_data]")
    product = price.get("product_data") or {}
    currency = str(forms.needed(price, "currency")).lower()
    forms.needed(price, "unit_amount")
    unit, quantity = forms.whole(price, "unit_amount") or 0, forms.whole(line, "quantity") or 1
    if unit < 0 or quantity < 0:
        raise StripeError("Invalid non-negative integer", "parameter_invalid_integer", f"line_items[{place}]")
    product_key = store.new_id("prod_", 14)
    return {
        "id": store.new_id("li_1"),
        "object": "item",
        "amount_discount": 0,
        "amount_subtotal": unit * quantity,
        "amount_tax": 0,
        "amount_total": unit * quantity,
        "currency": currency,
        "description": str(forms.needed(product, "name")),
        "price": _price(currency, unit, product_key),
        "quantity": quantity,
    }


def _price(currency: str, unit: int, product: str) -> dict[str, Any]:
    return {
        "id": store.new_id("price_1"),
        "object": "price",
        "active": False,
        "billing_scheme": "per_unit",
        "created": store.now(),
        "currency": currency,
        "custom_unit_amount": None,
        "livemode": False,
        "lookup_key": None,
        "metadata": {},
        "nickname": None,
        "product": product,
        "recurring": None,
        "tax_behavior": "unspecified",
        "tiers_mode": None,
        "transform_quantity": None,
        "type": "one_time",
        "unit_amount": unit,
        "unit_amount_decimal": str(unit),
    }
