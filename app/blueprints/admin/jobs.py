"""Jobs that gave up, and the inbox of what companies sent."""

from flask import Blueprint, Response, request, url_for

from app.blueprints._access import staff, staff_only
from app.blueprints._pages import changed, page
from app.services import health, payments

bp = Blueprint("jobs", __name__, url_prefix="/jobs")

_EVENTS = 50


@bp.get("/")
@staff_only("jobs.read")
def index() -> Response:
    """List jobs that failed for good, each with its reason."""
    return page(
        "admin/jobs/index.html", part="admin/jobs/_failed.html", jobs=health.failed_jobs(), may_retry=_may_retry()
    )


@bp.post("/<database>/<job>/retries")
@staff_only("jobs.retry")
def retry(database: str, job: str) -> Response:
    """Have one tried again."""
    health.retry_job(database, job, actor=staff().actor)
    return changed("admin/jobs/_failed.html", then=url_for(".index"), jobs=health.failed_jobs(), may_retry=_may_retry())


@bp.get("/inbox")
@staff_only("jobs.read")
def inbox() -> Response:
    """List what companies sent, newest first, with what became of it."""
    events = payments.events_as_staff(before=request.args.get("before"), limit=_EVENTS + 1)
    later = url_for(".inbox", before=events[_EVENTS - 1].id) if len(events) > _EVENTS else None
    return page("admin/jobs/inbox.html", events=events[:_EVENTS], later=later, is_first="before" not in request.args)


def _may_retry() -> bool:
    return staff().may("jobs.retry")
