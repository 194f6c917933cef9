"""The checkout's pages up to the review: address, delivery, review. Paying is in `pay.py`."""

from collections.abc import Mapping

from flask import Blueprint, Response, request, url_for

from app.blueprints._access import shopper
from app.blueprints._addresses import AddressForm, values_of
from app.blueprints._limits import limiter
from app.blueprints._ordered import just_ordered
from app.blueprints._pages import page, see_other, status_of
from app.blueprints.checkout import review
from app.blueprints.checkout.steps import offered, onward, reason, sent_back, steps
from app.errors import Conflict, Invalid
from app.services import checkout
from app.services.checkout import Quote

bp = Blueprint("checkout", __name__, url_prefix="/checkout")


@bp.get("")
def start() -> Response:
    """Go to the first step that is not done yet."""
    return onward(offered())


@bp.get("/address")
def address() -> Response:
    """Ask whom to write to and where to send it."""
    offer = offered()
    form = _form(offer, values_of(offer.draft.email, offer.draft.address))
    form.mark(offer.address_problems)
    return sent_back(offer, "address") or _show_address(offer, form)


@bp.post("/address")
@limiter.limit("60/minute")
def save_address() -> Response:
    """Keep the address. `update` only asks for the form of another country, with everything typed kept."""
    if "update" in request.form:
        offer = offered()
        return _show_typed(offer, _form(offer, request.form.to_dict()))
    try:
        checkout.save_address(shopper(), email=request.form.get("email", ""), address=request.form.to_dict())
    except Invalid as error:
        offer = offered()
        form = _form(offer, request.form.to_dict())
        form.mark(error.fields)
        return _show_typed(offer, form, status=422)
    except Conflict:  # the cart is empty
        return see_other(url_for("cart.show", because="cart"))
    return see_other(url_for("checkout.delivery"))


@bp.get("/delivery")
def delivery() -> Response:
    """Ask how the parcel is to be delivered; `method` shows what the order comes to with that one."""
    offer = offered(tried=request.args.get("method", ""))
    if offer.missing is None and not offer.cart.needs_shipping:
        return see_other(url_for("checkout.payment"))
    return sent_back(offer, "delivery") or _show_delivery(offer)


@bp.post("/delivery")
@limiter.limit("60/minute")
def save_delivery() -> Response:
    """Keep how the parcel is to be delivered."""
    try:
        checkout.save_delivery(shopper(), request.form.get("method", ""))
    except (Invalid, Conflict) as error:
        offer = offered()
        return sent_back(offer, "delivery") or _show_delivery(offer, status=status_of(error), problem=error.message)
    return see_other(url_for("checkout.payment"))


@bp.get("/payment")
def payment() -> Response:
    """Show the whole order once more, ask for agreement to the terms, and offer the ways to pay."""
    return review.show()


@bp.after_request
def keep_nothing(response: Response) -> Response:
    """Keep what a shopper entered out of every cache, so that Back shows the truth."""
    response.headers["Cache-Control"] = "no-store"
    return response


def _form(offer: Quote, values: Mapping[str, str]) -> AddressForm:
    return AddressForm(values, is_sent=offer.cart.needs_shipping)


def _show_address(offer: Quote, form: AddressForm, *, status: int = 200) -> Response:
    ordered = just_ordered()
    return page(
        "checkout/address.html", part="checkout/_fields.html", status=status,
        offer=offer, form=form, steps=steps(offer), reason=reason(offer, ordered), ordered=ordered,
    )  # fmt: skip


def _show_typed(offer: Quote, form: AddressForm, *, status: int = 200) -> Response:
    """Show what was typed again, also where the cart cannot be ordered as it is: once it is right, the cart says so."""
    if not offer.cart.lines:
        return see_other(url_for("cart.show", because="cart"))
    return _show_address(offer, form, status=status)


def _show_delivery(offer: Quote, *, status: int = 200, problem: str = "") -> Response:
    if not problem and offer.draft.delivery_method and offer.delivery is None:
        problem = "The delivery you chose is not offered for this order any more. Please choose again."
    return page(
        "checkout/delivery.html",
        part="checkout/_sum.html",
        status=status,
        offer=offer,
        steps=steps(offer),
        problem=problem,
        reason=reason(offer),
    )
