"""The last page before an order. The view that places the order shows it again when something stands in the way."""

from collections.abc import Mapping
from typing import Any

from flask import Response, request

from app.blueprints._pages import page
from app.blueprints.checkout.steps import counted, offered, sent_back, steps
from app.errors import ShopError, Unavailable
from app.services import checkout, payments


def show(
    *,
    status: int = 200,
    problem: ShopError | None = None,
    errors: Mapping[str, Any] | None = None,
    card_problem: str = "",
    coupon_problem: str = "",
) -> Response:
    """Show cart, address, delivery and total as they are now; `problem` or `errors` say why nothing was ordered.

    `card_problem` says why a gift card was not taken, `coupon_problem` why a code does not count.
    """
    offer = counted(problem.offer) if isinstance(problem, checkout.Outdated) else offered()
    if too_early := sent_back(offer, "payment"):
        if isinstance(problem, Unavailable):  # without the catalogue there is no total to show
            raise problem
        return too_early
    ways = payments.ways(offer.due)
    response = page(
        "checkout/payment.html",
        status=status,
        offer=offer,
        steps=steps(offer),
        ways=ways,
        method=_method(ways),
        problem=problem,
        terms_problem=next(iter((errors or {}).get("terms", ())), ""),
        has_agreed="terms" in request.form,
        card_problem=card_problem,
        typed_code=request.form.get("code", "") if card_problem else "",
        has_coupon_entry=True,
        done=request.args.get("done", ""),
        coupon_problem=coupon_problem,
        coupon_typed=request.form.get("code", "")[:64] if coupon_problem else "",
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _method(ways: list[payments.Way]) -> str:
    """Return the way to pay that was chosen, or the first that can be used; nothing when none can."""
    usable = [way.code for way in ways if not way.problem]
    asked = request.form.get("method", "")
    return asked if asked in usable else next(iter(usable), "")
