"""Where a placed order is paid: Stripe's page, ours, or nowhere."""

from flask import Response, url_for

from app.blueprints import _pages
from app.services.checkout import Placed


def go_to_payment(placed: Placed) -> Response:
    """Send the browser where it can pay, or to the order when there is nothing to pay."""
    payment = placed.payment
    if payment is not None and payment.state == "open":
        if payment.pay_url:
            return _pages.see_other(payment.pay_url)
        if payment.client_secret:
            return _pages.see_other(url_for("pay.element", token=placed.token))
    return _pages.see_other(url_for("orders.show", token=placed.token))
