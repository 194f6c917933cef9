"""The rates of the European Union as the package `eu-vat-rates-data` has them (MIT; from the Commission's TEDB).

Nothing is fetched: the data comes with the package, and a newer package brings newer rates.
"""

from contextlib import suppress
from datetime import date
from decimal import Decimal

from sqlalchemy import select

from app import clock, config, db
from app.errors import Invalid
from app.services.tax.back_office import Terms, add
from app.services.tax.models import TaxRate
from app.services.tax.reading import Place, rates

_SINCE = date(2000, 1, 1)  # for the first rates of a new shop: they hold already


def take_official_rates(*, actor: str = "shop", only_first: bool = False) -> list[Terms]:
    """Add what the package knows and the table has otherwise: from today on, or since ever where it has nothing.

    The shop's own country and, for a shop of the Union, all of the Union. `reduced` is taken only where a country has
    exactly one such rate: where it has several, a person must say which is meant. With `only_first` nothing happens
    once the table has any rate. Returns what was added. Safe to repeat.
    """
    from eu_vat_rates_data import get_all_rates  # noqa: PLC0415 - read once a release, not by every process

    known = get_all_rates()
    own = config.current().country
    is_union = own in known and known[own]["eu_member"]
    wanted = {country: rate for country, rate in known.items() if country == own or (is_union and rate["eu_member"])}
    added: list[Terms] = []
    with db.orders.transaction():
        if only_first and _has_any():
            return []
        for country, rate in sorted(wanted.items()):
            classes = {"standard": [rate["standard"]], "reduced": rate["reduced"]}
            classes["super_reduced"] = [rate["super_reduced"]] if rate["super_reduced"] else []
            has = rates(Place(country)).by_class
            for tax_class, values in classes.items():
                if len(values) != 1:
                    continue
                percent = Decimal(str(values[0]))
                if tax_class not in has or has[tax_class].percent != percent:
                    since = clock.today() if tax_class in has else _SINCE
                    terms = Terms(country=country, tax_class=tax_class, percent=percent, valid_from=since)
                    with suppress(Invalid), db.orders.savepoint():  # a twin was quicker, or staff set it for today
                        add(terms, actor=actor)
                        added.append(terms)
    return added


def _has_any() -> bool:
    return db.orders.session.scalar(select(TaxRate.id).limit(1)) is not None
