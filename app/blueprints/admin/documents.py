"""Documents of orders, to read and to print."""

from flask import Blueprint, Response

from app.blueprints._access import staff, staff_only
from app.blueprints._pages import pdf
from app.services import documents

bp = Blueprint("documents", __name__, url_prefix="/orders/<number>/documents")


@bp.get("/<document>.pdf")
@staff_only("orders.read")
def show(number: str, document: str) -> Response:  # noqa: ARG001 - the address names the order for people
    """Send a document to read or print."""
    found, body = documents.for_staff(staff(), document)
    return pdf(body, name=found.file_name)
