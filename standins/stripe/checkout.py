"""What a payment intent's end means for the checkout session it belongs to."""

from typing import Any

from standins import store
from standins.stripe import events, lists


def complete(intent: dict[str, Any]) -> None:
    """Complete the session of an intent that was paid, authorised or is processing, if it has one still open."""
    if not intent.get("_session"):
        return
    session = lists.get("checkout.session", intent["_session"])
    paid = intent["status"] == "succeeded"
    if session["status"] == "complete":
        session["payment_status"] = "paid" if paid else session["payment_status"]
        store.put("checkout.session", session)
        return
    method = lists.get("payment_method", intent["payment_method"])
    email = session["customer_email"] or method["billing_details"]["email"]
    session.update(
        status="complete",
        payment_status="paid" if paid else "unpaid",
        url=None,
        customer_details=method["billing_details"] | {"email": email, "tax_exempt": "none", "tax_ids": []},
    )
    session["customer_details"].pop("tax_id", None)
    store.put("checkout.session", session)
    events.emit("checkout.session.completed", session)


def end_processing(intent: dict[str, Any]) -> None:
    """Say how a payment ended that was still processing when its session completed."""
    if intent.get("_session"):
        ending = "succeeded" if intent["status"] == "succeeded" else "failed"
        events.emit(f"checkout.session.async_payment_{ending}", lists.get("checkout.session", intent["_session"]))
