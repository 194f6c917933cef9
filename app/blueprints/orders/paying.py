"""Paying an order that waits for its money. A plain form: a fetch cannot follow to the payment page."""

from flask import Response, request
from wtforms import StringField
from wtforms.validators import AnyOf

from app.blueprints import _pages
from app.blueprints._forms import Form
from app.blueprints._limits import limiter, network
from app.blueprints._paying import go_to_payment
from app.blueprints.orders.views import bp, show_order
from app.errors import Conflict, TooOften, Unavailable
from app.services import checkout, orders, payments


class PayAgain(Form):
    """How a waiting order is to be paid."""

    method = StringField(validators=[AnyOf(payments.METHODS)], default="hosted")


@bp.post("/<token>/payments")
@limiter.limit("20/minute")
@limiter.limit("120/hour", key_func=network)  # each cart is new for whoever tries out cards
def pay_again(token: str) -> Response:
    """Go on with the payment of an order that waits for its money; where that fails, show its other ways to pay."""
    form = PayAgain(request.form)
    method = form.method.data if form.validate() else None
    try:
        placed = checkout.pay_again(token, method or "hosted", address=request.remote_addr or "")
    except (Conflict, Unavailable, TooOften) as error:
        response = show_order(orders.get_by_token(token), token, problem=error, status=_pages.status_of(error))
        return _pages.say_when(response, error)
    return go_to_payment(placed)
