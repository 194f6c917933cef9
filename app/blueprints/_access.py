"""Who is asking: a shopper by the cart cookie, a member of staff by the session.

The one rule: a stranger gets no cookie until something needs one.
"""

from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, g, request
from itsdangerous import BadSignature, Signer

from app import config

CART_COOKIE_SECONDS = 90 * 24 * 3600


@dataclass(frozen=True)
class Shopper:
    """A customer or a guest. `cart_id` is None until something was put in the cart."""

    cart_id: str | None
    customer_id: str | None = None


def shopper() -> Shopper:
    """Return who shops here. Reads the cookie only; asks no store."""
    if "shopper" not in g:
        g.shopper = Shopper(cart_id=_cart_of_cookie())
    who: Shopper = g.shopper
    return who


def remember_cart(cart_id: str) -> None:
    """Have the answer set the cart cookie to `cart_id`."""
    g.shopper = Shopper(cart_id=cart_id)
    g.new_cart = cart_id


def register(app: Flask) -> None:
    """Write the cart cookie after a request that made a cart."""
    app.after_request(_write_cart_cookie)


def _cart_of_cookie() -> str | None:
    value = request.cookies.get(config.current().cookie("cart"))
    if not value:
        return None
    try:
        return _signer().unsign(value).decode()
    except BadSignature:
        return None


def _write_cart_cookie(response: Response) -> Response:
    cart_id: Any = g.get("new_cart")
    if cart_id:
        settings = config.current()
        response.set_cookie(
            settings.cookie("cart"), _signer().sign(cart_id).decode(),
            max_age=CART_COOKIE_SECONDS, httponly=True, secure=settings.is_secure, samesite="Lax",
        )  # fmt: skip
    return response


def _signer() -> Signer:
    return Signer(config.current().secret_key, salt="cart-cookie")
