"""The order page, for whoever has its link."""

from collections.abc import Sequence

from flask import Blueprint, Response, request, url_for

from app.blueprints._limits import limiter
from app.blueprints._pages import page, pdf, see_other
from app.errors import ShopError, Unavailable
from app.money import Money
from app.services import (
    cancellations,
    checkout,
    credits,
    documents,
    fulfilment,
    gift_cards,
    inventory,
    orders,
    payments,
    returns,
)
from app.services.fulfilment import Shipment
from app.services.orders import Order

bp = Blueprint("orders", __name__, url_prefix="/orders")

_TAKEN_OUT = {"cancellation": "cancelled", "return": "returned", "refund": "given back"}


@bp.get("/<token>")
@limiter.limit("60/minute", exempt_when=lambda: request.args.get("from") != "payment")
def show(token: str) -> Response:
    """Show an order: what is in it, whether it is paid, where it is. From the payment page, ask for the truth."""
    order = orders.get_by_token(token)
    comes_from_payment = request.args.get("from") == "payment"
    if "payment_intent_client_secret" in request.args:  # Stripe adds it; it is nothing to keep in a history
        return see_other(f"{url_for('.show', token=token)}?from=payment")
    if comes_from_payment and order.state != "cancelled":
        order = _settled(order)
    return show_order(order, token, comes_from_payment=comes_from_payment)


def show_order(
    order: Order, token: str, *, comes_from_payment: bool = False, problem: ShopError | None = None, status: int = 200
) -> Response:
    """Show an order as it is now; with `problem`, why what was asked of it was not done."""
    paid = payments.of_order(order.id)
    if order.state == "placed" and any(payment.state in {"authorized", "paid"} for payment in paid):
        order = orders.get_for_job(order.id)  # Stripe told us between the two readings
    owed = credits.owed_of(order, paid)
    due = owed or payments.due_of(order.total_money, paid)
    parcels = fulfilment.shipments_of(order.id)
    given = credits.of_order(order.id) if order.confirmed_at else []
    asked = returns.of_order(order.id)
    response = page(
        "orders/show.html",
        part="orders/_changes.html",
        status=status,
        problem=problem,
        order=order,
        token=token,
        pay_state=payments.state_of(paid),
        decline=next((payment.decline for payment in reversed(paid) if payment.decline), None),
        given_back=Money(sum(payment.refunded for payment in paid), order.currency),
        given_on_cards=Money(sum(payment.refunded for payment in paid if payment.gift_card_id), order.currency),
        shipments=parcels,
        is_sent=bool(fulfilment.gone_in(parcels)),
        parcel_steps=_parcel_steps,
        transfer=_transfer(paid),
        kept_until=inventory.held_until(order.id) if order.state == "placed" else None,
        owed=owed,
        asked=payments.find_asked(paid),
        ways=[way.code for way in payments.ways(due) if not way.problem],
        due=due,
        paid_with=payments.parts_of(paid),
        taken_out=_taken_out(order, given),
        released=Money.total((payment.released_money for payment in paid), order.currency),
        cards=gift_cards.shown_to_buyer(order.id) if order.has_gift_cards else [],
        documents=documents.documents_of(order.id),
        returns=asked,
        standing=_standing(parcels, asked),
        may_return=any(returns.returnable(order, parcels=parcels).values()),
        may_cancel=any(cancellations.pieces_of(order, parcels=parcels, given=given).values()),
        is_confirming=comes_from_payment and (order.state == "placed" or bool(owed)),
    )
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.get("/<token>/documents/<document>.pdf")
@limiter.limit("60/minute")
def document(token: str, document: str) -> Response:
    """Send the order's invoice, by the name `invoice` or its id, or one of its credit notes."""
    found, body = documents.for_customer(orders.get_by_token(token), document)
    return pdf(body, name=found.file_name)


def _settled(order: Order) -> Order:
    """Return the order after asking the provider; as it was when the provider is silent, for the webhook will tell."""
    payment = payments.find_live(order.id)
    if payment is None or payment.state not in {"created", "open"}:
        return order
    try:
        return checkout.settle(payment.id)
    except Unavailable:
        return order


def _standing(parcels: Sequence[Shipment], asked: Sequence[returns.Return]) -> str:
    """Return what is true of a paid order now: what its newest return tells, else its parcels."""
    newest = next((each.state for each in reversed(asked) if each.state != "declined"), None)
    if newest:
        return f"return_{newest}"
    states = {shipment.state for shipment in parcels} - {"voided"}
    if states == {"delivered"}:
        return "delivered"
    if states & {"in_transit", "exception", "delivered"}:
        return "sent"
    return "came_back" if states == {"returned"} else "preparing"


def _taken_out(order: Order, given: Sequence[credits.Credit]) -> dict[int, list[str]]:
    """Say of each line, by position, how many of it were cancelled, returned or given back."""
    counts: dict[tuple[int, str], int] = {}
    for credit in given:
        for line in credit.lines:
            about = (line.position, _TAKEN_OUT[credit.kind])
            counts[about] = counts.get(about, 0) + line.quantity
    quantities = {line.position: line.quantity for line in order.lines}
    said: dict[int, list[str]] = {}
    for (position, what), count in counts.items():
        said.setdefault(position, []).append(f"{count} of {quantities[position]} {what}")
    return said


def _transfer(paid: Sequence[payments.Payment]) -> payments.Instructions | None:
    """Return where to send the money, while a transfer is waited for."""
    waiting = (payment for payment in paid if payment.method == "transfer" and payment.state in {"created", "open"})
    return next((payments.instructions(payment) for payment in waiting), None)


def _parcel_steps(shipment: Shipment) -> list[dict[str, object]]:
    """Return where a parcel has been, newest first, as the timeline shows it."""
    steps: list[dict[str, object]] = [
        {"what": event.text, "when": event.at, "note": event.place} for event in reversed(shipment.way)
    ]
    if shipment.label_at is not None:
        steps.append({"what": "Label made; we are packing it", "when": shipment.label_at})
    return steps
