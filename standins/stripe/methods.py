"""Payment methods: a card as Stripe keeps it, which is never its number."""

import hashlib
from typing import Any

from standins import store
from standins.stripe import cards, forms, lists
from standins.stripe.api import endpoint
from standins.stripe.errors import StripeError

ADDRESS = ("city", "country", "line1", "line2", "postal_code", "state")
TAKES = (
    "type card[number] card[exp_month] card[exp_year] card[cvc] billing_details[name] billing_details[email]"
    " billing_details[phone] metadata[*] allow_redisplay key "
    + " ".join(f"billing_details[address][{part}]" for part in ADDRESS)
)


@endpoint("POST", "/payment_methods", TAKES, public=True)
def create(params: forms.Params) -> dict[str, Any]:
    """Keep a card that somebody typed."""
    return from_params(params)


@endpoint("GET", "/payment_methods/<key>")
def retrieve(params: forms.Params, key: str) -> dict[str, Any]:
    """Give one payment method."""
    return lists.get("payment_method", key)


def from_params(params: forms.Params) -> dict[str, Any]:
    """Keep the card of a form such as `payment_method_data`."""
    if params.get("type", "card") != "card":
        raise StripeError(f"The payment method type {params['type']} is not played here.", param="type")
    typed = params.get("card") or {}
    card = cards.read(
        str(forms.needed(typed, "number")),
        forms.whole(typed, "exp_month") or 0,
        forms.whole(typed, "exp_year") or 0,
        str(typed.get("cvc", "")),
    )
    expiry = forms.whole(typed, "exp_month") or 0, (forms.whole(typed, "exp_year") or 0) % 100 + 2000
    return keep(card, *expiry, params.get("billing_details"))


def from_token(token: str) -> dict[str, Any]:
    """Give the payment method of an id; Stripe's test names such as `pm_card_visa` make one."""
    if token in cards.BY_TOKEN:
        return keep(cards.BY_TOKEN[token], 12, store.today()[0] + 3, None)
    return lists.get("payment_method", token, "payment_method")


def keep(card: cards.Card, month: int, year: int, billing: Any) -> dict[str, Any]:
    """Write a payment method for a card."""
    billing = billing or {}
    address = billing.get("address") or {}
    method = {
        "id": store.new_id("pm_1"),
        "object": "payment_method",
        "allow_redisplay": "unspecified",
        "billing_details": {
            "address": {part: address.get(part) for part in ADDRESS},
            "email": billing.get("email"),
            "name": billing.get("name"),
            "phone": billing.get("phone"),
            "tax_id": None,
        },
        "card": details(card) | {"exp_month": month, "exp_year": year},
        "created": store.now(),
        "customer": None,
        "livemode": False,
        "metadata": {},
        "type": "card",
        "_token": card.token,
    }
    return store.put("payment_method", method)


def details(card: cards.Card) -> dict[str, Any]:
    """Describe a card without its number."""
    return {
        "brand": card.brand,
        "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
        "country": "DE" if card.token == "pm_card_de" else "US",
        "display_brand": card.brand,
        "fingerprint": hashlib.sha256(card.number.encode()).hexdigest()[:16],
        "funding": "debit" if card.token == "pm_card_visa_debit" else "credit",
        "generated_from": None,
        "last4": card.number[-4:],
        "networks": {"available": [card.brand], "preferred": None},
        "regulated_status": "unregulated",
        "three_d_secure_usage": {"supported": True},
        "wallet": None,
    }
