"""Rating: what a shipment costs, by service, weight and distance.

Source: https://developer.ups.com/tag/Rating. The prices are invented; their order is as in life.
"""

from typing import Any

from standins.ups.api import UpsError, endpoint

# Code: name, price of the first kilogram and of each further one in minor units, days on the way.
SERVICES = {
    "11": ("UPS Standard", 690, 90, 2),
    "65": ("UPS Worldwide Saver", 1890, 240, 1),
    "07": ("UPS Worldwide Express", 2390, 290, 1),
    "08": ("UPS Worldwide Expedited", 1490, 190, 3),
    "54": ("UPS Worldwide Express Plus", 3490, 390, 1),
    "03": ("UPS Ground", 790, 100, 3),
    "02": ("UPS 2nd Day Air", 1590, 210, 2),
    "01": ("UPS Next Day Air", 2590, 310, 1),
    "70": ("UPS Access Point Economy", 490, 80, 3),
}
KILOGRAMS_PER_POUND = 0.45359237
MOST_KILOGRAMS = 70
FAR_FACTOR = 3  # another continent
EUROPE = frozenset(
    "AT BE BG CH CY CZ DE DK EE ES FI FR GB GR HR HU IE IT LI LT LU LV MT NL NO PL PT RO SE SI SK".split()
)


@endpoint("POST", "/api/rating/<version>/<option>")
def rate(body: Any, version: str, option: str) -> dict[str, Any]:
    """Price a shipment with one service (Rate) or with all (Shop)."""
    asked = (body or {}).get("RateRequest", {}).get("Shipment")
    if not asked or not asked.get("Package"):
        raise UpsError("111100", "The requested service is invalid: a shipment with a package is needed.")
    for side in ("Shipper", "ShipTo"):
        if not asked.get(side, {}).get("Address", {}).get("CountryCode"):
            raise UpsError("111285", f"The {side} country code is missing or invalid.")
    if option.lower().startswith("shop"):
        codes = list(SERVICES)
    elif (code := asked.get("Service", {}).get("Code")) in SERVICES:
        codes = [code]
    else:
        raise UpsError("111210", "The requested service is unavailable between the selected locations.")
    packages = asked["Package"] if isinstance(asked["Package"], list) else [asked["Package"]]
    rated = [_rated(code, packages, asked) for code in codes]
    return {
        "RateResponse": {
            "Response": {"ResponseStatus": {"Code": "1", "Description": "Success"}},
            "RatedShipment": rated,
        }
    }


def price(service: str, kilograms: list[float], asked: dict[str, Any]) -> tuple[int, str]:
    """Give the charge in minor units and its currency."""
    _, first, further, _ = SERVICES[service]
    total = sum(first + further * max(0, round(weight + 0.499) - 1) for weight in kilograms)
    country = asked["ShipTo"]["Address"]["CountryCode"]
    home = asked["Shipper"]["Address"]["CountryCode"]
    return (total if country == home or {country, home} <= EUROPE else total * FAR_FACTOR), "EUR"


def weight(package: dict[str, Any]) -> float:
    """Read the weight of a package in kilograms."""
    given = package.get("PackageWeight") or {}
    unit = (given.get("UnitOfMeasurement") or {}).get("Code", "KGS")
    try:
        number = float(given.get("Weight", ""))
    except ValueError:
        number = 0.0
    kilograms = number * KILOGRAMS_PER_POUND if unit == "LBS" else number
    if not 0 < kilograms <= MOST_KILOGRAMS:
        raise UpsError("111035", "The package weight is missing, zero or more than 70 kilograms.")
    return kilograms


def charges(charge: tuple[int, str]) -> dict[str, Any]:
    """Write a charge in UPS's shape."""
    return {
        "TransportationCharges": money(charge),
        "ServiceOptionsCharges": money((0, charge[1])),
        "TotalCharges": money(charge),
    }


def money(charge: tuple[int, str]) -> dict[str, str]:
    """Write minor units as UPS does."""
    return {"CurrencyCode": charge[1], "MonetaryValue": f"{charge[0] // 100}.{charge[0] % 100:02d}"}


def billing_weight(packages: list[dict[str, Any]]) -> dict[str, Any]:
    """Give the weight that is billed."""
    total = sum(weight(package) for package in packages)
    return {"UnitOfMeasurement": {"Code": "KGS", "Description": "Kilograms"}, "Weight": f"{total:.1f}"}


def _rated(code: str, packages: list[dict[str, Any]], asked: dict[str, Any]) -> dict[str, Any]:
    charge = price(code, [weight(package) for package in packages], asked)
    each = [charges(price(code, [weight(package)], asked)) for package in packages]
    return {
        "Service": {"Code": code, "Description": SERVICES[code][0]},
        "RatedShipmentAlert": [],
        "BillingWeight": billing_weight(packages),
        **charges(charge),
        "GuaranteedDelivery": {"BusinessDaysInTransit": str(SERVICES[code][3])},
        "RatedPackage": [
            one | {"Weight": f"{weight(package):.1f}"} for one, package in zip(each, packages, strict=True)
        ],
    }
