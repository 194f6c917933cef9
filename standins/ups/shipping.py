"""Ship and void: a shipment of one or more packages, each with a tracking number and a label.

Source: https://developer.ups.com/tag/Shipping. UPS gives GIF, PNG and thermal labels here; a PDF comes from recovery.
"""

import re
import time
from typing import Any

from standins import settings, store
from standins.ups import rating
from standins.ups.api import UpsError, endpoint
from standins.ups.labels import FORMATS, encoded

LONGEST_NAME = 35  # also of a line of an address and of a reference
STATUS_OK = {"ResponseStatus": {"Code": "1", "Description": "Success"}}


@endpoint("POST", "/api/shipments/<version>/ship")
def ship(body: Any, version: str) -> dict[str, Any]:
    """Take a shipment, give its tracking numbers and labels."""
    asked = dig(body, "ShipmentRequest", "Shipment")
    _check(asked)
    form = dig(body, "ShipmentRequest", "LabelSpecification", "LabelImageFormat").get("Code", "GIF").upper()
    if form not in FORMATS - {"PDF"}:
        raise UpsError("120500", "Missing or invalid label image format code.")
    service = dig(asked, "Service")["Code"]
    packages = listed(asked["Package"])
    numbers = [_tracking_number(service) for _ in packages]
    charge = rating.price(service, [rating.weight(package) for package in packages], asked)
    parcels = [_parcel(asked, package, numbers, place, charge) for place, package in enumerate(packages)]
    results: dict[str, Any] = {
        "ShipmentCharges": rating.charges(charge),
        "BillingWeight": rating.billing_weight(packages),
        "ShipmentIdentificationNumber": numbers[0],
        "PackageResults": [_result(parcel, form, packages[place]) for place, parcel in enumerate(parcels)],
    }
    request = dig(body, "ShipmentRequest", "Request")
    context = {"TransactionReference": request["TransactionReference"]} if "TransactionReference" in request else {}
    return {"ShipmentResponse": {"Response": STATUS_OK | context, "ShipmentResults": results}}


@endpoint("DELETE", "/api/shipments/<version>/void/cancel/<number>")
def void(body: Any, version: str, number: str) -> dict[str, Any]:
    """Void a shipment that UPS has not picked up."""
    parcels = store.find_all("parcel", f"{store.field('shipment')} = ?", number)
    if not parcels:
        raise UpsError("190102", "No shipment found within the allowed void period.")
    if any(parcel["step"] == "void" for parcel in parcels):
        raise UpsError("190117", "The shipment has already been voided.")
    if any(parcel["step"] != "label" for parcel in parcels):
        raise UpsError("190103", "The package has been picked up and cannot be voided.")
    for parcel in parcels:
        parcel["step"] = "void"
        store.put("parcel", parcel)
    status = {"Code": "1", "Description": "Voided"}
    return {"VoidShipmentResponse": {"Response": STATUS_OK, "SummaryResult": {"Status": status}}}


def dig(body: Any, *names: str) -> dict[str, Any]:
    """Give the object at a path, empty when it is not there."""
    for name in names:
        body = body.get(name) if isinstance(body, dict) else None
    return body if isinstance(body, dict) else {}


def listed(value: Any) -> list[Any]:
    """Give a list also where UPS lets one thing stand alone."""
    return value if isinstance(value, list) else [value] if value else []


def references(asked: dict[str, Any], package: dict[str, Any]) -> list[str]:
    """Give the shipper's own numbers of a shipment and of a package."""
    found = [*listed(asked.get("ReferenceNumber")), *listed(package.get("ReferenceNumber"))]
    return [str(reference.get("Value", "")) for reference in found]


def _check(asked: dict[str, Any]) -> None:
    if not asked:
        raise UpsError("120100", "Missing or invalid shipment.")
    if dig(asked, "Shipper").get("ShipperNumber") != settings.current().ups_account:
        raise UpsError("120120", "Missing/Invalid shipper number")
    _check_party(asked, "Shipper", "120100")
    _check_party(asked, "ShipTo", "120200")
    if dig(asked, "Service").get("Code") not in rating.SERVICES:
        raise UpsError("120600", "Missing or invalid service code.")
    if not listed(asked.get("Package")):
        raise UpsError("120700", "A shipment needs at least one package.")
    if not dig(asked, "PaymentInformation"):
        raise UpsError("120400", "Missing or invalid payment information.")
    for package in listed(asked["Package"]):
        rating.weight(package)
        if any(not 0 < len(reference) <= LONGEST_NAME for reference in references(asked, package)):
            raise UpsError("120541", f"A reference number has 1 to {LONGEST_NAME} characters.")


def _check_party(asked: dict[str, Any], side: str, code: str) -> None:
    party, address = dig(asked, side), dig(asked, side, "Address")
    for field in ("AddressLine", "City", "CountryCode"):
        if not address.get(field):
            raise UpsError(code, f"Missing or invalid {side} {field}.")
    if not re.fullmatch(r"[A-Z]{2}", str(address["CountryCode"])):
        raise UpsError(code, f"Missing or invalid {side} CountryCode.")
    if not 0 < len(str(party.get("Name", ""))) <= LONGEST_NAME:
        raise UpsError(code, f"Missing or invalid {side} Name.")
    if any(len(line) > LONGEST_NAME for line in listed(address["AddressLine"])):
        raise UpsError(code, f"{side} AddressLine is longer than {LONGEST_NAME} characters.")


def _parcel(
    asked: dict[str, Any], package: dict[str, Any], numbers: list[str], place: int, charge: tuple[int, str]
) -> dict[str, Any]:
    parcel = {
        "id": numbers[place],
        "shipment": numbers[0],
        "created": time.time(),
        "references": references(asked, package),
        "service": dig(asked, "Service")["Code"],
        "from": dig(asked, "Shipper"),
        "to": dig(asked, "ShipTo"),
        "weight": rating.weight(package),
        "charge": {"amount": charge[0], "currency": charge[1]} if place == 0 else None,
        "place": [place + 1, len(numbers)],
        "step": "label",
        "activity": [{"step": "label", "at": time.time()}],
    }
    return store.put("parcel", parcel)


def _result(parcel: dict[str, Any], form: str, package: dict[str, Any]) -> dict[str, Any]:
    return {
        "TrackingNumber": parcel["id"],
        "ServiceOptionsCharges": {"CurrencyCode": "EUR", "MonetaryValue": "0.00"},
        "ShippingLabel": {"ImageFormat": {"Code": form, "Description": form}, "GraphicImage": encoded(parcel, form)},
    }


def _tracking_number(service: str) -> str:
    """Make a tracking number with UPS's check digit: 1Z, account, service, seven digits, check. Nothing has it yet."""
    body = f"{settings.current().ups_account}{service}{store.new_number(7)}"
    digits = [int(sign) if sign.isdigit() else (ord(sign) - 63) % 10 for sign in body]
    total = sum(digits[0::2]) + 2 * sum(digits[1::2])
    number = f"1Z{body}{(-total) % 10}"
    return _tracking_number(service) if store.find("parcel", number) else number  # of 10,000 some came twice
