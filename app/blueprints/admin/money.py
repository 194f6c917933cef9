"""Money that needs a person: what does not match the provider's books, and disputes."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, request, url_for

from app import clock
from app.blueprints._access import staff, staff_only
from app.blueprints._pages import changed, page
from app.services import accounts, checkout, orders, payments

bp = Blueprint("money", __name__, url_prefix="/money")

_SHOWN = 50


@bp.get("/")
@staff_only("money.read")
def index() -> Response:
    """Show what waits for a person."""
    return page("admin/money/index.html", **(_findings() | _disputes() | _lapsing()))


@bp.get("/findings")
@staff_only("money.read")
def findings() -> Response:
    """List differences between the provider's books and ours: those to look at, or the earlier ones."""
    return page("admin/money/findings.html", part="admin/money/_findings.html", **_findings())


@bp.post("/findings/<finding>/closing")
@staff_only("money.reconcile")
def close(finding: str) -> Response:
    """Note that somebody has looked at one."""
    payments.close_finding(finding, actor=staff().actor)
    return changed("admin/money/_findings.html", then=url_for(".findings"), **_findings())


@bp.post("/reconciliations")
@staff_only("money.reconcile")
def reconcile() -> Response:
    """Have the books compared now."""
    checkout.reconcile_soon(actor=staff().actor)
    return changed("admin/money/_findings.html", then=url_for(".findings", asked=1), **_findings(was_asked=True))


@bp.post("/captures/<number>")
@staff_only("orders.refund")
def capture(number: str) -> Response:
    """Take the money of an order that its card holds, now."""
    checkout.capture_as_staff(orders.get_as_staff(staff(), number), actor=staff().actor)
    return changed("admin/money/_held.html", then=url_for(".index"), **_lapsing())


@bp.get("/disputes")
@staff_only("money.read")
def disputes() -> Response:
    """List disputes: those that are open, or those that are over."""
    return page("admin/money/disputes.html", part="admin/money/_disputes.html", **_disputes())


def _lapsing() -> dict[str, Any]:
    held = payments.list_lapsing(before=clock.now() + timedelta(days=7), is_flagged=True)
    return {"held": held, "held_numbers": orders.numbers_of(each.order_id for each in held),
            "may_capture": staff().may("orders.refund")}  # fmt: skip


def _findings(*, was_asked: bool = False) -> dict[str, Any]:
    is_open, before = request.args.get("state", "open") == "open", request.args.get("before")
    found = payments.list_findings(is_open=is_open, before=before, limit=_SHOWN + 1)
    shown = found[:_SHOWN]
    later = (
        url_for(".findings", state="open" if is_open else "over", before=shown[-1].id) if len(found) > _SHOWN else None
    )
    return {
        "findings": shown,
        "is_open": is_open,
        "findings_later": later,
        "names": accounts.names_of(each.closed_by for each in shown if each.closed_by),
        "may_reconcile": staff().may("money.reconcile"),
        "was_asked": was_asked or "asked" in request.args,
        "is_first": before is None,
    }


def _disputes() -> dict[str, Any]:
    is_open, before = request.args.get("state", "open") == "open", request.args.get("before")
    found = payments.list_disputed(is_open=is_open, before=before, limit=_SHOWN + 1)
    shown = found[:_SHOWN]
    later = (
        url_for(".disputes", state="open" if is_open else "over", before=shown[-1].id) if len(found) > _SHOWN else None
    )
    return {
        "disputes": shown,
        "is_open": is_open,
        "disputes_later": later,
        "numbers": orders.numbers_of(each.order_id for each in shown),
        "is_first": before is None,
    }
