"""Whether this process lives, and whether the shop is ready to sell."""

from flask import Blueprint, Response, jsonify, request

from app.blueprints._limits import limiter, network
from app.network import is_inner
from app.services import health

bp = Blueprint("health", __name__, url_prefix="/health")

_SAYS = {True: "is well", False: "is not well; `flask shop check` says why"}


@bp.get("/live")
def live() -> Response:
    """Answer while the process runs; asks no store."""
    return jsonify(status="ok")


@bp.get("/ready")
@limiter.limit("60/minute", key_func=network, exempt_when=lambda: is_inner(request.remote_addr or ""))  # balancers
def ready() -> tuple[Response, int]:
    """Ask every engine something real; 503 names those that are not well. Why is for operators, not for strangers."""
    checks = health.check()
    is_ready = all(check.is_well for check in checks if check.is_needed)
    report = {
        check.name: {"ok": check.is_well, "ms": check.milliseconds, "says": _SAYS[check.is_well]} for check in checks
    }
    return jsonify(status="ok" if is_ready else "unready", checks=report), 200 if is_ready else 503
