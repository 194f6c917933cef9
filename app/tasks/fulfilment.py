"""Jobs of fulfilment: a paid order becomes a parcel with a label, and the parcel is followed."""

from app.services import fulfilment


def start(order_id: str) -> None:
    """Prepare the shipment of a paid order. Twice is harmless: an order has one first shipment, by a unique constraint."""
    fulfilment.start(order_id)


def buy_label(shipment_id: str) -> None:
    """Buy a shipment's label. Twice is harmless: a repeat asks the carrier by our reference before it buys."""
    fulfilment.buy_label(shipment_id)
