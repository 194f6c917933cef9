"""Jobs that gave up."""

from typing import Any

from flask import Blueprint, Response, url_for

from app.blueprints._access import staff, staff_only
from app.blueprints._pages import changed, page
from app.blueprints.admin.job_names import NAMES
from app.services import health

bp = Blueprint("jobs", __name__, url_prefix="/jobs")

_SHOWN = 100


@bp.get("/")
@staff_only("jobs.read")
def index() -> Response:
    """List jobs that failed for good, each with its reason."""
    return page("admin/jobs/index.html", part="admin/jobs/_failed.html", **_failed())


@bp.post("/<database>/<job>/retries")
@staff_only("jobs.retry")
def retry(database: str, job: str) -> Response:
    """Have one tried again."""
    health.retry_job(database, job, actor=staff().actor)
    return changed("admin/jobs/_failed.html", then=url_for(".index"), **_failed())


def _failed() -> dict[str, Any]:
    found = health.failed_jobs(_SHOWN + 1)
    jobs = found[:_SHOWN]
    return {
        "jobs": jobs,
        "has_more": len(found) > _SHOWN,
        "orders": health.orders_of(jobs),
        "names": NAMES,
        "may_retry": staff().may("jobs.retry"),
    }
