"""The steps of the checkout, and what each needs before it: whoever comes too early is sent back, with the reason."""

from flask import Response, g, request, url_for

from app.blueprints._access import shopper
from app.blueprints._ordered import Ordered
from app.blueprints._pages import see_other
from app.services import checkout
from app.services.checkout import Quote

_ORDER = ("cart", "address", "delivery", "payment")
_PAGES = {
    "cart": "cart.show",
    "address": "checkout.address",
    "delivery": "checkout.delivery",
    "payment": "checkout.payment",
}
_REASONS = {
    "address": "Please enter your delivery address first.",
    "delivery": "Please choose a delivery first.",
}


def steps(offer: Quote) -> list[tuple[str, str, str]]:
    """Return key, label and address of each step, for the line above the pages; nothing to send has no delivery."""
    keys = [key for key in _ORDER[1:] if key != "delivery" or offer.cart.needs_shipping]
    return [(key, key.capitalize(), url_for(f"checkout.{key}")) for key in keys]


def offered(*, tried: str | None = None) -> Quote:
    """Return what the shopper's cart would cost, with the delivery that is `tried`."""
    return counted(checkout.quote(shopper(), tried=tried))


def counted(offer: Quote) -> Quote:
    """Return the offer, from which the page's badge takes its count."""
    g.cart_count = offer.cart.count
    return offer


def onward(offer: Quote) -> Response:
    """Return the way to the first step that is not done yet; nobody skipped one, so no reason is given."""
    return see_other(url_for(_PAGES[offer.missing or "payment"]))


def sent_back(offer: Quote, step: str) -> Response | None:
    """Return the way to the earlier step that is not done yet; None when `step` may be shown."""
    missing = offer.missing
    if missing is None or _ORDER.index(missing) >= _ORDER.index(step):
        return None
    return see_other(url_for(_PAGES[missing], because=missing))


def reason(offer: Quote, ordered: Ordered | None = None) -> str:
    """Return why the shopper was sent to this step, when they were; `ordered` took with it what had been entered."""
    if ordered:
        return (
            f"Your order {ordered.number} was placed meanwhile. To order what is in your cart now, too, please enter "
            f"your {'address' if offer.cart.needs_shipping else 'details'} once more."
        )
    if request.args.get("because") == "address" and not offer.cart.needs_shipping:
        return "Please enter your details first."
    return _REASONS.get(request.args.get("because", ""), "")
