"""Which rates hold where."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import bindparam, func, select

from app import clock, config, db
from app.services.tax.models import TaxRate

STANDARD = "standard"
ZERO = "zero"  # never taxed, wherever it goes; no rate is kept for it
CLASSES = (STANDARD, "reduced", "super_reduced")

_NARROWEST_LAST = (func.length(TaxRate.postcode), TaxRate.region != "", TaxRate.valid_from)
_RATES = (
    select(TaxRate.tax_class, TaxRate.name, TaxRate.percent)
    .where(
        TaxRate.country == bindparam("country"),
        TaxRate.region.in_(("", bindparam("region"))),
        func.starts_with(bindparam("postcode"), TaxRate.postcode),
        TaxRate.valid_from <= bindparam("today"),
    )
    .order_by(*_NARROWEST_LAST)
)


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


def rates(place: Place) -> Rates:
    """Return the rates that hold in a place today, in one query."""
    postcode = plain_postcode(place.postal_code)
    asked = {"country": place.country, "region": place.region, "postcode": postcode, "today": clock.today()}
    found = {row.tax_class: Rate(row.name, row.percent) for row in db.orders.rows(_RATES, asked)}
    settings = config.current()
    own = settings.vat_rate if place.country == settings.country else Decimal(0)
    return Rates(found, Rate("VAT", own))


def plain_postcode(text: str) -> str:
    """Write a postcode as it is compared: in capitals, without spaces and dashes."""
    return "".join(letter for letter in text.upper() if letter.isalnum())
