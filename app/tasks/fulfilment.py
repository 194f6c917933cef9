"""Jobs of fulfilment: a paid order becomes a parcel with a label, and the parcel is followed."""

from app.services import fulfilment


def start(order_id: str) -> None:
    """Prepare the shipment of a paid order. Twice is harmless: a unique constraint allows one first shipment."""
    fulfilment.start(order_id)


def issue_gift_cards(order_id: str) -> None:
    """Issue what gift cards a paid order bought. Twice is harmless: a unique constraint gives each piece one card."""
    fulfilment.issue_gift_cards(order_id)


def buy_label(shipment_id: str) -> None:
    """Buy a shipment's label. Twice is harmless: a repeat asks the carrier by our reference before it buys."""
    fulfilment.buy_label(shipment_id)


def give_label_back(shipment_id: str) -> None:
    """Void the labels of a parcel that is not sent. Twice is harmless: a voided label is void."""
    fulfilment.give_label_back(shipment_id)


def note_push(row_id: str) -> None:
    """Act on what the carrier pushed. Twice is harmless: a sighting is kept once, and a parcel never moves back."""
    fulfilment.note_push(row_id)
