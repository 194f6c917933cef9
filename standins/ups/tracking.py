"""Tracking: where a parcel is, by its number or by the shipper's reference.

Source: https://developer.ups.com/tag/Tracking.
"""

import time
from typing import Any

from standins import store
from standins.ups import alerts, rating
from standins.ups.api import UpsError, endpoint
from standins.ups.labels import with_reference

# Step: UPS's type, code and words.
STEPS = {
    "label": ("M", "MP", "Shipper created a label, UPS has not received the package yet."),
    "picked_up": ("P", "PU", "Pickup Scan"),
    "in_transit": ("I", "DP", "Departed from Facility"),
    "out_for_delivery": ("I", "OT", "Out For Delivery Today"),
    "delivered": ("D", "FS", "DELIVERED"),
    "exception": ("X", "48", "The delivery was not possible. We will try again."),
    "returned": ("RS", "ZP", "Returned to Sender"),
    "void": ("MV", "VP", "Void"),
}
NEXT = {
    "label": "picked_up",
    "picked_up": "in_transit",
    "in_transit": "out_for_delivery",
    "out_for_delivery": "delivered",
    "exception": "out_for_delivery",
}
STATUS_CODES = {
    "label": "003", "picked_up": "005", "in_transit": "005", "out_for_delivery": "021",
    "delivered": "011", "exception": "007", "returned": "014", "void": "016",
}  # fmt: skip


@endpoint("GET", "/api/track/v1/details/<number>")
def track(body: Any, number: str) -> dict[str, Any]:
    """Tell where a parcel is.

    An unknown number gets 200 and a warning: https://github.com/UPS-API/api-documentation/issues/166.
    """
    parcel = store.find("parcel", number)
    if parcel:
        return _answer([parcel])
    warning = {"code": "TW0001", "message": "Tracking Information Not Found"}
    return {"trackResponse": {"shipment": [{"inquiryNumber": number, "warnings": [warning]}]}}


@endpoint("GET", "/api/track/v1/reference/details/<reference>")
def track_reference(body: Any, reference: str) -> dict[str, Any]:
    """Tell where the parcels of a reference are; how a shipper learns whether a label was bought."""
    parcels = with_reference(reference)
    if not parcels:
        raise UpsError("TW0001", "Tracking Information Not Found", 404)
    return _answer(parcels)


def move(parcel: dict[str, Any], step: str = "") -> dict[str, Any]:
    """Move a parcel to its next step, or to the one named, and tell the shop."""
    step = step or NEXT.get(parcel["step"], parcel["step"])
    parcel["step"] = step
    parcel["activity"].append({"step": step, "at": time.time()})
    store.put("parcel", parcel)
    alerts.tell(parcel, status(step), step)
    return parcel


def status(step: str) -> dict[str, str]:
    """Describe a step in UPS's words."""
    kind, code, words = STEPS[step]
    return {"type": kind, "code": code, "description": words, "statusCode": STATUS_CODES[step]}


def _answer(parcels: list[dict[str, Any]]) -> dict[str, Any]:
    shipments = [{"inquiryNumber": parcel["id"], "package": [_package(parcel)]} for parcel in parcels]
    return {"trackResponse": {"shipment": shipments}}


def _package(parcel: dict[str, Any]) -> dict[str, Any]:
    address = parcel["to"]["Address"]
    package: dict[str, Any] = {
        "trackingNumber": parcel["id"],
        "activity": [_activity(parcel, one) for one in reversed(parcel["activity"])],
        "currentStatus": {"code": STATUS_CODES[parcel["step"]], "description": STEPS[parcel["step"]][2]},
        "packageAddress": [
            {
                "type": "DESTINATION",
                "address": {"city": address["City"], "countryCode": address["CountryCode"]}
                | {"postalCode": address.get("PostalCode", "")},
            }
        ],
        "packageCount": parcel["place"][1],
        "referenceNumber": [{"type": "SHIPMENT", "number": number} for number in parcel["references"]],
        "service": {"code": parcel["service"], "description": rating.SERVICES[parcel["service"]][0]},
        "weight": {"unitOfMeasurement": "KGS", "weight": f"{parcel['weight']:.2f}"},
    }
    if parcel["step"] == "delivered":
        day = time.strftime("%Y%m%d", time.gmtime(parcel["activity"][-1]["at"]))
        package["deliveryDate"] = [{"type": "DEL", "date": day}]
        package["deliveryInformation"] = {"location": "FRONT DOOR", "receivedBy": parcel["to"]["Name"]}
    return package


def _activity(parcel: dict[str, Any], one: dict[str, Any]) -> dict[str, Any]:
    moment = time.gmtime(one["at"])
    side = "from" if one["step"] in ("label", "picked_up") else "to"
    address = parcel[side]["Address"]
    return {
        "location": {"address": {"city": address["City"], "countryCode": address["CountryCode"]}},
        "status": status(one["step"]),
        "date": time.strftime("%Y%m%d", moment),
        "time": time.strftime("%H%M%S", moment),
        "gmtDate": time.strftime("%Y%m%d", moment),
        "gmtTime": time.strftime("%H:%M:%S", moment),
        "gmtOffset": "+00:00",
    }
