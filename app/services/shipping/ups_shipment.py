"""A parcel in UPS's words and within UPS's limits: https://developer.ups.com/tag/Shipping, `ShipmentRequest`."""

import math
import textwrap
from typing import Any

from app.errors import Invalid
from app.services.shipping.parcels import Parcel, Party

_LINE, _NAME, _CITY = 35, 35, 30  # most characters UPS takes
_REGION_WANTED = {"US", "CA", "VN"}


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


def _party(party: Party) -> dict[str, Any]:
    """Write a name and an address within UPS's limits; raise Invalid when a part would have to be cut off."""
    address = {
        "AddressLine": _address_lines(party),
        "City": (party.city or party.region or party.country)[:_CITY],
        "PostalCode": party.postal_code if len(party.postal_code) <= 9 else party.postal_code.replace("-", ""),
        "CountryCode": party.country,
    }
    if party.country in _REGION_WANTED and party.region:
        address["StateProvinceCode"] = party.region
    if not address["PostalCode"]:
        del address["PostalCode"]
    written: dict[str, Any] = {
        "Name": (party.company or party.name)[:_NAME],
        "AttentionName": party.name[:_NAME],
        "Address": address,
    }
    digits = "".join(sign for sign in party.phone if sign.isdigit())
    if digits:
        written["Phone"] = {"Number": digits[:15]}
    return written


def _address_lines(party: Party) -> list[str]:
    lines = [part for line in party.lines for part in textwrap.wrap(line, _LINE)]
    if party.region and party.country not in _REGION_WANTED and party.region != party.city and len(lines) < 3:
        lines.append(party.region[:_LINE])
    if not 1 <= len(lines) <= 3:
        raise Invalid("UPS labels hold three address lines of 35 characters. Please shorten this address.")
    return lines


def _kilograms(grams: int) -> str:
    return f"{max(1, math.ceil(grams / 100)) / 10:.1f}"
