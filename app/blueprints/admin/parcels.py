"""Parcels that need a decision: which label to use, whether to buy another, whether to send one again."""

from flask import Blueprint, Response, request, url_for
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from app.blueprints._access import staff, staff_only
from app.blueprints._forms import Form
from app.blueprints._pages import changed
from app.errors import Invalid
from app.services import credits, fulfilment, orders, returns

bp = Blueprint("parcels", __name__, url_prefix="/orders/<number>/parcels/<shipment>")


class Label(Form):
    """A label that the carrier says it sold us."""

    tracking_number = StringField("Tracking number", [InputRequired(), Length(max=40)])


@bp.post("/label")
@staff_only("orders.ship")
def use(number: str, shipment: str) -> Response:
    """Take a label with a known tracking number for a parcel whose label is in doubt."""
    form = Label(request.form)
    if not form.validate():
        raise Invalid("Enter the tracking number of the label, as UPS lists it.")
    fulfilment.use_label(staff(), shipment, form.tracking_number.data or "")
    return _shown(number)


@bp.post("/voids")
@staff_only("orders.ship")
def replace(number: str, shipment: str) -> Response:
    """Give a parcel's label back and have another bought."""
    fulfilment.void_label(staff(), shipment)
    return _shown(number)


@bp.post("/repeats")
@staff_only("orders.ship")
def send_again(number: str, shipment: str) -> Response:
    """Send a parcel that came back once more."""
    returns.send_again(staff(), shipment)
    return _shown(number)


def _shown(number: str) -> Response:
    order = orders.get_as_staff(staff(), number)
    return changed(
        "admin/orders/_parcels.html",
        then=url_for("admin.orders.show", number=number),
        order=order,
        shipments=fulfilment.shipments_of(order.id),
        owed=credits.owed_of(order),
        may_ship=staff().may("orders.ship"),
    )
