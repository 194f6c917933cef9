"""The desk's pages: `/` for people, `/ledger.json` and `POST /levers` for tests."""

from typing import Any

from flask import Blueprint, Response, jsonify, redirect, render_template, request

from standins import faults, outbox
from standins.desk import ledger, levers

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
        said=request.args.get("said", ""),
    )


@pages.get("/ledger.json")
def show_ledger() -> Response:
    """Give everything that happened, for tests to compare with the shop's books."""
    return jsonify(ledger.everything())


@pages.post("/levers")
def pull() -> Any:
    """Pull one lever: a JSON body gets JSON, a form gets the desk again."""
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
