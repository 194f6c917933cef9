"""The back office: the rooms under /admin, and what they share. Each noun has a file beside this one.

The one rule: every view but those of signing in carries `staff_only(permission)`; a rule test looks.
"""

from functools import partial
from typing import Any

from flask import Blueprint, Response, request, url_for
from flask_login import current_user
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.exceptions import HTTPException

from app.blueprints._access import staff
from app.blueprints._pages import see_other, show_error
from app.blueprints.admin import (
    bookings,
    cancellation,
    collections,
    corrections,
    credits,
    documents,
    gift_cards,
    home,
    inbox,
    jobs,
    making,
    money,
    orders,
    parcels,
    pictures,
    products,
    promotions,
    returns,
    sign_in,
    stock,
    synonyms,
    taxes,
    transfers,
)
from app.errors import NotFound, ShopError

bp = Blueprint("admin", __name__, url_prefix="/admin")

# What can be opened, in groups, and by whom: (name, endpoint, permission).
_MENU = (
    (
        ("Orders", "orders.index", "orders.read"),
        ("Returns", "returns.index", "orders.read"),
        ("Transfers", "transfers.index", "orders.read"),
        ("Gift cards", "gift_cards.index", "gift_cards.read"),
        ("Money", "money.index", "money.read"),
    ),
    (
        ("Products", "products.index", "catalog.read"),
        ("Collections", "collections.index", "catalog.read"),
        ("Stock", "stock.index", "stock.read"),
        ("Promotions", "promotions.index", "promotions.read"),
    ),
    (
        ("Home page", "home.index", "catalog.read"),
        ("Synonyms", "synonyms.index", "search.edit"),
        ("Taxes", "taxes.index", "taxes.read"),
        ("Jobs", "jobs.index", "jobs.read"),
    ),
)
_ROOMS = (
    *(sign_in, orders, corrections, credits, cancellation, documents, parcels, bookings, stock),
    *(making, products, pictures, collections, home, returns),
    *(synonyms, jobs, inbox, transfers, gift_cards, promotions, taxes, money),
)
for room in _ROOMS:
    bp.register_blueprint(room.bp)
bp.register_error_handler(ShopError, partial(show_error, template="admin/error.html"))


@bp.app_errorhandler(404)
def _show_unknown(_: HTTPException) -> Response:
    """Show an address that leads nowhere; one of the back office in its frame, which no blueprint answers for."""
    if not request.path.startswith(f"{bp.url_prefix}/"):
        return show_error(NotFound())
    return show_error(NotFound(), template="admin/error.html", **_add_frame())


@bp.get("/")
def index() -> Response:
    """Begin where the work is."""
    return see_other(url_for("admin.orders.index"))


@bp.before_request
def _leave_out_nul() -> None:
    """Read an address without NUL, of which no database keeps any: it may come with what somebody pasted."""
    asked = request.args.items(multi=True)
    request.args = ImmutableMultiDict((name, value.replace("\0", "")) for name, value in asked)


@bp.context_processor
def _add_frame() -> dict[str, Any]:
    """Give the frame who is signed in and where they may go. Templates do not decide; this table does."""
    if not current_user.is_authenticated:
        return {"staff": None}
    links: list[dict[str, Any]] = [
        {"name": name, "url": url_for(f"admin.{endpoint}"), "group": group}
        for group, rooms in enumerate(_MENU)
        for name, endpoint, permission in rooms
        if staff().may(permission)
    ]
    here = next((link["url"] for link in links if request.path.startswith(link["url"])), None)
    return {"staff": staff(), "admin_nav": links, "nav_current": here}


@bp.after_request
def _keep_nothing(response: Response) -> Response:
    """What staff saw is not shown again by Back after signing out; a refused form may be (`_security.py`)."""
    response.headers["Cache-Control"] = "no-store"
    return response
