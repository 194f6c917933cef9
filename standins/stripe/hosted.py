"""Stripe's own payment page and its 3-D Secure step: plain forms, no JavaScript, no cookie."""

import contextlib
from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from standins import store
from standins.stripe import currencies, intents, lists, methods, sessions
from standins.stripe.errors import CardError, StripeError

pages = Blueprint("stripe_pages", __name__, url_prefix="/stripe", static_folder="../static")


@pages.get("/pay/<key>")
def show(key: str) -> AnyResponse | str:
    """Show what is to be paid and ask for a card."""
    session = _session(key)
    if session["status"] == "complete":
        return redirect(_success(session), 303)
    if session["status"] == "expired":
        return Response(render_template("pay/expired.html", session=session), 410)
    return _form(session)


@pages.post("/pay/<key>")
def pay(key: str) -> AnyResponse | str:
    """Take the card: to the shop when paid, back to the form when declined, or first to 3-D Secure."""
    with store.transaction():
        session = _session(key)
        if session["status"] != "open":
            return redirect(request.url, 303)
        try:
            method = methods.from_params({"type": "card", "card": _typed(), "billing_details": _billing(session)})
            intent = sessions.intent_of(session)
            intents.confirm(intent, method, request.url)
        except CardError as error:
            return Response(_form(session, error), 402)
        except StripeError as error:
            return Response(_form(session, error), 400)
    if intent["status"] == "requires_action":
        return redirect(intent["next_action"]["redirect_to_url"]["url"], 303)
    return redirect(_success(session), 303)


@pages.get("/3ds/<key>")
def ask(key: str) -> AnyResponse | str:
    """Play the bank's page that asks whether it is really the card's owner."""
    intent = _intent(key)
    if intent["status"] != "requires_action":
        return redirect(_way_back(intent), 303)
    return render_template(
        "pay/authenticate.html", intent=intent, total=currencies.words(intent["amount"], intent["currency"])
    )


@pages.post("/3ds/<key>")
def authenticate(key: str) -> AnyResponse:
    """Take the owner's answer and send the browser on."""
    with store.transaction():
        intent = _intent(key)
        if intent["status"] == "requires_action":
            # The page or the shop that the browser returns to shows the intent's last error.
            with contextlib.suppress(CardError):
                intents.authenticate(intent, request.form.get("answer") == "complete")
    return redirect(_way_back(intent), 303)


def _session(key: str) -> dict[str, Any]:
    return store.find("checkout.session", key) or abort(404)


def _intent(key: str) -> dict[str, Any]:
    intent = store.find("payment_intent", key)
    if not intent or request.args.get("secret") != intent["client_secret"]:
        abort(404)
    return intent


def _form(session: dict[str, Any], error: StripeError | None = None) -> str:
    message = str(error) if error else ""
    if not error and session["payment_intent"]:
        message = (lists.get("payment_intent", session["payment_intent"])["last_payment_error"] or {}).get(
            "message", ""
        )
    return render_template(
        "pay/show.html",
        session=session,
        lines=session["_line_items"]["data"],
        total=currencies.words(session["amount_total"], session["currency"]),
        cancel=(session["cancel_url"] or "").replace("{CHECKOUT_SESSION_ID}", session["id"]),
        words=currencies.words,
        message=message,
        field=error.body.get("param") if error else "",
        typed=request.form,
    )


def _typed() -> dict[str, str]:
    month, _, year = request.form.get("expiry", "").replace(" ", "").partition("/")
    digits = {"exp_month": month, "exp_year": year}
    card = {name: value if value.isdigit() else "0" for name, value in digits.items()}
    return card | {"number": request.form.get("number") or "0", "cvc": request.form.get("cvc", "")}


def _billing(session: dict[str, Any]) -> dict[str, str | None]:
    return {
        "name": request.form.get("name") or None,
        "email": session["customer_email"] or request.form.get("email") or None,
    }


def _success(session: dict[str, Any]) -> str:
    return str(session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"]))


def _way_back(intent: dict[str, Any]) -> str:
    """Where the browser goes after 3-D Secure: the session's page, the shop's return address, or a last page."""
    if intent.get("_session"):
        return f"/stripe/pay/{intent['_session']}"
    if not intent.get("_return_url"):
        return f"/stripe/3ds/{intent['id']}/done"
    sign = "&" if "?" in intent["_return_url"] else "?"
    status = "succeeded" if intent["status"] in ("succeeded", "requires_capture") else "failed"
    return (
        f"{intent['_return_url']}{sign}payment_intent={intent['id']}"
        f"&payment_intent_client_secret={intent['client_secret']}&redirect_status={status}"
    )
