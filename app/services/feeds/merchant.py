"""Variants as offers, after Google's product data specification (https://support.google.com/merchants/answer/7052112)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from app import config
from app.money import Money
from app.services import catalog, inventory, shipping

_LONGEST_TITLE = 150
_LONGEST_TEXT = 5000
_MOST_PICTURES = 10  # beside the first
_TRAITS = {"color": "color", "colour": "color", "size": "size", "material": "material", "paper": "material"}
_TRAITS |= {"pattern": "pattern", "ruling": "pattern"}


@dataclass(frozen=True, kw_only=True)
class Offer:
    """One variant for sale. Addresses are paths of the shop; `group_id` joins the variants of one product.

    `due` is the day on which it comes, when it is sold before it is there.
    """

    id: str
    title: str
    description: str
    path: str
    pictures: tuple[str, ...]
    is_available: bool
    due: date | None
    price: Money
    sale_price: Money | None
    group_id: str | None
    brand: str
    gtin: str
    mpn: str
    kind: str
    traits: tuple[tuple[str, str], ...]
    weight_grams: int
    measure: catalog.Measure | None
    delivery: shipping.DeliveryOption | None
    country: str

    @property
    def has_identifier(self) -> bool:
        """Whether others can tell what it is: by its GTIN, or by who makes it and under which number."""
        return bool(self.gtin or self.mpn)


def offers() -> Iterator[Offer]:
    """Yield an offer for each variant of each product that customers see, if it has a price and a picture."""
    for products in catalog.stream_products():
        levels = inventory.levels(variant.id for product in products for variant in product.variants)
        for product in products:
            for variant in product.variants:
                if variant.price and product.media:
                    yield _offer(product, variant, variant.price, level=levels[variant.id])


def _offer(product: catalog.Product, variant: catalog.Variant, price: Money, *, level: inventory.Level) -> Offer:
    settings = config.current()
    gtin = variant.gtin if catalog.is_gtin(variant.gtin) else ""
    is_own_make = product.vendor in {"", settings.name}
    ways = shipping.options(settings.country, variant.weight_grams, price) if variant.requires_shipping else []
    named = zip(product.options, variant.values, strict=False)
    is_available = level.available >= product.batch.least
    return Offer(
        id=variant.id,
        title=", ".join(filter(None, (product.title, variant.label)))[:_LONGEST_TITLE],
        description=(catalog.plain_text(product.description) or product.title)[:_LONGEST_TEXT],
        path=f"{product.url}?v={variant.id}" if len(product.variants) > 1 else product.url,
        pictures=tuple(picture.large_url for picture in product.media_from(variant)[: _MOST_PICTURES + 1]),
        is_available=is_available,
        due=level.due if is_available else None,
        price=variant.was or price,
        sale_price=price if variant.was else None,
        group_id=product.id if len(product.variants) > 1 else None,
        brand=product.vendor or settings.name,
        gtin=gtin,
        mpn=variant.sku if is_own_make else "",  # a maker's number; the SKU is one only for what the shop makes itself
        kind=product.kind,
        traits=tuple(
            (_TRAITS[option.name.lower()], value) for option, value in named if option.name.lower() in _TRAITS
        ),
        weight_grams=variant.weight_grams if variant.requires_shipping else 0,
        measure=variant.measure,
        delivery=ways[0] if ways else None,
        country=settings.country,
    )
