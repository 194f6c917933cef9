"""Returns: those that wait, and the page of one with what can be done to it."""

from flask import Blueprint, Response, request, url_for
from werkzeug.datastructures import CombinedMultiDict

from app.blueprints._access import confirm, proof_needed, staff, staff_only
from app.blueprints._pages import page, see_other, status_of
from app.blueprints._pieces import is_whole, pieces_of
from app.errors import Conflict, Invalid, ShopError
from app.money import Money
from app.services import credits, orders, returns
from app.services.credits import Wish

bp = Blueprint("returns", __name__, url_prefix="/returns")


@bp.get("/")
@staff_only("orders.read")
def index() -> Response:
    """List returns, newest first: those that wait for something, or all of a state."""
    state = request.args.get("state", "open")
    found = returns.list_as_staff(staff(), state=state or None, before=request.args.get("before"))
    later = url_for(".index", state=state, before=found.before) if found.before else None
    return page(
        "admin/returns/index.html", part="admin/returns/_table.html", returns=found.returns, state=state,
        states=list(returns.ReturnState), reasons=returns.REASONS, later=later, is_first="before" not in request.args,
    )  # fmt: skip


@bp.get("/<return_id>")
@staff_only("orders.read")
def show(return_id: str) -> Response:
    """Show one return and what can be done next."""
    return _show(return_id)


@bp.post("/<return_id>/approval")
@staff_only("returns.decide")
def approve(return_id: str) -> Response:
    """Let the customer send it."""
    try:
        returns.approve(staff(), return_id)
    except Conflict as refusal:
        return _show(return_id, refusal)
    return see_other(url_for(".show", return_id=return_id))


@bp.post("/<return_id>/decline")
@staff_only("returns.decide")
def decline(return_id: str) -> Response:
    """Decline it, with words for the customer; of what came, say where it goes."""
    goes_back = {"back": True, "stays": False}.get(request.form.get("goes", ""))
    try:
        returns.decline(staff(), return_id, request.form.get("why", ""), goes_back=goes_back)
    except ShopError as refusal:
        return _show(return_id, refusal)
    return see_other(url_for(".show", return_id=return_id))


@bp.post("/<return_id>/receipt")
@staff_only("returns.decide")
def receive(return_id: str) -> Response:
    """Note what came, and what of it is damaged."""
    order = orders.get_for_job(returns.get_as_staff(staff(), return_id).order_id)
    try:
        came = pieces_of(request.form, order, "came")
        returns.receive(staff(), return_id, pieces_of(request.form, order), came=came)
    except ShopError as refusal:
        return _show(return_id, refusal)
    return see_other(url_for(".show", return_id=return_id))


@bp.post("/<return_id>/refund")
@staff_only("orders.refund")
def refund(return_id: str) -> Response:
    """Give the money back."""
    found, form = returns.get_as_staff(staff(), return_id), request.form
    try:
        delivery = _delivery(form.get("delivery", ""), orders.get_for_job(found.order_id))
        if not is_whole(form.get("amount", "")):
            raise Invalid("Preview the refund first.")
        confirm(form.get("code", ""))
        returns.refund(staff(), return_id, delivery=delivery, amount=int(form["amount"]))
    except ShopError as refusal:
        return _show(return_id, refusal)
    return see_other(url_for(".show", return_id=return_id))


def _show(return_id: str, refusal: ShopError | None = None) -> Response:
    found = returns.get_as_staff(staff(), return_id)
    order = orders.get_for_job(found.order_id)
    values, earlier = CombinedMultiDict([request.form, request.args]), credits.of_order(order.id)
    amounts = None
    if found.state == "received":
        quantities = {line.position: line.pieces for line in found.lines if line.pieces}
        try:
            amounts = credits.quote(order, Wish(quantities, _delivery(values.get("delivery", ""), order)), earlier)
        except Invalid as problem:
            refusal = refusal or problem
    return page(
        "admin/returns/show.html", status=status_of(refusal) if refusal else 200, order=order, found=found,
        most={line.position: line.quantity for line in found.lines}, amounts=amounts,
        unmoved=credits.unmoved_of(order, amounts) if amounts else None, values=values,
        came={line.position: values.get(f"came-{line.position}", line.quantity) for line in found.lines},
        chosen={line.position: values.get(f"line-{line.position}", "0") for line in found.lines},
        balance=credits.balance_of(order, earlier), reasons=returns.REASONS, refusal=refusal,
        problems=getattr(refusal, "fields", {}), may_decide=staff().may("returns.decide"),
        may_refund=staff().may("orders.refund"), **proof_needed(),
    )  # fmt: skip


def _delivery(text: str, order: orders.Order) -> int:
    try:
        return Money.typed(text.strip() or "0", order.currency).amount
    except ValueError as error:
        raise Invalid("Enter an amount.", delivery=str(error)) from error
