"""A parcel in UPS's words and within UPS's limits: https://developer.ups.com/tag/Shipping, `ShipmentRequest`."""

import math
import re
import textwrap
from typing import Any

from app.errors import Invalid
from app.services.shipping.parcels import Parcel, Party

_LINE, _CITY, _MOST_LINES = 35, 30, 3  # most characters UPS takes, and most lines it prints
_REGION_WANTED = {"US", "CA", "VN"}
# How a line begins that is a box and no door: the word alone, or with its number behind it, as no street is written.
_WORDS = (
    r"postfach|packstation|postfiliale|post-?abholstation|p\.?\s?o\.?\s?box|post office box|locked bag|private bag"
    r"|bo[iî]te postale|case postale|casella postale|pickpost|my ?post 24"
)
_NUMBER = r"\s*(?:(?:nr|no|n°|number|nummer)\b\.?\s*)?#?\s*\d[\d\s./-]*"
_BOXES = re.compile(rf"(?:dhl[\s-]+)?(?:{_WORDS})(?:{_NUMBER})?(?:$|,)", re.IGNORECASE)
_FRENCH_BOXES = re.compile(rf"(?:b\.?\s?p\.?|cs|tsa){_NUMBER}(?:$|,|cedex)", re.IGNORECASE)
_FRENCH = {"FR", "BE", "LU", "MC"}
_BOX = "UPS does not deliver to post office boxes and parcel lockers. Please enter a street and a house number."


def shipment_request(parcel: Parcel, account: str) -> dict[str, Any]:
    """Write the request for one label of one parcel; raise Invalid when its address does not fit on a label."""
    references = [{"Value": parcel.reference}, {"Value": parcel.order_number}]
    is_domestic_us = parcel.sender.country == parcel.receiver.country == "US"
    package: dict[str, Any] = {
        "Packaging": {"Code": "02"},
        "PackageWeight": {"UnitOfMeasurement": {"Code": "KGS"}, "Weight": _kilograms(parcel.weight_grams)},
    }
    shipment: dict[str, Any] = {
        "Description": parcel.contents[:50],
        "Shipper": {**_party(parcel.sender), "ShipperNumber": account},
        "ShipTo": _party(parcel.receiver),
        "PaymentInformation": {"ShipmentCharge": [{"Type": "01", "BillShipper": {"AccountNumber": account}}]},
        "Service": {"Code": parcel.service},
        "Package": [package],
    }
    # UPS takes references on the package within the US, on the shipment elsewhere.
    (package if is_domestic_us else shipment)["ReferenceNumber"] = references
    return {
        "ShipmentRequest": {
            "Request": {"RequestOption": "nonvalidate", "TransactionReference": {"CustomerContext": parcel.reference}},
            "Shipment": shipment,
            "LabelSpecification": {
                "LabelImageFormat": {"Code": "GIF"},
                "HTTPUserAgent": "Mozilla/4.5",
                "LabelStockSize": {"Height": "6", "Width": "4"},
            },
        }
    }


def check_receiver(party: Party) -> None:
    """Raise Invalid, by field, when UPS does not deliver there or the address does not stand whole on a label."""
    boxes = [place for place, line in enumerate(party.lines) if _is_box(line, party.country)]
    if boxes:
        raise Invalid(_BOX, **{f"line{boxes[0] + 1}": _BOX})
    _party(party)


def _is_box(line: str, country: str) -> bool:
    return bool(_BOXES.match(line) or (country in _FRENCH and _FRENCH_BOXES.match(line)))


def _party(party: Party) -> dict[str, Any]:
    """Write a name and an address within UPS's limits; raise Invalid when a part would have to be cut off."""
    attention, name, lines = _label_lines(party)
    city = party.city or party.region or party.country
    if len(city) > _CITY:
        advice = f"The parcel's label holds {_CITY} characters of this. Please shorten it."
        raise Invalid(f"UPS labels hold {_CITY} characters of a city. Please shorten this address.", city=advice)
    address = {
        "AddressLine": lines,
        "City": city,
        "PostalCode": party.postal_code if len(party.postal_code) <= 9 else party.postal_code.replace("-", ""),
        "CountryCode": party.country,
    }
    if party.country in _REGION_WANTED and party.region:
        address["StateProvinceCode"] = party.region
    if not address["PostalCode"]:
        del address["PostalCode"]
    written: dict[str, Any] = {"Name": name, "AttentionName": attention, "Address": address}
    digits = "".join(sign for sign in party.phone if sign.isdigit())
    if digits:
        written["Phone"] = {"Number": digits[:15]}
    return written


def _label_lines(party: Party) -> tuple[str, str, list[str]]:
    """Return `AttentionName`, `Name` and the address lines, which stand on the label in this order.

    A name or company that is longer than its line goes on in the next, down to the address lines.
    """
    names = [part for each in (party.name, party.company) for part in textwrap.wrap(each, _LINE)]
    street = [part for line in party.lines for part in textwrap.wrap(line, _LINE)]
    lines = [*names[2:], *street]
    if party.region and party.country not in _REGION_WANTED and party.region != party.city and len(lines) < _MOST_LINES:
        lines.append(party.region[:_LINE])
    if not 1 <= len(lines) <= _MOST_LINES:
        longest = max(range(len(party.lines[:2])), key=lambda place: len(party.lines[place]), default=0)
        field = f"line{longest + 1}" if len(street) > _MOST_LINES else "company" if party.company else "name"
        raise Invalid(
            "UPS labels hold three address lines of 35 characters. Please shorten this address.",
            **{field: "This does not fit on the parcel's label. Please shorten it."},
        )
    return names[0], names[min(1, len(names) - 1)], lines


def _kilograms(grams: int) -> str:
    return f"{max(1, math.ceil(grams / 100)) / 10:.1f}"
