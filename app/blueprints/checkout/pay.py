"""Placing the order and paying it. Plain forms, never htmx: a fetch cannot follow to the payment page."""

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse
from wtforms import BooleanField, IntegerField, StringField
from wtforms.validators import AnyOf, InputRequired, NumberRange, Optional

from app import config
from app.blueprints import _pages, _security
from app.blueprints._access import shopper
from app.blueprints._forms import Form
from app.blueprints._limits import limiter, network
from app.blueprints._paying import go_to_payment
from app.blueprints.checkout import codes, review
from app.errors import Conflict, TooOften, Unavailable
from app.services import checkout, orders, payments

bp = Blueprint("pay", __name__)

_MOST = 2**53  # what no counter reaches, and every column holds


class PlaceOrder(Form):
    """What the review page sends: what the customer saw, and that they agree to the terms."""

    revision = IntegerField(validators=[InputRequired(), NumberRange(min=0, max=_MOST)])
    total = IntegerField(validators=[InputRequired(), NumberRange(min=0)])
    due = IntegerField(validators=[Optional(), NumberRange(min=0)])
    terms = BooleanField(validators=[InputRequired("Please agree to the terms: without that we may not sell to you.")])
    terms_version = StringField(validators=[InputRequired()])
    method = StringField(validators=[AnyOf(payments.METHODS)], default="hosted")


@bp.post("/checkout/orders")
@limiter.limit("20/minute")
@limiter.limit("120/hour", key_func=network)  # each cart is new for whoever tries out cards
def place() -> AnyResponse:
    """Place the order and go to its payment. A double submit, a second tab or Back lands on the order that exists."""
    if answer := codes.enter_untried():
        return answer
    form = PlaceOrder(request.form)
    if not form.validate():
        return review.show(status=422, errors=form.errors)
    try:
        placed = checkout.place(
            shopper(), revision=form.revision.data or 0, total_shown=form.total.data or 0,
            terms_version=form.terms_version.data or "", method=form.method.data or "hosted",
            due_shown=form.due.data, address=request.remote_addr or "",
        )  # fmt: skip
    except (Conflict, TooOften, Unavailable) as error:
        return _pages.say_when(review.show(status=_pages.status_of(error), problem=error), error)
    return go_to_payment(placed)


@bp.get("/checkout/pay/<token>")
def element(token: str) -> AnyResponse:
    """Show Stripe's Payment Element in our page. The way without JavaScript is on it too."""
    try:
        order = orders.get_by_token(token)
    except orders.LinkTooOld:
        return redirect(url_for("orders.show", token=token), 303)  # which says how to get a fresh one
    payment = payments.find_live(order.id)
    if payment is None or payment.state != "open" or payment.client_secret is None:
        return redirect(url_for("orders.show", token=token), 303)
    _security.allow_payment_frame()
    response = _pages.page(
        "checkout/pay.html", order=order, due=payment.amount_money, token=token, client_secret=payment.client_secret,
        publishable_key=config.current().stripe_publishable_key, stripe_js=config.current().stripe_js_url,
        return_url=f"{orders.link_of(order.id)}?from=payment",
    )  # fmt: skip
    response.headers["Cache-Control"] = "no-store"
    return response
