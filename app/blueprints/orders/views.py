"""The order page, for whoever has its link."""

from flask import Blueprint, Response, request

from app.blueprints._limits import limiter
from app.blueprints._pages import page
from app.errors import Unavailable
from app.money import Money
from app.services import checkout, fulfilment, orders, payments
from app.services.fulfilment import Shipment
from app.services.orders import Order

bp = Blueprint("orders", __name__, url_prefix="/orders")


@bp.get("/<token>")
@limiter.limit("60/minute", exempt_when=lambda: request.args.get("from") != "payment")
def show(token: str) -> Response:
    """Show an order: what is in it, whether it is paid, where it is. From the payment page, ask for the truth."""
    order = orders.get_by_token(token)
    comes_from_payment = request.args.get("from") == "payment"
    if comes_from_payment and order.state == "placed":
        order = _settled(order)
    paid = payments.of_order(order.id)
    response = page(
        "orders/show.html",
        part="orders/_status.html",
        order=order,
        token=token,
        pay_state=payments.state_of(paid),
        decline=next((payment.decline for payment in reversed(paid) if payment.decline), None),
        given_back=Money(sum(payment.refunded for payment in paid), order.currency),
        shipments=fulfilment.shipments_of(order.id),
        parcel_steps=_parcel_steps,
        is_confirming=comes_from_payment and order.state == "placed",
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _settled(order: Order) -> Order:
    """Return the order after asking the provider; as it was when the provider is silent, for the webhook will tell."""
    payment = payments.find_live(order.id)
    if payment is None:
        return order
    try:
        return checkout.settle(payment.id)
    except Unavailable:
        return order


def _parcel_steps(shipment: Shipment) -> list[dict[str, object]]:
    """Return where a parcel has been, newest first, as the timeline shows it."""
    steps: list[dict[str, object]] = [
        {"what": event.text, "when": event.at, "note": event.place} for event in reversed(shipment.events)
    ]
    if shipment.label_at is not None:
        steps.append({"what": "Packed and labelled", "when": shipment.label_at})
    return steps
