"""Returning, for whoever has the order's link: what, why, and a few words if they like."""

import secrets

from flask import Response, request, url_for

from app.blueprints._limits import limiter
from app.blueprints._pages import page, see_other, status_of
from app.blueprints._pieces import is_key, pieces_of
from app.blueprints.orders.views import bp
from app.errors import Conflict, Invalid, ShopError
from app.services import orders, returns
from app.services.orders import Order


@bp.get("/<token>/returns")
@limiter.limit("60/minute")
def returning(token: str) -> Response:
    """Ask what is to be returned, and why."""
    return _show(token, orders.get_by_token(token))


@bp.post("/<token>/returns")
@limiter.limit("20/minute")
def ask_return(token: str) -> Response:
    """Ask for a return. Sent twice, it asks once."""
    order, form = orders.get_by_token(token), request.form
    key = form.get("key", "")
    try:
        if not is_key(key):
            raise Invalid("Please fill in the form again.")
        returns.request(
            order, pieces_of(form, order), reason=form.get("reason", ""), words=form.get("words", ""),
            key=f"{order.id}:{key}",
        )  # fmt: skip
    except (Invalid, Conflict) as refusal:
        return _show(token, order, refusal)
    return see_other(url_for("orders.show", token=token))


def _show(token: str, order: Order, refusal: ShopError | None = None) -> Response:
    response = page(
        "orders/returning.html", status=status_of(refusal) if refusal else 200, order=order, token=token,
        most=returns.returnable(order), reasons=returns.REASONS, refusal=refusal, values=request.form,
        chosen={line.position: request.form.get(f"line-{line.position}", "0") for line in order.lines},
        problems=getattr(refusal, "fields", {}), key=request.form.get("key") or secrets.token_hex(16),
    )  # fmt: skip
    response.headers["Cache-Control"] = "no-store"
    return response
