"""Following parcels: what the carrier pushes and what the clock asks for end in one place, which only moves forward."""

import logging
from datetime import timedelta

from sqlalchemy import bindparam, or_, select
from sqlalchemy.dialects.postgresql import insert

from app import clock, db
from app.errors import Unavailable
from app.queue import done, later
from app.services import orders, payments, shipping
from app.services.fulfilment.models import LabelAttempt, Shipment, ShipmentEvent
from app.services.fulfilment.shipments import get_for_job, lock, move
from app.services.fulfilment.states import MOVES, ShipmentState

log = logging.getLogger(__name__)

ASK_EVERY = timedelta(minutes=30)
ASK_UNTIL = timedelta(days=60)  # after its label; a parcel that has not arrived by then is for staff
ASK_AT_ONCE = 25

_NEWEST = (  # a carrier gives a number again after some time; what it tells is about the parcel that had it last
    select(Shipment.id)
    .where(Shipment.tracking_number == bindparam("number"))
    .order_by(Shipment.label_at.desc().nulls_last())
    .limit(1)
)


def receive_push(raw: bytes, credential: str) -> None:
    """Keep a tracking event once and queue what it means. Raises Invalid when it is not from the carrier."""
    shipping.verify_push(credential)
    number, sighting = shipping.read_push(raw)
    with db.orders.transaction():
        row_id = payments.receive_event("ups", f"{number}-{sighting.key}", sighting.kind, raw)
        if row_id:
            later("fulfilment.note_push", row_id)


def note_push(row_id: str) -> None:
    """Act on a kept event. Raises Unavailable while nothing has its number: the commit that gives it may be due."""
    event = payments.find_event(row_id)
    if event is None:
        return
    number, sighting = shipping.read_push(event.raw)
    with db.orders.transaction() as session:
        shipment_id = session.scalar(_NEWEST, {"number": number})
        verdict = see(shipment_id, [sighting]) if shipment_id else _see_given_back(number, sighting)
        payments.give_verdict(row_id, verdict)
        done()


def poll() -> None:
    """Ask the carrier about parcels on their way that it has not been asked about for a while."""
    for shipment_id, number in _due():
        try:
            sightings = shipping.track(number)
        except Unavailable as error:
            log.warning("the carrier did not tell where a parcel is", extra={"reason": str(error), "number": number})
            continue
        see(shipment_id, sightings)


def see(shipment_id: str, sightings: list[shipping.Sighting]) -> str:
    """Keep each sighting once, and move the shipment where the newest ones say; older ones never move it back."""
    oldest_first = list(reversed(sightings))  # as UPS tells the newest first, also of one second
    with db.orders.transaction() as session:
        shipment = lock(shipment_id)
        for sighting in sorted(oldest_first, key=lambda each: each.at):
            added = session.execute(
                insert(ShipmentEvent)
                .values(
                    id=db.new_id(), shipment_id=shipment_id, key=sighting.key, at=sighting.at, kind=sighting.kind,
                    text=sighting.text, place=sighting.place, received_at=clock.now(),
                )
                .on_conflict_do_nothing(index_elements=["shipment_id", "key"])
                .returning(ShipmentEvent.id)
            ).scalar()  # fmt: skip
            if added:
                _move_on(shipment, sighting)
        return shipment.state


def _see_given_back(number: str, sighting: shipping.Sighting) -> str:
    """Tell staff, once, of a parcel that moves under a label which its shipment has not any more."""
    had_it = select(LabelAttempt.shipment_id).where(LabelAttempt.tracking_number == number).limit(1)
    shipment_id = db.orders.session.scalar(had_it)
    if shipment_id is None:
        raise Unavailable(f"No shipment has the tracking number {number}.")
    order_id = get_for_job(shipment_id).order_id
    text = f"A parcel moves under label {number}, which was given back. Please look at what was sent."
    if sighting.kind != "seen" and not any(event.text == text for event in orders.timeline(order_id)):
        orders.note(order_id, "stopped_parcel_moves", text, actor="carrier")
    return "label given back"


def _move_on(shipment: Shipment, sighting: shipping.Sighting) -> None:
    if shipment.moved_at and sighting.at < shipment.moved_at:
        return
    if shipment.state == ShipmentState.VOIDED and sighting.kind == ShipmentState.IN_TRANSIT:
        text = f"The parcel {shipment.tracking_number} was stopped, and the carrier has it after all: {sighting.text}"
        orders.note(shipment.order_id, "stopped_parcel_moves", text, actor="carrier")
    if sighting.kind in MOVES[ShipmentState(shipment.state)]:
        where = f" ({sighting.place})" if sighting.place else ""
        move(shipment, ShipmentState(sighting.kind), f"UPS: {sighting.text}{where}", actor="carrier")
        shipment.moved_at = sighting.at


def _due() -> list[tuple[str, str]]:
    """Choose the parcels to ask about and note that they are asked about, so that two clocks do not ask twice."""
    moment = clock.now()
    with db.orders.transaction() as session:
        rows = session.scalars(
            select(Shipment)
            .where(Shipment.moves_on, Shipment.label_at > moment - ASK_UNTIL)
            .where(or_(Shipment.polled_at.is_(None), Shipment.polled_at < moment - ASK_EVERY))
            .order_by(Shipment.polled_at.nulls_first(), Shipment.id)
            .limit(ASK_AT_ONCE)
            .with_for_update(skip_locked=True)
        ).all()
        for row in rows:
            row.polled_at = moment
        return [(row.id, row.tracking_number or "") for row in rows]
