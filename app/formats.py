"""How amounts, times and percents are written for people: alike in pages, mails and documents."""

import re
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.numbers import format_currency

from app import config
from app.money import Money

_HELD = re.compile(r" (?=/ )|(?<=\d) (?=[^\W\d]{1,2}(?!\w))")  # the spaces at which a label does not break


@lru_cache(maxsize=2048)  # a page writes the same few amounts again and again
def money(amount: Money, locale: str = "en") -> str:
    """Write an amount: €19.99, −€0.50."""
    return format_currency(amount.decimal, amount.currency, locale=locale).replace("-", "\N{MINUS SIGN}")


def moment(at: datetime, locale: str = "en") -> str:
    """Write a time as the shop's clock shows it: 3 Mar 2026, 19:04."""
    return format_datetime(at, "d MMM y, HH:mm", tzinfo=ZoneInfo(config.current().timezone), locale=locale)


def deadline(at: datetime, locale: str = "en") -> str:
    """Write the time until or from which somebody may do something, wherever they read it: 3 Mar 2026, 19:04 CET."""
    return f"{moment(at, locale)} {at.astimezone(ZoneInfo(config.current().timezone)):%Z}"


def day(on: date, locale: str = "en") -> str:
    """Write a day: 3 Mar 2026."""
    return format_date(on, "d MMM y", locale=locale)


def choices(label: str) -> str:
    """Write what was chosen of a product so that no line begins with a slash or a unit: 50 × 70 cm / Oak."""
    return _HELD.sub("\N{NO-BREAK SPACE}", label)


def percent(rate: Decimal) -> str:
    """Write a percent without needless zeros: 19%."""
    return f"{rate.normalize():f}%"
