"""Whether this process lives, and whether the shop is ready to sell."""

from flask import Blueprint, Response, jsonify

from app.services import health

bp = Blueprint("health", __name__, url_prefix="/health")


@bp.get("/live")
def live() -> Response:
    """Answer while the process runs; asks no store."""
    return jsonify(status="ok")


@bp.get("/ready")
def ready() -> tuple[Response, int]:
    """Ask every engine something real; 503 names those that do not answer."""
    checks = health.check()
    is_ready = all(check.is_well for check in checks if check.is_needed)
    report = {check.name: {"ok": check.is_well, "ms": check.milliseconds, "says": check.says} for check in checks}
    return jsonify(status="ok" if is_ready else "unready", checks=report), 200 if is_ready else 503
