"""Which rates hold where."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from app import clock, config, db
from app.services.tax.models import TaxRate

STANDARD = "standard"
ZERO = "zero"  # never taxed, wherever it goes; no rate is kept for it
CLASSES = (STANDARD, "reduced", "super_reduced")


@dataclass(frozen=True, slots=True)
class Place:
    """Where goods go, as far as taxes care. `region` is the key that the country's address rules give."""

    country: str
    region: str = ""
    postal_code: str = ""


@dataclass(frozen=True, slots=True)
class Rate:
    """So many percent of a tax called `name`."""

    name: str
    percent: Decimal


@dataclass(frozen=True, slots=True)
class Rates:
    """The rates of one place today. `otherwise` is for classes that have none."""

    by_class: Mapping[str, Rate]
    otherwise: Rate

    def of(self, tax_class: str) -> Rate:
        """Return the rate of a class of goods."""
        if tax_class == ZERO:
            return Rate(self.otherwise.name, Decimal(0))
        return self.by_class.get(tax_class) or self.by_class.get(STANDARD) or self.otherwise


def home() -> Place:
    """Return where the shop is: its taxes are shown until an address is known."""
    settings = config.current()
    return Place(settings.country, settings.region, settings.postal_code)


def today() -> date:
    """Return the day it is in store time."""
    return clock.now().astimezone(ZoneInfo(config.current().timezone)).date()


def rates(place: Place) -> Rates:
    """Return the rates that hold in a place today, in one query."""
    narrowest_last = (func.length(TaxRate.postcode), TaxRate.region != "", TaxRate.valid_from)
    query = (
        select(TaxRate.tax_class, TaxRate.name, TaxRate.percent)
        .where(
            TaxRate.country == place.country,
            TaxRate.region.in_(("", place.region)),
            func.starts_with(plain_postcode(place.postal_code), TaxRate.postcode),
            TaxRate.valid_from <= today(),
        )
        .order_by(*narrowest_last)
    )
    with db.orders.reading() as session:
        found = {row.tax_class: Rate(row.name, row.percent) for row in session.execute(query)}
    settings = config.current()
    own = settings.vat_rate if place.country == settings.country else Decimal(0)
    return Rates(found, Rate("VAT", own))


def plain_postcode(text: str) -> str:
    """Write a postcode as it is compared: in capitals, without spaces and dashes."""
    return "".join(letter for letter in text.upper() if letter.isalnum())
