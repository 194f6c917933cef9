"""Giving money back as staff, by lines, delivery and a free amount: first what it comes to, then the last word."""

import secrets
from collections.abc import Mapping

from flask import Blueprint, Response, request, url_for

from app.blueprints._access import confirm, proof_needed, staff, staff_only
from app.blueprints._pages import page, see_other, status_of
from app.blueprints._pieces import is_key, is_whole, pieces_of
from app.errors import Conflict, Invalid, ShopError
from app.money import Money
from app.services import cancellations, credits, orders, returns
from app.services.credits import Wish

bp = Blueprint("credits", __name__, url_prefix="/orders/<number>/credits")


@bp.get("")
@staff_only("orders.refund")
def show(number: str) -> Response:
    """Ask what is to be given back; once it is chosen, show what it comes to."""
    return _show(orders.get_as_staff(staff(), number))


@bp.post("")
@staff_only("orders.refund")
def give(number: str) -> Response:
    """Give back what was chosen. Sent twice, it gives once."""
    order, form = orders.get_as_staff(staff(), number), request.form
    done = see_other(url_for("admin.orders.show", number=number))
    amount, version, key, reason = (form.get(name, "").strip() for name in ("amount", "version", "key", "reason"))
    try:
        wish = _wish_of(form, order)
        if not is_whole(amount) or not is_whole(version) or not is_key(key):
            raise Invalid("Preview the refund first.")
        key = f"{order.id}:{key}"
        if credits.is_given(key):
            return done
        if not 0 < len(reason) <= 200:
            raise Invalid("Say why.", reason="Say why, in up to 200 characters. The customer's credit note shows it.")
        cancellations.check_sent(order, wish.quantities)
        confirm(form.get("code", ""))
        credits.give_as_staff(
            order, wish, reason=reason, actor=staff().actor, key=key, version=int(version), amount=int(amount),
            restock=_restocked(form, wish, order),
        )  # fmt: skip
    except ShopError as refusal:
        return _show(order, refusal)
    return done


def _show(order: orders.Order, refusal: ShopError | None = None) -> Response:
    values, earlier = request.values, credits.of_order(order.id)
    balance, restocked, amounts = credits.balance_of(order, earlier), [], None
    if any(name in values for name in ("free", "delivery")):
        try:
            wish = _wish_of(values, order)
            restocked = _restocked(values, wish, order)
            looked = credits.quote(order, wish, earlier)
            cancellations.check_sent(order, wish.quantities)
            credits.check_disputes(order, looked, earlier)
            amounts = looked
        except (Invalid, Conflict) as problem:
            refusal = refusal or problem
    return page(
        "admin/orders/credit.html", status=status_of(refusal) if refusal else 200, order=order, balance=balance,
        amounts=amounts, unpaid=credits.unpaid_of(order, amounts) if amounts else None,
        owed=credits.owed_of(order), values=values, restocked=restocked, refusal=refusal,
        chosen={line.position: values.get(f"line-{line.position}", "0") for line in order.lines},
        problems=getattr(refusal, "fields", {}), **proof_needed(), key=secrets.token_hex(16),
    )  # fmt: skip


def _wish_of(values: Mapping[str, str], order: orders.Order) -> Wish:
    """Read what is to be given back; raise Invalid, by field, for what is no number."""
    amounts = {}
    for name in ("delivery", "free"):
        try:
            amounts[name] = Money.typed(values.get(name, "").strip() or "0", order.currency).amount
        except ValueError as error:
            raise Invalid("Enter amounts.", **{name: str(error)}) from error
    return Wish(pieces_of(values, order), **amounts)


def _restocked(values: Mapping[str, str], wish: Wish, order: orders.Order) -> list[int]:
    """Return the lines whose pieces go back on the shelf; raise Invalid, by field, for those that cannot be back."""
    chosen = [position for position in wish.quantities if values.get("restock") == "yes"]
    possible = returns.restockable(order) if chosen else {}
    problems = {
        f"line-{position}": f"Only {possible[position]} of these can be restocked without a return."
        for position in chosen
        if wish.quantities[position] > possible[position]
    }
    if problems:
        raise Invalid(
            "What was not sent cannot be restocked here: cancel it instead. What has a return is restocked when it "
            "arrives; it can be refunded without restocking.", **problems,
        )  # fmt: skip
    return chosen
