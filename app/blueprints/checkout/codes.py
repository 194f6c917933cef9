"""Discount codes and gift cards on the last page.

Their buttons belong to the order's form and send all of it: the terms stay agreed to, the way to pay stays chosen.
"""

from contextlib import suppress

from flask import request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.blueprints._access import shopper
from app.blueprints._limits import limiter, network
from app.blueprints._pages import in_words, say_when, see_other, status_of
from app.blueprints.checkout import review
from app.blueprints.checkout.views import bp
from app.errors import Conflict, Invalid, ShopError, TooOften
from app.services import checkout

_EMPTY = {"coupon": "Enter a code.", "gift_card": "Enter the code of your gift card."}


@bp.post("/codes")
@limiter.limit("20/minute")
@limiter.limit("200/hour", key_func=network)  # each cart is new for whoever tries out codes
def enter_codes() -> AnyResponse:
    """Have what was typed count: the code in place of an earlier one, the gift card beside others."""
    return _enter([kind for kind in _EMPTY if review.typed(kind).strip() or request.form.get("apply") == kind])


@bp.post("/coupon/removal")
@limiter.limit("60/minute")
def remove_coupon() -> AnyResponse:
    """Take the code off the order."""
    checkout.remove_coupon(shopper())
    return _back("coupon")


@bp.post("/gift-cards/<card>/removal")
@limiter.limit("30/minute")
def take_gift_card_off(card: str) -> AnyResponse:
    """Keep a gift card for another time."""
    checkout.take_gift_card_off(shopper(), card)
    return _back("card")


def enter_untried() -> AnyResponse | None:
    """Have codes count that were typed but never applied: nobody orders without what they typed counting.

    None when there are none, or when the page has said before why they do not count.
    """
    untried = [kind for kind in _EMPTY if review.typed(kind).strip() and not review.is_refused(kind)]
    with suppress(Conflict):  # nothing can be changed any more; placing the order says what became of it
        return _enter(untried) if untried else None
    return None


def _enter(kinds: list[str]) -> AnyResponse:
    problems: dict[str, ShopError] = {}
    for kind in kinds:
        try:
            _enter_one(kind, review.typed(kind))
        except (Invalid, TooOften) as error:
            problems[kind] = error
    if not problems:
        return _back("coupon" if kinds == ["coupon"] else "card" if kinds else "")
    first = next(iter(problems.values()))
    words = {kind: [in_words(error)] for kind, error in problems.items()}
    return say_when(review.show(status=status_of(first), errors=words), first)


def _enter_one(kind: str, code: str) -> None:
    if not code.strip():
        raise Invalid(_EMPTY[kind])
    if kind == "coupon":
        checkout.enter_coupon(shopper(), code)
    else:
        checkout.enter_gift_card(shopper(), code, address=request.remote_addr or "")


def _back(done: str) -> AnyResponse:
    """Return the way to the last page as it stood: `agreed` and `method` are what was ticked and chosen there."""
    agreed = request.form.get("terms_version") if "terms" in request.form else None
    method = request.form.get("method") or None
    return see_other(url_for("checkout.payment", done=done or None, agreed=agreed, method=method))
