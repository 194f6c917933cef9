"""Correcting whom an order is written to and where it goes: a slip of the customer's pen is no reason to cancel it.

The one rule: no label bears an address that was corrected since, unless staff were told. While the carrier is asked for
one nothing is corrected; one that was bought is marked, to be replaced.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from app import db
from app.errors import Conflict, Invalid
from app.queue import later
from app.services import orders, tax
from app.services.accounts import Staff
from app.services.fulfilment.models import LabelAttempt, Shipment
from app.services.fulfilment.states import HERE, ShipmentState

_OLD_LABEL = "The address was corrected after this label was bought. Void it and buy another."


def correct(staff: Staff, order_id: str, *, email: str, address: Mapping[str, Any], read: str) -> None:
    """Correct an order's email and address, which were checked before; a new email gets the order's link.

    Raises Conflict when somebody else has changed them since `read`, and while a label is being bought; Invalid where
    taxes or delivery would be others. Papers that were issued stay as they are, but for the packing slip.
    """
    with db.orders.transaction():
        order = orders.lock(order_id)
        old_email, old_address = order.email, order.address
        address = {**address, "lines": list(address["lines"])}  # as the row gives it back
        _check_place(old_address, address)
        orders.correct(order, email=email, address=address, read=read, actor=staff.actor)
        if address != old_address:
            _mark_parcels(order_id)
        if email != old_email:
            orders.end_attention(order_id, "mail_bounced", "mail_failed")
            later("email.order_link", order.number, email.lower(), key=f"link:corrected:{db.new_id()}")


def _check_place(old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    was, now = (tax.Place(each["country"], each.get("region", ""), each.get("postal_code", "")) for each in (old, new))
    if was.country != now.country or (was != now and tax.rates(was) != tax.rates(now)):
        advice = "Other taxes apply there. Cancel the order and have it placed anew."
        raise Invalid(advice, postal_code=advice)


def _mark_parcels(order_id: str) -> None:
    session = db.orders.session
    here = select(Shipment).where(Shipment.order_id == order_id, Shipment.state.in_(HERE))
    for shipment in session.scalars(here.order_by(Shipment.id).with_for_update()):
        asked = select(LabelAttempt).where(LabelAttempt.shipment_id == shipment.id, LabelAttempt.state == "open")
        attempt = session.scalars(asked.with_for_update()).one_or_none()
        if shipment.state == ShipmentState.PENDING and attempt is not None and attempt.asked_at is not None:
            raise Conflict("The label of this order is being bought right now. Please try again in a minute.")
        if shipment.state in {ShipmentState.LABEL_BOUGHT, ShipmentState.MAYBE_BOUGHT}:
            shipment.problem = _OLD_LABEL
        later("documents.packing_slip", shipment.id)
