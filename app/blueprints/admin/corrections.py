"""Correcting whom an order is written to and where it goes."""

from dataclasses import asdict

from flask import Blueprint, Response, request, url_for

from app.blueprints._access import staff, staff_only
from app.blueprints._addresses import AddressForm, values_of
from app.blueprints._pages import page, see_other, status_of
from app.errors import Conflict, Invalid, ShopError
from app.services import checkout, fulfilment, orders

bp = Blueprint("corrections", __name__, url_prefix="/orders/<number>/corrections")


@bp.get("")
@staff_only("orders.correct")
def show(number: str) -> Response:
    """Show an order's email and address to be corrected."""
    order = orders.get_as_staff(staff(), number)
    values = values_of(order.email, checkout.Address.from_copy(order.address))
    return _show(order, AddressForm(values, is_sent=order.needs_shipping))


@bp.post("")
@staff_only("orders.correct")
def correct(number: str) -> Response:
    """Write what was corrected. The country stays: taxes and delivery hang on it."""
    order = orders.get_as_staff(staff(), number)
    values = request.form.to_dict() | {"country": order.address["country"]}
    try:
        email, address = checkout.check_contact(values.get("email", ""), values, is_sent=lambda: order.needs_shipping)
        read = values.get("read", "")
        fulfilment.correct(staff(), order.id, email=email, address=asdict(address), read=read)
    except (Invalid, Conflict) as refusal:
        form = AddressForm(values, is_sent=order.needs_shipping)
        form.mark(getattr(refusal, "fields", {}))
        return _show(orders.get_as_staff(staff(), number), form, refusal)
    return see_other(url_for("admin.orders.show", number=number))


def _show(order: orders.Order, form: AddressForm, refusal: ShopError | None = None) -> Response:
    return page(
        "admin/orders/correction.html", status=status_of(refusal) if refusal else 200, order=order, form=form,
        refusal=refusal, read=orders.contact_read(order),
    )  # fmt: skip
