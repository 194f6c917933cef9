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
) -> Response:
    """Show cart, address, delivery and total as they are now, with what was typed, ticked and chosen.

    `problem` says why nothing was ordered, `errors` by field what is wrong there: terms, coupon, gift_card.
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
        problems={name: wrong[0] for name, wrong in (errors or {}).items()},
        has_agreed="terms" in request.form or request.args.get("agreed") == offer.terms_version,
        typed={kind: typed(kind) for kind in ("coupon", "gift_card")},
        has_coupon_entry=True,
        done=request.args.get("done", ""),
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def typed(kind: str) -> str:
    """Return the code that was typed: `kind` is "coupon" or "gift_card"."""
    return request.form.get(kind, "")[:64]


def is_refused(kind: str) -> bool:
    """Whether the page said, as it was last shown, why the code that stands there does not count."""
    return request.form.get(f"refused_{kind}") == typed(kind)


def _method(ways: list[payments.Way]) -> str:
    """Return the way to pay that was chosen, or the first that can be used; nothing when none can."""
    usable = [way.code for way in ways if not way.problem]
    asked = request.values.get("method", "")
    return asked if asked in usable else next(iter(usable), "")
