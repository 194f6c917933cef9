"""Cancelling, for whoever has the order's link: first what and what it gives back, then the word that does it."""

import secrets

from flask import Response, request, url_for
from werkzeug.datastructures import MultiDict

from app.blueprints._limits import limiter
from app.blueprints._pages import page, see_other, status_of
from app.blueprints._pieces import is_key, is_whole, pieces_of
from app.blueprints.orders.views import bp
from app.errors import Conflict, Invalid, ShopError, Unavailable
from app.services import cancellations, credits, orders, payments
from app.services.orders import Order

_REASON = "The customer cancelled it"


@bp.get("/<token>/cancellation")
@limiter.limit("60/minute")
def cancellation(token: str) -> Response:
    """Ask what is to be cancelled; once it is chosen, show what is given back and ask for the last word."""
    return _show(token, orders.get_by_token(token))


@bp.post("/<token>/cancellation")
@limiter.limit("20/minute")
def cancel(token: str) -> Response:
    """Cancel what was chosen. Sent twice, it cancels once."""
    order = orders.get_by_token(token)
    amount, version, key = (request.form.get(name, "") for name in ("amount", "version", "key"))
    try:
        quantities = pieces_of(request.form, order)
        if not is_whole(amount) or not is_whole(version) or not is_key(key):
            raise Invalid("Please look at what is given back first, then cancel.")
        cancellations.cancel(
            order.id, quantities, amount=int(amount), reason=_REASON, actor="customer", key=f"{order.id}:{key}",
            version=int(version),
        )  # fmt: skip
    except (Invalid, Conflict, Unavailable) as refusal:
        return _show(token, orders.get_by_token(token), refusal)
    return see_other(url_for("orders.show", token=token))


def _show(token: str, order: Order, refusal: ShopError | None = None) -> Response:
    most, values = cancellations.pieces_of(order), MultiDict(request.values)
    if "all" in values:
        values = MultiDict({f"line-{at}": str(left) for at, left in most.items()})
    asked = any(name.startswith("line-") for name in values)
    first = "1" if sum(most.values()) == 1 else "0"
    chosen = {at: values.get(f"line-{at}", "0" if asked else first).strip() for at in most}
    amounts = None
    if asked and order.state == "confirmed" and not isinstance(refusal, Invalid):
        try:
            amounts = cancellations.quote(order, pieces_of(values, order))
        except Invalid as problem:
            refusal = refusal or problem
    unmoved = credits.unmoved_of(order, amounts) if amounts else None
    response = page(
        "orders/cancellation.html", status=status_of(refusal) if refusal else 200,
        order=order, token=token, most=most, chosen=chosen, amounts=amounts, unmoved=unmoved,
        is_held=any(each.is_held for each in payments.of_order(order.id)), refusal=refusal,
        problems=getattr(refusal, "fields", {}), key=secrets.token_hex(16), version=len(credits.of_order(order.id)),
    )  # fmt: skip
    response.headers["Cache-Control"] = "no-store"
    return response
