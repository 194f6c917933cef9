"""Stopping: what is cancelled before the carrier has it comes out of its parcel; an empty parcel's label goes back."""

from collections.abc import Iterable, Mapping

from sqlalchemy import select

from app import clock, db
from app.errors import Conflict, Invalid
from app.queue import done, later
from app.services import orders, shipping
from app.services.fulfilment.buying import SETTLES_AFTER
from app.services.fulfilment.models import LabelAttempt, Shipment
from app.services.fulfilment.shipments import get_for_job, move, shipments_of
from app.services.fulfilment.states import GONE, HERE, ShipmentState


def gone(order_id: str) -> dict[int, int]:
    """Return how many of each line, by position, are in parcels that left the house."""
    return gone_in(shipments_of(order_id))


def gone_in(shipments: Iterable[Shipment]) -> dict[int, int]:
    """Return how many of each line, by position, are in those of an order's parcels that left the house."""
    found: dict[int, int] = {}
    for line in (line for shipment in shipments if shipment.state in GONE for line in shipment.lines):
        found[line.position] = found.get(line.position, 0) + line.quantity
    return found


def take_out(order_id: str, quantities: Mapping[int, int], why: str, *, actor: str) -> None:
    """Take pieces of lines, by position, out of parcels that are still here, in the open transaction.

    Raises Conflict when more than that is with the carrier already. An empty parcel is voided, its label given back.
    """
    session, wanted = db.orders.session, dict(quantities)
    shipments = session.scalars(
        select(Shipment).where(Shipment.order_id == order_id).order_by(Shipment.id).with_for_update()
    ).all()
    if not shipments:  # the job that makes the parcel leaves out what is cancelled by then
        return
    for shipment in shipments:
        session.refresh(shipment)
        if shipment.state not in HERE:
            continue
        for line in list(shipment.lines):
            taken = min(wanted.get(line.position, 0), line.quantity)
            wanted[line.position] = wanted.get(line.position, 0) - taken
            if taken == line.quantity:
                shipment.lines.remove(line)
                session.delete(line)
            else:
                line.quantity -= taken
        if shipment.lines:
            later("documents.packing_slip", shipment.id)
        else:
            move(shipment, ShipmentState.VOIDED, why, actor=actor)
            later("fulfilment.give_label_back", shipment.id)
    lost = any(shipment.state in GONE for shipment in shipments)
    sent = {line.position for line in orders.get_for_job(order_id).lines if line.requires_shipping}
    if lost and any(wanted[position] for position in sent & set(wanted)):
        raise Conflict("The carrier has it already, so it cannot be cancelled any more. It can be sent back.")


def give_label_back(shipment_id: str) -> None:
    """Void every label that was or may have been bought for a parcel that is not sent; tell staff of one that cannot.

    Safe to repeat: a voided label is void, and an attempt is marked only after its labels went back.
    """
    with db.orders.reading() as session:
        attempts = session.scalars(
            select(LabelAttempt).where(LabelAttempt.shipment_id == shipment_id, LabelAttempt.state != "void")
        ).all()
    for attempt in attempts:
        bought = [attempt.tracking_number] if attempt.tracking_number else []
        if attempt.asked_at and not bought:
            if clock.now() - attempt.asked_at < SETTLES_AFTER:
                _again_later(shipment_id)
                return
            bought = [label.tracking_number for label in _found(shipment_id, attempt.id)]
        for number in bought:
            _void(shipment_id, number)
        with db.orders.transaction() as session:
            session.get_one(LabelAttempt, attempt.id, with_for_update=True).state = "void"
    with db.orders.transaction():
        done()


def _found(shipment_id: str, attempt_id: str) -> list[shipping.Label]:
    try:
        return shipping.find_labels(attempt_id)
    except shipping.Refused:
        order_id = get_for_job(shipment_id).order_id
        orders.note(order_id, "spare_label", "UPS cannot say whether it sold a label for what is not sent any more.")
        return []


def _void(shipment_id: str, number: str) -> None:
    try:
        shipping.void_label(number)
    except Invalid as refusal:
        order_id = get_for_job(shipment_id).order_id
        orders.note(order_id, "spare_label", f"Label {number} is not needed, and could not be given back. {refusal}")


def _again_later(shipment_id: str) -> None:
    with db.orders.transaction():
        later("fulfilment.give_label_back", shipment_id, delay=SETTLES_AFTER)
        done()
