"""What a variant cost before: the least of the thirty days before a reduction, as EU law asks.

Directive 98/6/EC, article 6a; a reduction counts from that price, whatever else is named (CJEU C-330/23, Aldi Süd).
Prices that customers did not see are none.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from app.money import Money
from app.services.catalog.documents import Past, Product, Variant

_DAYS = timedelta(days=30)


def remember(product: Product, before: Iterable[Variant], now: datetime, *, were_seen: bool) -> Product:
    """Return a product that is to be saved over the variants `before`, with what its own cost until now."""
    known = {variant.id: variant for variant in before}
    variants = (
        _remember(variant, known[variant.id], now, was_seen=were_seen, is_seen=product.is_published)
        if variant.id in known
        else replace(variant, past=(), lowest=None)
        for variant in product.variants
    )
    return replace(product, variants=tuple(variants))


def _remember(variant: Variant, before: Variant, now: datetime, *, was_seen: bool, is_seen: bool) -> Variant:
    past = before.past
    if was_seen and before.price and not (is_seen and before.price == variant.price):
        past = (*_higher_left_out(past, before.price, now), Past(before.price, now.replace(microsecond=0)))
    lowest = before.lowest
    if not _is_reduced(variant):
        lowest = None
    elif before.price != variant.price or not _is_reduced(before):  # it begins now
        paid = [each.price for each in past if each.until >= now - _DAYS]
        lowest = _least([*paid, before.price] if was_seen and before.price else paid, variant)
    return replace(variant, past=past, lowest=lowest)


def _higher_left_out(past: Iterable[Past], price: Money, now: datetime) -> Iterable[Past]:
    """Yield what may be the least yet: a price that was higher than one after it never is."""
    return (
        each
        for each in past
        if each.until >= now - _DAYS and each.price.currency == price.currency and each.price.amount < price.amount
    )


def _is_reduced(variant: Variant) -> bool:
    return bool(variant.price and variant.compare_at and variant.compare_at.amount > variant.price.amount)


def _least(prices: Iterable[Money], variant: Variant) -> Money | None:
    same = [each for each in prices if variant.price and each.currency == variant.price.currency]
    return min(same, key=lambda each: each.amount, default=None)
