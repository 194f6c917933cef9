"""Jobs of mail: one writes a message, one sends what waits."""

from app.services import fulfilment, notifications, payments, returns


def order_confirmed(order_id: str) -> None:
    """Write the confirmation of an order. Twice is harmless: one message per event and recipient, by a constraint."""
    notifications.order_confirmed(order_id)


def gift_cards(order_id: str) -> None:
    """Write the codes of the gift cards that an order bought. Twice is harmless, as for `order_confirmed`."""
    notifications.gift_cards_issued(order_id)


def order_shipped(shipment_id: str) -> None:
    """Write how a parcel can be followed, now that its label is made. Twice is harmless, as for `order_confirmed`."""
    shipment = fulfilment.get_for_job(shipment_id)
    # Else its label was given back meanwhile, and the next one has a job of its own, or nothing is sent any more.
    if shipment.tracking_number and shipment.state != fulfilment.ShipmentState.VOIDED:
        notifications.order_shipped(
            shipment.order_id,
            carrier=shipment.carrier,
            tracking_number=shipment.tracking_number,
            tracking_url=shipment.tracking_url,
            quantities={line.position: line.quantity for line in shipment.lines},
        )


def refund_made(refund_id: str) -> None:
    """Write that money was given back. Twice is harmless, as for `order_confirmed`."""
    notifications.refund_made(refund_id)


def transfer_asked(payment_id: str) -> None:
    """Write how to pay by bank transfer. Twice is harmless, as for `order_confirmed`."""
    notifications.transfer_asked(payment_id, is_sent=_is_sent(payment_id))


def transfer_reminder(payment_id: str) -> None:
    """Write that a transfer is still waited for, if it is. Twice is harmless, as for `order_confirmed`."""
    notifications.transfer_reminder(payment_id, is_sent=_is_sent(payment_id))


def payment_asked(payment_id: str, stamp: int = 0) -> None:
    """Write where to pay again, if it is still owed. Twice is harmless, as for `order_confirmed`."""
    notifications.payment_asked(payment_id, stamp, is_sent=_is_sent(payment_id))


def paid_anew(payment_id: str) -> None:
    """Write that an order is paid again and goes on. Twice is harmless, as for `order_confirmed`."""
    notifications.paid_anew(payment_id)


def order_cancelled(order_id: str, credit_id: str | None = None) -> None:
    """Write that an order or some of it was cancelled. Twice is harmless, as for `order_confirmed`."""
    notifications.order_cancelled(order_id, credit_id=credit_id)


def order_link(number: str, email: str) -> None:
    """Write a fresh link to an order to its customer. Twice is harmless: one message in ten minutes."""
    notifications.order_link(number, email)


def return_changed(return_id: str, state: str) -> None:
    """Write what became of a return. Twice is harmless, as for `order_confirmed`."""
    found = returns.get_for_job(return_id)
    notifications.return_changed(
        found.order_id,
        return_id=return_id,
        state=state,
        answer=found.answer,
        quantities={line.position: line.quantity for line in found.lines},
        came={line.position: line.pieces for line in found.lines},
        is_sent_back=found.sent_back,
        credit_id=found.credit_id,
    )


def send(order_id: str) -> None:
    """Send an order's waiting messages. Twice is harmless: a message is leased before and marked after it is sent.

    A crash between the provider's yes and our mark may repeat that one message; nothing can lose one.
    """
    notifications.send(order_id)


def note_event(row_id: str) -> None:
    """Note on a message what its provider said. Twice is harmless: a message's state only moves forward."""
    notifications.note_event(row_id)


def _is_sent(payment_id: str) -> bool:
    """Whether the carrier has some of the order of a payment."""
    return bool(fulfilment.gone(payments.order_of(payment_id)))
