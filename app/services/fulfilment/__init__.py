"""Fulfilment: a paid order becomes a parcel with a label, and the parcel is followed to the door.

The one rule: a label is never bought blindly twice. What was asked of the carrier is committed before it is asked, a
repeat first asks what came of it, and where the carrier cannot say, staff decide.
"""

from app.services.fulfilment.buying import buy_label, send_again, use_label, void_label
from app.services.fulfilment.correcting import correct
from app.services.fulfilment.counting import count, unsent
from app.services.fulfilment.following import note_push, poll, receive_push
from app.services.fulfilment.gift_cards import issue_gift_cards
from app.services.fulfilment.models import Shipment, ShipmentEvent, ShipmentLine
from app.services.fulfilment.shipments import (
    get_for_job,
    label_pdf,
    labels_of,
    labels_pdf,
    order_ids_of,
    orders_to_send,
    shipments_of,
    start,
    states_of,
)
from app.services.fulfilment.states import ShipmentState
from app.services.fulfilment.stopping import give_label_back, gone, gone_in, take_out

__all__ = [
    "Shipment",
    "ShipmentEvent",
    "ShipmentLine",
    "ShipmentState",
    "buy_label",
    "correct",
    "count",
    "get_for_job",
    "give_label_back",
    "gone",
    "gone_in",
    "issue_gift_cards",
    "label_pdf",
    "labels_of",
    "labels_pdf",
    "note_push",
    "order_ids_of",
    "orders_to_send",
    "poll",
    "receive_push",
    "send_again",
    "shipments_of",
    "start",
    "states_of",
    "take_out",
    "unsent",
    "use_label",
    "void_label",
]
