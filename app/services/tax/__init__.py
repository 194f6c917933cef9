"""Taxes: the rates of each place and class of goods. Owns `tax_rates`.

The one rule: an order is taxed by the rates of the day it is placed, of the place it goes to, and copies them. Of the
rates that hold there the narrowest counts (postcode, region, country), and of those the latest that has begun. A class
without a rate is taxed as `standard`, a country without any rate not at all, but the shop's own by `SHOP_VAT_RATE`.
"""

from app.services.tax.back_office import Terms, add, get_as_staff, list_as_staff, remove, set_percent
from app.services.tax.models import TaxRate
from app.services.tax.official import take_official_rates
from app.services.tax.reading import CLASSES, STANDARD, ZERO, Place, Rate, Rates, home, rates

__all__ = [
    "CLASSES",
    "STANDARD",
    "ZERO",
    "Place",
    "Rate",
    "Rates",
    "TaxRate",
    "Terms",
    "add",
    "get_as_staff",
    "home",
    "list_as_staff",
    "rates",
    "remove",
    "set_percent",
    "take_official_rates",
]
