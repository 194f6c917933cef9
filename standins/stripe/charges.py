"""Charges: one attempt to take money, made by a payment intent and never changed in amount."""

from typing import Any

from standins import store
from standins.stripe import cards, forms, lists
from standins.stripe.api import endpoint


@endpoint("GET", "/charges/<key>")
def retrieve(params: forms.Params, key: str) -> dict[str, Any]:
    """Give one charge."""
    return lists.get("charge", key)


@endpoint("GET", "/charges", lists.PAGING + " payment_intent customer")
def list_charges(params: forms.Params) -> dict[str, Any]:
    """List charges, of one payment intent or of all."""
    equal = {name: params.get(name) for name in ("payment_intent", "customer")}
    return lists.page("charge", params, "/v1/charges", **equal)


def attempt(
    intent: dict[str, Any], method: dict[str, Any], decline: cards.Decline | None, secured: bool
) -> dict[str, Any]:
    """Write the charge of one attempt: paid, authorised, or failed with the bank's reason."""
    captured = decline is None and intent["capture_method"] != "manual"
    charge = {
        "id": store.new_id("ch_3"),
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": intent["amount"] if captured else 0,
        "amount_refunded": 0,
        "application": None,
        "application_fee": None,
        "application_fee_amount": None,
        "balance_transaction": None,
        "billing_details": method["billing_details"],
        "calculated_statement_descriptor": "STOA",
        "captured": captured,
        "created": store.now(),
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "disputed": False,
        "failure_balance_transaction": None,
        "failure_code": decline.code if decline else None,
        "failure_message": decline.message if decline else None,
        "fraud_details": {},
        "livemode": False,
        "metadata": intent["metadata"],
        "on_behalf_of": None,
        "outcome": _outcome(decline),
        "paid": decline is None,
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": _method_details(method, intent["amount"], secured),
        "receipt_email": intent["receipt_email"],
        "receipt_number": None,
        "receipt_url": None,
        "refunded": False,
        "review": None,
        "shipping": intent["shipping"],
        "source_transfer": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": intent["statement_descriptor_suffix"],
        "status": "failed" if decline else "succeeded",
        "transfer_data": None,
        "transfer_group": None,
        "_later": cards.BY_TOKEN[method["_token"]].later,
    }
    return store.put("charge", charge)


def _outcome(decline: cards.Decline | None) -> dict[str, Any]:
    return {
        "advice_code": None,
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": "declined_by_network" if decline else "approved_by_network",
        "reason": (decline.decline_code or decline.code) if decline else None,
        "risk_level": "normal",
        "seller_message": "The bank declined the payment." if decline else "Payment complete.",
        "type": "issuer_declined" if decline else "authorized",
    }


def _method_details(method: dict[str, Any], amount: int, secured: bool) -> dict[str, Any]:
    card = method["card"]
    names = ("brand", "checks", "country", "exp_month", "exp_year", "fingerprint", "funding", "last4", "wallet")
    shown = {name: card[name] for name in names}
    shown["amount_authorized"] = amount
    shown["installments"] = shown["mandate"] = None
    shown["network"] = card["brand"]
    shown["three_d_secure"] = (
        {"authentication_flow": "challenge", "result": "authenticated", "version": "2.2.0"} if secured else None
    )
    return {"card": shown, "type": "card"}
