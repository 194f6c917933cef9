"""The desk's pages: `/` for people, `/ledger.json` and `POST /levers` for tests."""

from typing import Any

from flask import Blueprint, Response, abort, jsonify, redirect, render_template, request

from standins import faults, outbox, store
from standins.desk import ledger, levers
from standins.stripe import currencies
from standins.ups import labels, tracking

pages = Blueprint("desk", __name__)


@pages.get("/")
def show() -> str:
    """Show what happened lately, with the levers beside it."""
    return render_template(
        "desk/show.html",
        ledger=ledger.latest(),
        deliveries=outbox.deliveries(40),
        rules=faults.rules(),
        ways={company: outbox.levers(company) for company in levers.COMPANIES},
        companies=levers.COMPANIES,
        codes=levers.DECLINE_CODES,
        next=tracking.NEXT,
        words=currencies.words,
        said=request.args.get("said", ""),
    )


@pages.get("/parcels/<number>.pdf")
def show_label(number: str) -> Response:
    """Show the label of a parcel."""
    parcel = store.find("parcel", number) or abort(404)
    return Response(labels.drawn(parcel, "PDF"), mimetype="application/pdf")


@pages.get("/ledger.json")
def show_ledger() -> Response:
    """Give everything that happened, for tests to compare with the shop's books."""
    return jsonify(ledger.everything())


@pages.get("/exchanges.json")
def show_exchanges() -> Response:
    """Give the calls written down since the lever `record`."""
    return jsonify(faults.exchanges())


@pages.post("/levers")
def pull() -> Any:
    """Pull one lever: a JSON body gets JSON, a form gets the desk again."""
    if request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
        abort(403)
    given = request.get_json() if request.is_json else {k: v for k, v in request.form.items() if v != ""}
    try:
        said = levers.pull(given)
    except levers.Refused as refusal:
        return (jsonify(error=str(refusal)), 400) if request.is_json else (str(refusal), 400)
    return jsonify(said) if request.is_json else redirect(f"/?said={given.get('lever')}", 303)


@pages.get("/health")
def health() -> Response:
    """Say that the process answers."""
    return Response("ok", mimetype="text/plain")
