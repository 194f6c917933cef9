"""Disputes: the card holder's bank takes the money back, and may give it again."""

from typing import Any

from standins import store
from standins.stripe import events, forms, lists
from standins.stripe.api import endpoint
from standins.stripe.errors import StripeError

REASONS = ("fraudulent", "product_not_received", "duplicate", "general", "product_unacceptable", "unrecognized")
DAYS_TO_ANSWER = 7 * 86400
EVIDENCE = (
    "access_activity_log billing_address cancellation_policy cancellation_policy_disclosure cancellation_rebuttal"
    " customer_communication customer_email_address customer_name customer_purchase_ip customer_signature"
    " duplicate_charge_documentation duplicate_charge_explanation duplicate_charge_id product_description receipt"
    " refund_policy refund_policy_disclosure refund_refusal_explanation service_date service_documentation"
    " shipping_address shipping_carrier shipping_date shipping_documentation shipping_tracking_number"
    " uncategorized_file uncategorized_text"
).split()


@endpoint("GET", "/disputes/<key>")
def retrieve(params: forms.Params, key: str) -> dict[str, Any]:
    """Give one dispute."""
    return lists.get("dispute", key)


@endpoint("GET", "/disputes", lists.PAGING + " payment_intent charge")
def list_disputes(params: forms.Params) -> dict[str, Any]:
    """List disputes, of one payment or of all."""
    equal = {name: params.get(name) for name in ("payment_intent", "charge")}
    return lists.page("dispute", params, "/v1/disputes", **equal)


@endpoint("POST", "/disputes/<key>", "metadata[*] submit " + " ".join(f"evidence[{name}]" for name in EVIDENCE))
def update(params: forms.Params, key: str) -> dict[str, Any]:
    """Write the shop's evidence down, and send it to the bank unless `submit` is false."""
    dispute = lists.get("dispute", key)
    dispute["evidence"].update(params.get("evidence") or {})
    dispute["metadata"] = forms.metadata(params, dispute["metadata"])
    dispute["evidence_details"]["has_evidence"] = any(dispute["evidence"][name] for name in EVIDENCE)
    if params.get("submit", "true") == "true" and dispute["evidence_details"]["has_evidence"]:
        dispute["status"] = "under_review"
        dispute["evidence_details"]["submission_count"] += 1
    store.put("dispute", dispute)
    events.emit("charge.dispute.updated", dispute)
    return dispute


@endpoint("POST", "/disputes/<key>/close")
def close_dispute(params: forms.Params, key: str) -> dict[str, Any]:
    """Give the dispute up: it is lost."""
    return close(lists.get("dispute", key), won=False)


def open_dispute(charge: dict[str, Any], reason: str) -> dict[str, Any]:
    """Dispute a paid charge: its money is withdrawn."""
    if charge["status"] != "succeeded" or charge["disputed"]:
        raise StripeError("Only a paid charge without a dispute can be disputed.")
    dispute = {
        "id": store.new_id("du_1"),
        "object": "dispute",
        "amount": charge["amount"] - charge["amount_refunded"],
        "balance_transactions": [],
        "charge": charge["id"],
        "created": store.now(),
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": dict.fromkeys(EVIDENCE) | {"enhanced_evidence": {}},
        "evidence_details": {
            "due_by": store.now() + DAYS_TO_ANSWER,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        "is_charge_refundable": False,
        "livemode": False,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "payment_method_details": {
            "card": {"brand": charge["payment_method_details"]["card"]["brand"], "case_type": "chargeback"}
            | {"network_reason_code": "10.4"},
            "type": "card",
        },
        "reason": reason,
        "status": "needs_response",
    }
    charge["disputed"] = True
    store.put("charge", charge)
    store.put("dispute", dispute)
    events.emit("charge.dispute.created", dispute)
    events.emit("charge.dispute.funds_withdrawn", dispute)
    return dispute


def close(dispute: dict[str, Any], won: bool) -> dict[str, Any]:
    """End a dispute; a won one gives the money back."""
    if dispute["status"] in ("won", "lost"):
        raise StripeError("This dispute is already closed.")
    dispute["status"] = "won" if won else "lost"
    store.put("dispute", dispute)
    events.emit("charge.dispute.closed", dispute)
    if won:
        events.emit("charge.dispute.funds_reinstated", dispute)
    return dispute
