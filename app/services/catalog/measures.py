"""How much a variant holds, and what a kilogramme, litre, metre … of it costs (Directive 98/6/EC). Pure.

The one rule: the price of the reference amount is worked out from the selling price, never kept, and rounded once.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from app.errors import Invalid
from app.money import Money

# What is measured, by its reference unit (article 2 (b) of the directive), and the units it is written in.
_KINDS = {
    "kg": {"mg": Fraction(1, 1_000_000), "g": Fraction(1, 1000), "kg": Fraction(1)},
    "l": {"ml": Fraction(1, 1000), "cl": Fraction(1, 100), "l": Fraction(1)},
    "m": {"mm": Fraction(1, 1000), "cm": Fraction(1, 100), "m": Fraction(1)},
    "m²": {"m²": Fraction(1)},
    "m³": {"m³": Fraction(1)},
}
_UNITS = {unit: (kind, factor) for kind, units in _KINDS.items() for unit, factor in units.items()}
_WRITTEN_OTHERWISE = {"m2": "m²", "m3": "m³", "sqm": "m²"}
_AMOUNT = re.compile(r"(\d{1,9}(?:[.,]\d{1,3})?)\s*([a-z]{1,3}[²³23]?)")
_WHAT_TO_WRITE = f"Write a number and one of {', '.join(_UNITS)}, as in 750 ml."


@dataclass(frozen=True)
class UnitPrice:
    """What the reference amount costs: `price` for each `per` ("kg", "100 ml")."""

    price: Money
    per: str


@dataclass(frozen=True)
class Measure:
    """How much a variant holds, in thousandths of `unit`, and the reference amount its price is compared by."""

    thousandths: int
    unit: str
    per: int
    per_unit: str

    @property
    def amount(self) -> str:
        """How much of its unit it holds: 750."""
        return _plain(self.thousandths)

    @property
    def contents(self) -> str:
        """What it holds, in words: 750 ml."""
        return f"{self.amount} {self.unit}"

    @property
    def reference(self) -> str:
        """The reference amount, in words: 100 ml, or just l."""
        return self.per_unit if self.per == 1 else f"{self.per} {self.per_unit}"

    def price_of(self, price: Money) -> UnitPrice:
        """Return what the reference amount costs at this price of a piece."""
        held = Fraction(self.thousandths, 1000) * _UNITS[self.unit][1]
        return UnitPrice(price.times(self.per * _UNITS[self.per_unit][1] / held), self.reference)


def read_measure(contents: str, reference: str = "") -> Measure | None:
    """Read what a variant holds ("750 ml") and what its price is compared by ("100 ml"; empty: one kg, l, m …).

    Nothing is None. Raises Invalid for what is no amount, and for a reference that measures something else.
    """
    if not contents.strip():
        if reference.strip():
            raise Invalid("Enter the contents, or leave the unit price's amount empty.")
        return None
    thousandths, unit = _read(contents)
    kind = _UNITS[unit][0]
    per, per_unit = _read(reference) if reference.strip() else (1000, kind)
    if _UNITS[per_unit][0] != kind:
        raise Invalid(f"{unit} and {per_unit} do not measure the same.")
    if per % 1000:
        raise Invalid("The amount of a unit price must be a whole number.")
    return Measure(thousandths, unit, per // 1000, per_unit)


def _read(text: str) -> tuple[int, str]:
    """Return an amount in thousandths, and its unit; a unit alone is one of it."""
    plain = text.strip().lower()
    found = _AMOUNT.fullmatch(plain if plain[:1].isdigit() else f"1 {plain}")
    unit = _WRITTEN_OTHERWISE.get(found[2], found[2]) if found else ""
    amount = int(Decimal(found[1].replace(",", ".")) * 1000) if found else 0
    if unit not in _UNITS or not amount:
        raise Invalid(f"“{text[:30]}” is no measure. {_WHAT_TO_WRITE}")
    return amount, unit


def _plain(thousandths: int) -> str:
    return f"{Decimal(thousandths).scaleb(-3).normalize():f}"
