"""The declared rates: zones of countries, the methods of each, and their price by weight.

Amounts are minor units of the shop's currency and include tax where those of goods do; weights are grams with packing.
"""

from dataclasses import dataclass

# UPS's own codes (Shipping API, `Service/Code`) and names of what the methods below use.
SERVICES = {"11": "Standard", "65": "Express Saver", "08": "Expedited"}

# A band is (most grams, price); the heaviest parcel is what one person can carry.
Bands = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Method:
    """One way to send a parcel. `free_from` is the subtotal from which it costs nothing; `days` are working days."""

    code: str
    name: str
    service: str
    days: tuple[int, int]
    bands: Bands
    free_from: int | None = None
    carrier: str = "UPS"


@dataclass(frozen=True, slots=True)
class Zone:
    """Countries that cost the same to reach."""

    name: str
    countries: frozenset[str]
    methods: tuple[Method, ...]


_STEPS = (2_000, 5_000, 15_000, 30_000)


def _standard(*prices: int, days: tuple[int, int], service: str = "11", free_from: int | None = None) -> Method:
    return Method("standard", "Standard", service, days, tuple(zip(_STEPS, prices, strict=False)), free_from)


def _express(*prices: int, days: tuple[int, int]) -> Method:
    return Method("express", "Express", "65", days, tuple(zip(_STEPS, prices, strict=False)))


ZONES = (
    Zone(
        "Germany",
        frozenset("DE".split()),
        (
            _standard(4_90, 6_90, 9_90, 14_90, days=(1, 3), free_from=80_00),
            _express(12_90, 15_90, 21_90, 29_90, days=(1, 1)),
        ),
    ),
    Zone(
        "Neighbours",
        frozenset("AT BE CZ DK FR LU NL PL".split()),
        (
            _standard(8_90, 11_90, 16_90, 24_90, days=(2, 4), free_from=120_00),
            _express(22_90, 27_90, 39_90, 54_90, days=(1, 2)),
        ),
    ),
    Zone(
        "European Union",
        frozenset("BG CY EE ES FI GR HR HU IE IT LT LV MT PT RO SE SI SK".split()),
        (
            _standard(12_90, 16_90, 23_90, 34_90, days=(3, 6), free_from=150_00),
            _express(29_90, 36_90, 52_90, 74_90, days=(1, 3)),
        ),
    ),
    Zone(
        "Europe outside the Union",
        frozenset("CH GB IS LI MC NO".split()),
        (
            _standard(18_90, 23_90, 36_90, 54_90, days=(3, 7)),
            _express(36_90, 44_90, 64_90, 94_90, days=(2, 3)),
        ),
    ),
    Zone(
        "World",
        frozenset("AE AU CA HK IL JP KR MX NZ SG TW US".split()),
        (
            _standard(29_90, 44_90, 89_90, days=(5, 10), service="08"),
            _express(49_90, 69_90, 129_90, days=(2, 4)),
        ),
    ),
)
