"""Giving money back as staff, by lines, delivery and a free amount: first what it comes to, then the last word."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, request, url_for

from app.blueprints._access import confirm, proof_needed, staff, staff_only
from app.blueprints._pages import page, see_other, status_of
from app.blueprints._pieces import is_key, is_whole, pieces_of
from app.errors import Conflict, Invalid, ShopError
from app.money import Money
from app.services import cancellations, credits, orders, payments, returns
from app.services.credits import Credit, Sum, Wish

bp = Blueprint("credits", __name__, url_prefix="/orders/<number>/credits")

_UNREADABLE = "Enter whole numbers and amounts."


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
    balance, amounts, paid = credits.balance_of(order, earlier), None, payments.of_order(order.id)
    restocked: list[int] = []
    if any(name in values for name in ("free", "delivery")):
        try:
            looked, restocked = _look(values, order, earlier)
            credits.check_disputes(order, looked, earlier)
            amounts = looked
        except (Invalid, Conflict) as problem:
            refusal = refusal or problem
    return page(
        "admin/orders/credit.html", status=status_of(refusal) if refusal else 200, order=order, balance=balance,
        amounts=amounts, unmoved=credits.unmoved_of(order, amounts) if amounts else None,
        is_held=any(payment.is_held for payment in paid), owed=credits.owed_of(order, paid), values=values,
        gone=credits.gone_of(order, paid), restocked=restocked, refusal=refusal,
        chosen={line.position: values.get(f"line-{line.position}", "0") for line in order.lines},
        problems=getattr(refusal, "fields", {}), **proof_needed(), key=secrets.token_hex(16),
    )  # fmt: skip


def _look(values: Mapping[str, str], order: orders.Order, earlier: Sequence[Credit]) -> tuple[Sum, list[int]]:
    """Return what a wish comes to, and the lines that go back on the shelf; one Invalid names all fields at once."""
    wish, problems = _read(values, order)
    looked: list[Any] = []
    said = {_UNREADABLE: problems} if problems else {}
    for look in (
        lambda: credits.quote(order, wish, earlier),
        lambda: _restocked(values, wish, order),
        lambda: cancellations.check_sent(order, wish.quantities),
    ):
        try:
            looked.append(look())
        except Invalid as refusal:
            problems = refusal.fields | problems
            said[refusal.message] = refusal.fields
    if said:
        words = [message for message, fields in said.items() if fields or not problems]
        raise Invalid(" ".join(words), **problems)
    return looked[0], looked[1]


def _wish_of(values: Mapping[str, str], order: orders.Order) -> Wish:
    """Read what is to be given back; raise Invalid, by field, for what is no number."""
    wish, problems = _read(values, order)
    if problems:
        raise Invalid(_UNREADABLE, **problems)
    return wish


def _read(values: Mapping[str, str], order: orders.Order) -> tuple[Wish, dict[str, str]]:
    """Read what is to be given back; what is no number counts as nothing, and is named by its field."""
    amounts, quantities, problems = {"delivery": 0, "free": 0}, dict[int, int](), dict[str, str]()
    for name in amounts:
        try:
            amounts[name] = Money.typed(values.get(name, "").strip() or "0", order.currency).amount
        except ValueError as error:
            problems[name] = str(error)
    try:
        quantities = pieces_of(values, order)
    except Invalid as refusal:
        problems |= refusal.fields
    return Wish(quantities, **amounts), problems


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
