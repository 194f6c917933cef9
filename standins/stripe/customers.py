"""Customers and setup intents: just enough for a shop that keeps neither in life."""

from typing import Any

from standins import store
from standins.stripe import cards, events, forms, lists, methods
from standins.stripe.api import endpoint

_CUSTOMER = "email name phone description metadata[*]"


@endpoint("POST", "/customers", _CUSTOMER)
def create_customer(params: forms.Params) -> dict[str, Any]:
    """Write a customer."""
    names = ("email", "name", "phone", "description")
    customer = {name: params.get(name) for name in names} | {
        "id": store.new_id("cus_", 14),
        "object": "customer",
        "address": None,
        "balance": 0,
        "created": store.now(),
        "delinquent": False,
        "livemode": False,
        "metadata": forms.metadata(params),
        "shipping": None,
    }
    store.put("customer", customer)
    events.emit("customer.created", customer)
    return customer


@endpoint("GET", "/customers/<key>")
def retrieve_customer(params: forms.Params, key: str) -> dict[str, Any]:
    """Give one customer."""
    return lists.get("customer", key)


@endpoint(
    "POST", "/setup_intents", "customer description metadata[*] payment_method payment_method_types[] usage confirm"
)
def create_setup(params: forms.Params) -> dict[str, Any]:
    """Write a setup intent; confirmed at once with a card that needs no 3-D Secure, it succeeds."""
    key = store.new_id("seti_1")
    method = methods.from_token(params["payment_method"]) if params.get("payment_method") else None
    setup = {
        "id": key,
        "object": "setup_intent",
        "application": None,
        "cancellation_reason": None,
        "client_secret": store.new_id(f"{key}_secret_", 25),
        "created": store.now(),
        "customer": params.get("customer"),
        "description": params.get("description"),
        "last_setup_error": None,
        "latest_attempt": None,
        "livemode": False,
        "mandate": None,
        "metadata": forms.metadata(params),
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": method["id"] if method else None,
        "payment_method_options": {},
        "payment_method_types": params.get("payment_method_types") or ["card"],
        "single_use_mandate": None,
        "status": _status(method, forms.truth(params, "confirm")),
        "usage": forms.choice(params, "usage", ("off_session", "on_session"), "off_session"),
    }
    store.put("setup_intent", setup)
    events.emit("setup_intent.created", setup)
    if setup["status"] == "succeeded":
        events.emit("setup_intent.succeeded", setup)
    return setup


@endpoint("GET", "/setup_intents/<key>", "client_secret key")
def retrieve_setup(params: forms.Params, key: str) -> dict[str, Any]:
    """Give one setup intent."""
    return lists.get("setup_intent", key)


def _status(method: dict[str, Any] | None, confirmed: bool) -> str:
    if method is None:
        return "requires_payment_method"
    if not confirmed:
        return "requires_confirmation"
    return "requires_action" if cards.BY_TOKEN[method["_token"]].authenticate else "succeeded"
