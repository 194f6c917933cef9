"""The cart page, what changes it, and the badge on every page."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, g, request, url_for
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.datastructures import MultiDict

from app.blueprints._access import remember_cart, shopper
from app.blueprints._limits import limiter, network
from app.blueprints._ordered import just_ordered
from app.blueprints._pages import changed, page, see_other
from app.blueprints.cart.forms import ADVICE, Addition, Consent, Quantity
from app.errors import Conflict, Invalid, ShopError
from app.services import cart, checkout

bp = Blueprint("cart", __name__)

_LONGEST_CODE = 64
_NOTHING_TO_ORDER = (
    "There is nothing here to order any more. If you have just ordered, the confirmation is in your email. If not, "
    "your browser has not kept the cart; please allow this shop to set cookies."
)


@bp.get("/cart")
def show() -> Response:
    """Show the cart: the page, or for the drawer its lines and the badge. With `because` the checkout sent here."""
    contents = cart.of(shopper())
    g.cart_count = contents.count
    ordered = just_ordered()
    message = _NOTHING_TO_ORDER if request.args.get("because") == "cart" and not contents.lines else ""
    if ordered:
        rest = ". This is what your cart holds now." if contents.lines else ", so nothing is left here to order."
        message = f"Your order {ordered.number} was placed meanwhile{rest}"
    return page(
        "cart/show.html", part="cart/_changes.html", cart=contents, message=message, ordered=ordered, is_read=True
    )


@bp.post("/cart/lines")
@limiter.limit("120/minute")
def add_line() -> Response:
    """Put something in the cart, and give the shopper one when they have none."""
    form = Addition(MultiDict({"quantity": "1"} | request.form.to_dict()))
    if not form.validate():
        raise Invalid(form.advice)
    variant = form.variant.data or ""
    contents = cart.add(shopper(), variant, form.quantity.data or 1)
    if contents.id and contents.id != shopper().cart_id:
        remember_cart(contents.id)
    added = next(line for line in contents.lines if line.variant_id == variant)
    return _changed(contents, added=added)


@bp.post("/cart/lines/<variant>")
@limiter.limit("120/minute")
def set_line(variant: str) -> Response:
    """Change how many of one variant are in the cart."""
    form = Quantity(request.form)
    if not form.validate():
        return _show_refused({variant: Invalid(ADVICE)}, {variant: request.form.get("quantity", "")})
    try:
        contents = cart.set_quantity(shopper(), variant, form.quantity.data or 1, version=form.version.data or 0)
    except Conflict as error:
        return _show_refused({variant: error}, {variant: request.form.get("quantity", "")})
    return _changed(contents)


@bp.post("/cart/quantities")
@limiter.limit("120/minute")
def set_quantities() -> Response:
    """Do what was pressed, change each line whose number is not the one that was shown, and go on if that was asked.

    For browsers without JavaScript: in others each number is sent by itself, once it is typed.
    """
    sent = zip(*(request.form.getlist(name) for name in ("variant", "shown", "quantity")), strict=False)
    gone = request.form.get("gone", "")
    typed = {variant: number for variant, shown, number in sent if number != shown and variant != gone}
    try:
        _do_what_was_pressed(gone)
    except Conflict as error:
        return _show(cart.of(shopper()), status=409, message=error.message, typed=typed)
    wanted, refused = {}, dict[str, ShopError]()
    version = 0
    for variant, number in typed.items():
        form = Quantity(MultiDict({"quantity": number, "version": request.form.get("version", "")}))
        if form.validate():
            wanted[variant], version = form.quantity.data or 1, form.version.data or 0
        else:
            refused[variant] = Invalid(ADVICE)
    if wanted:
        refused |= cart.set_quantities(shopper(), wanted, version=version)
    if refused:
        return _show_refused(refused, typed)
    return see_other(url_for("checkout.start" if "checkout" in request.form else "cart.show"))


@bp.post("/cart/lines/<variant>/removal")
@limiter.limit("120/minute")
def remove_line(variant: str) -> Response:
    """Take one variant out of the cart."""
    return _changed(cart.remove(shopper(), variant))


@bp.post("/cart/consent")
@limiter.limit("120/minute")
def accept_prices() -> Response:
    """Agree to prices that changed since they were seen."""
    try:
        contents = _agree()
    except Conflict as error:
        return _show(cart.of(shopper()), status=409, message=error.message)
    return _changed(contents)


@bp.post("/cart/coupon")
@limiter.limit("20/minute")
@limiter.limit("200/hour", key_func=network)  # each cart is new for whoever tries out codes
def enter_coupon() -> Response:
    """Have a code count for the cart, in place of an earlier one."""
    try:
        checkout.enter_coupon(shopper(), request.form.get("code", "")[:_LONGEST_CODE])
    except Invalid as error:
        return _show(cart.of(shopper()), status=422, coupon_problem=error.message)
    return _changed(cart.of(shopper()), saved=True)


@bp.post("/cart/coupon/removal")
@limiter.limit("120/minute")
def remove_coupon() -> Response:
    """Take the code off the cart."""
    checkout.remove_coupon(shopper())
    return _changed(cart.of(shopper()))


@bp.app_context_processor
def offer_count() -> dict[str, Any]:
    """Give the frames that show it the number of pieces in the cart; the checkout's frame never asks."""
    return {"cart_count": _count_pieces}


@bp.after_request
def keep_nothing(response: Response) -> Response:
    """Keep carts out of every cache, so that Back shows the truth."""
    response.headers["Cache-Control"] = "no-store"
    return response


def _do_what_was_pressed(gone: str) -> None:
    """Do what the button is for; before the numbers are saved, so that what is agreed to is the sum that was shown."""
    if gone:
        cart.remove(shopper(), gone)
    elif "uncode" in request.form:
        checkout.remove_coupon(shopper())
    elif "subtotal" in request.form:
        _agree()


def _agree() -> cart.Cart:
    form = Consent(request.form)
    if not form.validate():
        raise Invalid("Please reload the cart and look at the new prices.")
    return cart.accept_prices(shopper(), subtotal_shown=form.subtotal.data or 0)


def _show_refused(refused: Mapping[str, ShopError], typed: Mapping[str, str]) -> Response:
    """Show the cart; what is refused stands at its line with what was `typed`, or above all lines when that is gone."""
    contents = cart.of(shopper())
    here = {line.variant_id for line in contents.lines}
    # Where another tab changed the line, the number that is true now stands in its place.
    kept = {variant for variant, error in refused.items() if not isinstance(error, cart.ChangedElsewhere)}
    return _show(
        contents, status=422 if any(isinstance(error, Invalid) for error in refused.values()) else 409,
        message=next((error.message for variant, error in refused.items() if variant not in here), ""),
        problems={variant: error.message for variant, error in refused.items()},
        typed={variant: number for variant, number in typed.items() if variant in kept},
    )  # fmt: skip


def _show(contents: cart.Cart, *, status: int, message: str = "", **context: Any) -> Response:
    """Show the cart with `message` above all lines."""
    g.cart_count = contents.count
    return page(
        "cart/show.html", part="cart/_lines.html", status=status, cart=contents, message=message,
        coupon_typed=request.form.get("code", "")[:_LONGEST_CODE], **context,
    )  # fmt: skip


def _count_pieces() -> int:
    """Count without a query for strangers, and when the view has read the cart already."""
    if "cart_count" not in g:
        try:
            g.cart_count = cart.count(shopper())
        except (OperationalError, PoolTimeout):  # the page that tells of a store that is down must still render
            g.cart_count = 0
    count: int = g.cart_count
    return count


def _changed(contents: cart.Cart, **context: Any) -> Response:
    g.cart_count = contents.count
    return changed("cart/_changes.html", then=url_for("cart.show"), cart=contents, **context)
