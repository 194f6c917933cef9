"""Shipping: where the shop delivers, how, and for how much; and the carriers. Owns no rows; `rules.py` has the rates.

The one rule: an option is offered and charged by the same function, so nobody pays for a way that is not offered.
"""

from dataclasses import dataclass

from app.errors import Conflict
from app.money import Money
from app.services.shipping.labels import join_labels
from app.services.shipping.parcels import Label, Parcel, Party, Sighting
from app.services.shipping.rules import SERVICES, ZONES, Method, Zone
from app.services.shipping.ups import (
    NotAsked,
    Refused,
    buy_label,
    find_labels,
    read_push,
    recover_label,
    track,
    verify_push,
    void_label,
)
from app.services.shipping.ups_shipment import check_receiver

__all__ = [
    "SERVICES",
    "DeliveryOption",
    "Label",
    "NotAsked",
    "Parcel",
    "Party",
    "Refused",
    "Sighting",
    "buy_label",
    "check_receiver",
    "countries",
    "find_labels",
    "join_labels",
    "no_parcel",
    "options",
    "read_push",
    "recover_label",
    "service_of",
    "track",
    "verify_push",
    "void_label",
]


@dataclass(frozen=True, slots=True)
class DeliveryOption:
    """One way to deliver an order. `price` includes tax where the goods' do; `days` are working days, least and most.

    `free_from` is the subtotal from which it costs nothing; None where it always costs something.
    """

    code: str
    name: str
    carrier: str
    price: Money
    days: tuple[int, int]
    free_from: Money | None = None


def no_parcel(currency: str) -> DeliveryOption:
    """Return the way of an order of which nothing is sent: it has no code, no carrier and no price."""
    return DeliveryOption("", "No parcel", "", Money.zero(currency), (0, 0))


def countries() -> list[str]:
    """Return the ISO 3166 codes of the countries the shop delivers to, in order of the code."""
    return sorted(_BY_COUNTRY)


def options(country: str, weight_grams: int, subtotal: Money) -> list[DeliveryOption]:
    """Return the ways to deliver `weight_grams` to `country`, cheapest first; none when it is too far or too heavy."""
    zone = _BY_COUNTRY.get(country)
    if zone is None:
        return []
    ways = [
        DeliveryOption(
            method.code,
            method.name,
            method.carrier,
            price,
            method.days,
            None if method.free_from is None else Money(method.free_from, subtotal.currency),
        )
        for method in zone.methods
        if (price := _price(method, weight_grams, subtotal)) is not None
    ]
    return sorted(ways, key=lambda way: way.price.amount)


def service_of(code: str, country: str) -> str:
    """Return the carrier's own code of the service behind `code`, or raise Conflict when no rule declares it."""
    zone = _BY_COUNTRY.get(country)
    for method in zone.methods if zone else ():
        if method.code == code:
            return method.service
    raise Conflict(f"No rule says how to send {code!r} to {country}. Please choose another way of delivery.")


def _price(method: Method, weight_grams: int, subtotal: Money) -> Money | None:
    """Price by the lightest band that holds the parcel; None when none does."""
    band = next((price for most_grams, price in method.bands if weight_grams <= most_grams), None)
    if band is None:
        return None
    is_free = method.free_from is not None and subtotal.amount >= method.free_from
    return Money(0 if is_free else band, subtotal.currency)


_BY_COUNTRY: dict[str, Zone] = {country: zone for zone in ZONES for country in zone.countries}
