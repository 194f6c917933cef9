"""Cancelling as staff: what is not sent yet, first looked at, then done."""

import secrets

from flask import Blueprint, Response, request, url_for

from app.blueprints._access import confirm, proof_needed, staff, staff_only
from app.blueprints._pages import page, see_other, status_of
from app.blueprints._pieces import is_key, is_whole, pieces_of
from app.errors import Invalid, ShopError
from app.money import Money
from app.services import cancellations, credits, orders, payments

bp = Blueprint("cancellation", __name__, url_prefix="/orders/<number>/cancellation")


@bp.get("")
@staff_only("orders.cancel")
def show(number: str) -> Response:
    """Ask what is to be cancelled; once it is chosen, show what is given back."""
    return _show(orders.get_as_staff(staff(), number))


@bp.post("")
@staff_only("orders.cancel")
def cancel(number: str) -> Response:
    """Cancel what was chosen. Sent twice, it cancels once."""
    order, form = orders.get_as_staff(staff(), number), request.form
    amount, version, key = (form.get(name, "") for name in ("amount", "version", "key"))
    reason = form.get("reason", "").strip()
    try:
        quantities = pieces_of(form, order)
        if not is_whole(amount) or not is_whole(version) or not is_key(key):
            raise Invalid("Preview the refund first, then cancel.")
        if not 0 < len(reason) <= 200:
            raise Invalid("Say why.", reason="Say why, in up to 200 characters. The customer's credit note shows it.")
        confirm(form.get("code", ""))
        cancellations.cancel(
            order.id, quantities, amount=int(amount), reason=reason, actor=staff().actor, key=f"{order.id}:{key}",
            version=int(version), despite_dispute=form.get("despite") == "dispute",
        )  # fmt: skip
    except ShopError as refusal:
        return _show(orders.get_as_staff(staff(), number), refusal)
    return see_other(url_for("admin.orders.show", number=number))


def _show(order: orders.Order, refusal: ShopError | None = None) -> Response:
    most, values = cancellations.pieces_of(order), request.values
    asked = any(name.startswith("line-") for name in values)
    chosen = {at: values.get(f"line-{at}", "0").strip() if asked else str(left) for at, left in most.items()}
    amounts, withheld, given = None, Money.zero(order.currency), credits.of_order(order.id)
    unmoved = None
    if asked and order.state == "confirmed":
        try:
            amounts = cancellations.quote(order, pieces_of(values, order))
            withheld = credits.withheld_of(order, amounts, given)
            unmoved = credits.unmoved_of(order, amounts)
        except Invalid as problem:
            refusal = refusal or problem
    return page(
        "admin/orders/cancellation.html", status=status_of(refusal) if refusal else 200, order=order, most=most,
        chosen=chosen, amounts=amounts, withheld=withheld, unmoved=unmoved,
        is_held=any(each.is_held for each in payments.of_order(order.id)),
        refusal=refusal, problems=getattr(refusal, "fields", {}),
        reason=values.get("reason", ""), **proof_needed(), key=secrets.token_hex(16),
        version=len(given),
    )  # fmt: skip
