"""The states of a shipment, and the moves between them."""

from enum import StrEnum


class ShipmentState(StrEnum):
    """Where a parcel is, from the shop's shelf to the customer's door."""

    PENDING = "pending"
    MAYBE_BOUGHT = "maybe_bought"  # the carrier cannot say whether a label was bought: staff decide
    REFUSED = "refused"  # the carrier does not take the parcel as it is: staff correct it
    LABEL_BOUGHT = "label_bought"
    IN_TRANSIT = "in_transit"
    EXCEPTION = "exception"
    DELIVERED = "delivered"
    RETURNED = "returned"
    VOIDED = "voided"


HERE = {ShipmentState.PENDING, ShipmentState.MAYBE_BOUGHT, ShipmentState.REFUSED, ShipmentState.LABEL_BOUGHT}
GONE = {ShipmentState.IN_TRANSIT, ShipmentState.EXCEPTION, ShipmentState.DELIVERED, ShipmentState.RETURNED}

MOVES: dict[ShipmentState, set[ShipmentState]] = {
    ShipmentState.PENDING: {
        ShipmentState.LABEL_BOUGHT,
        ShipmentState.MAYBE_BOUGHT,
        ShipmentState.REFUSED,
        ShipmentState.VOIDED,
    },
    ShipmentState.MAYBE_BOUGHT: {ShipmentState.LABEL_BOUGHT, ShipmentState.PENDING, ShipmentState.VOIDED},
    ShipmentState.REFUSED: {ShipmentState.PENDING, ShipmentState.VOIDED},
    ShipmentState.LABEL_BOUGHT: {*GONE, ShipmentState.PENDING, ShipmentState.VOIDED},
    ShipmentState.IN_TRANSIT: GONE - {ShipmentState.IN_TRANSIT},
    ShipmentState.EXCEPTION: GONE - {ShipmentState.EXCEPTION},
    ShipmentState.DELIVERED: {ShipmentState.RETURNED},
    ShipmentState.RETURNED: {ShipmentState.PENDING},  # sent again
    ShipmentState.VOIDED: set(),
}
