"""The inbox: every event that a company sent, kept raw once, with its verdict; and its replay."""

import json
from typing import Any

from flask import Blueprint, Response, request, url_for

from app.blueprints._access import staff, staff_only
from app.blueprints._pages import page, see_other
from app.errors import NotFound
from app.services import payments

bp = Blueprint("inbox", __name__, url_prefix="/jobs/inbox")

_SHOWN = 50
_COMPANIES = {"stripe": "Stripe", "ups": "UPS", "sendgrid": "SendGrid"}
_VERDICTS = ("waits", "unknown payment", "settled", "marked", "refund failed", "not needed", "old news")


@bp.get("")
@staff_only("jobs.read")
def index() -> Response:
    """List events newest first, of one company or with one verdict."""
    company, verdict = request.args.get("company", ""), request.args.get("verdict", "")
    before = request.args.get("before")
    found = payments.events_as_staff(provider=company or None, verdict=verdict or None, before=before, limit=_SHOWN + 1)
    events = found[:_SHOWN]
    kept: dict[str, Any] = {"company": company or None, "verdict": verdict or None}
    later = url_for(".index", **kept, before=events[-1].id) if len(found) > _SHOWN else None
    return page(
        "admin/inbox/index.html", part="admin/inbox/_table.html", events=events, company=company, verdict=verdict,
        companies=_COMPANIES, verdicts=_VERDICTS, later=later, is_first=before is None,
    )  # fmt: skip


@bp.get("/<event>")
@staff_only("jobs.read")
def show(event: str) -> Response:
    """Show one event as it came."""
    found = payments.find_event(event)
    if found is None:
        raise NotFound("There is no such event.")
    return page(
        "admin/inbox/show.html", event=found, companies=_COMPANIES, body=_readable(found.raw),
        may_replay=staff().may("jobs.retry"),
    )  # fmt: skip


@bp.post("/<event>/replays")
@staff_only("jobs.retry")
def replay(event: str) -> Response:
    """Have an event acted on once more."""
    payments.replay(event, actor=staff().actor)
    return see_other(url_for(".show", event=event))


def _readable(raw: bytes) -> str:
    """Return what came as text, indented where it is JSON. The template escapes it."""
    text = raw.decode("utf-8", "replace")
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except ValueError:
        return text
