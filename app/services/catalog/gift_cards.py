"""Gift cards as products: what is sold is money for later, so its price is its worth.

A voucher for whatever the shop sells is a multi-purpose voucher: no VAT is due when it is sold, only when it is spent
(Council Directive (EU) 2016/1065, articles 30a and 30b (2) of the VAT Directive 2006/112/EC). Nothing of it is packed,
and nothing reduces it.
"""

from dataclasses import replace

from app import config
from app.errors import Invalid
from app.money import Money
from app.services import gift_cards, inventory
from app.services.catalog.documents import Product, Variant

RUN = 10_000  # pieces of each worth that may be sold until staff allow more, as of anything else: they are owed
_NAME = "gift-card-run"


def as_gift_card(product: Product) -> Product:
    """Return a gift card as it is kept."""
    variants = tuple(
        replace(each, requires_shipping=False, weight_grams=0, compare_at=None) for each in product.variants
    )
    return replace(product, variants=variants)


def as_goods(product: Product) -> Product:
    """Return what was a gift card as something that is sent."""
    variants = tuple(replace(each, requires_shipping=True) for each in product.variants)
    return replace(product, is_gift_card=False, variants=variants)


def give_runs(product: Product) -> None:
    """Put a run of each worth of a gift card on the shelf, where there is none. Safe to repeat."""
    for variant in () if product.is_deleted else sorted(product.variants, key=lambda each: each.id):
        inventory.give_run(variant.id, RUN, name=_NAME, reason="Run of a gift card", actor="shop")


def end_runs(product: Product) -> None:
    """Take what is left of the runs out of stock again, before what was a gift card is saved as goods."""
    for variant in sorted(product.variants, key=lambda each: each.id):
        inventory.end_run(variant.id, name=_NAME, reason="No gift card any more", actor="shop")


def is_worth(variant: Variant) -> bool:
    """Whether a variant's price is one that a gift card can hold."""
    return variant.price is not None and gift_cards.can_hold(variant.price)


def check(variant: Variant) -> None:
    """Refuse what a gift card cannot be sold for. No price at all is none that is sold."""
    if variant.compare_at is not None:
        raise Invalid("A gift card is worth its price, so it has no compare-at price.")
    if variant.price is not None and not is_worth(variant):
        most = Money(gift_cards.MOST, config.current().currency)
        raise Invalid(f"A gift card is worth something above zero and up to {most.decimal}.")
