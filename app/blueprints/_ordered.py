"""The order that a cart became a moment ago, for a page that is older than it and has nothing to order any more."""

from dataclasses import dataclass

from flask import request, url_for

from app.blueprints._access import shopper
from app.services import orders


@dataclass(frozen=True)
class Ordered:
    """An order's number, and where it is shown."""

    number: str
    link: str


def just_ordered() -> Ordered | None:
    """Return what the browser that was sent here ordered from its cart; None when it was not sent, or did not."""
    cart_id = shopper().cart_id
    order = orders.find_just_ordered(cart_id) if cart_id and "because" in request.args else None
    return Ordered(order.number, url_for("orders.show", token=orders.token_of(order.id))) if order else None
