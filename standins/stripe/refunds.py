"""Refunds: never more in sum than the charge took."""

from typing import Any

from standins import store
from standins.stripe import currencies, events, forms, lists
from standins.stripe.api import endpoint
from standins.stripe.errors import StripeError, missing, no_such

REASONS = ("duplicate", "fraudulent", "requested_by_customer")
_TAKES = "amount charge payment_intent reason metadata[*] instructions_email"


@endpoint("POST", "/refunds", _TAKES)
def create(params: forms.Params) -> dict[str, Any]:
    """Give back what is left of a charge, or a part of it."""
    charge = _charge(params)
    reason = forms.choice(params, "reason", REASONS)
    left = charge["amount"] - charge["amount_refunded"]  # what a capture left over counts as refunded
    if charge["disputed"]:
        raise StripeError(f"Charge {charge['id']} has been charged back; cannot issue a refund.", "charge_disputed")
    if left <= 0:
        raise StripeError(f"Charge {charge['id']} has already been refunded.", "charge_already_refunded")
    amount = forms.whole(params, "amount")
    amount = left if amount is None else amount
    if amount < 1:
        raise StripeError("Invalid positive integer", "parameter_invalid_integer", "amount")
    if amount > left:
        asked, rest = (currencies.words(value, charge["currency"]) for value in (amount, left))
        raise StripeError(
            f"Refund amount ({asked}) is greater than unrefunded amount on charge ({rest})", param="amount"
        )
    later = charge["_later"] if charge["_later"].startswith("refund_") else ""
    return _refund(charge, amount, reason, forms.metadata(params), later)


@endpoint("GET", "/refunds/<key>")
def retrieve(params: forms.Params, key: str) -> dict[str, Any]:
    """Give one refund."""
    return lists.get("refund", key)


@endpoint("POST", "/refunds/<key>", "metadata[*]")
def update(params: forms.Params, key: str) -> dict[str, Any]:
    """Change the metadata of a refund."""
    refund = lists.get("refund", key)
    refund["metadata"] = forms.metadata(params, refund["metadata"])
    store.put("refund", refund)
    events.emit("refund.updated", refund)
    return refund


@endpoint("GET", "/refunds", lists.PAGING + " payment_intent charge")
def list_refunds(params: forms.Params) -> dict[str, Any]:
    """List refunds, of one payment or of all."""
    equal = {name: params.get(name) for name in ("payment_intent", "charge")}
    return lists.page("refund", params, "/v1/refunds", **equal)


def release(charge: dict[str, Any], amount: int) -> None:
    """Write what a card held of a charge and is let go: a refund too, though no money moves."""
    _refund(charge, amount, None, {}, "")


def fail(refund: dict[str, Any]) -> None:
    """Have the bank send a refund back: its money is the shop's again."""
    refund.update(status="failed", failure_reason="expired_or_canceled_card")
    store.put("refund", refund)
    charge = lists.get("charge", refund["charge"])
    charge.update(amount_refunded=charge["amount_refunded"] - refund["amount"], refunded=False)
    store.put("charge", charge)
    events.emit("refund.updated", refund)
    events.emit("refund.failed", refund)


def succeed(refund: dict[str, Any]) -> None:
    """End a pending refund well."""
    refund["status"] = "succeeded"
    store.put("refund", refund)
    events.emit("refund.updated", refund)


def settle_pending() -> None:
    """Move the refunds of the cards that answer later, once they are some seconds old."""
    with store.transaction():
        condition = f"{store.field('_later')} != '' AND {store.field('created')} < ?"
        for refund in store.find_all("refund", condition, store.now() - 3):
            ending = refund.pop("_later")
            (fail if ending == "refund_fails" else succeed)(refund)


def _charge(params: forms.Params) -> dict[str, Any]:
    if params.get("charge"):
        charge = lists.get("charge", params["charge"], "charge")
    elif params.get("payment_intent"):
        intent = lists.get("payment_intent", params["payment_intent"], "payment_intent")
        if not intent["latest_charge"]:
            raise StripeError("This PaymentIntent does not have a successful charge to refund.", param="payment_intent")
        charge = lists.get("charge", intent["latest_charge"])
    else:
        raise missing("payment_intent")
    if charge["status"] != "succeeded" or not charge["captured"]:
        raise no_such("charge", charge["id"], "charge")
    return charge


def _refund(
    charge: dict[str, Any], amount: int, reason: str | None, metadata: dict[str, str], later: str
) -> dict[str, Any]:
    refund = {
        "id": store.new_id("re_3"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charge["id"],
        "created": store.now(),
        "currency": charge["currency"],
        "destination_details": {"card": {"type": "refund"}, "type": "card"},
        "metadata": metadata,
        "payment_intent": charge["payment_intent"],
        "reason": reason,
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "pending" if later == "refund_pending" else "succeeded",
        "transfer_reversal": None,
        "_later": later,
    }
    store.put("refund", refund)
    before = {name: charge[name] for name in ("amount_refunded", "refunded")}
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    store.put("charge", charge)
    events.emit("refund.created", refund)
    events.emit("charge.refunded", charge, before)
    return refund
