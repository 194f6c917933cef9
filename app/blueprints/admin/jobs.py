"""Jobs that gave up."""

from flask import Blueprint, Response, url_for

from app.blueprints._access import staff, staff_only
from app.blueprints._pages import changed, page
from app.services import health

bp = Blueprint("jobs", __name__, url_prefix="/jobs")


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


def _may_retry() -> bool:
    return staff().may("jobs.retry")
