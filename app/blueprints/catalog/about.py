"""What a page says of itself to search engines and to sites where it is shared: head lines and schema.org's facts.

The properties are those that Google reads (https://developers.google.com/search/docs/appearance/structured-data:
merchant listings, product variants, breadcrumbs, organization, site names). Pure: asks no store.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.config import Config
from app.money import Money
from app.services import shipping
from app.services.catalog import Media, Product, Variant, plain_text
from app.services.search import Beside

_LONGEST = 155  # characters of a description that a result shows
_MOST_VARIANTS = 40  # each described; beyond, the page would weigh more than it says
_VARIES_BY = {"size": "size", "color": "color", "colour": "color", "material": "material", "paper": "material"}
_VARIES_BY |= {"pattern": "pattern", "ruling": "pattern"}
# UN/CEFACT's Recommendation 20.
_UNIT_CODES = {"mg": "MGM", "g": "GRM", "kg": "KGM", "ml": "MLT", "cl": "CLT", "l": "LTR"}
_UNIT_CODES |= {"mm": "MMT", "cm": "CMT", "m": "MTR", "m²": "MTK", "m³": "MTQ"}
_RETURN_DAYS = 14  # as the terms of sale say

Facts = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class About:
    """One page: its one address, what it is called and shows, and the facts it states."""

    url: str
    title: str
    description: str = ""
    kind: str = "website"
    picture: Media | None = None
    picture_url: str = ""
    facts: tuple[Facts, ...] = ()


def home(settings: Config, *, description: str, picture: Media | None, logo: str) -> About:
    """Describe the shop."""
    organization = {
        "@context": "https://schema.org", "@type": "OnlineStore", "@id": f"{settings.origin}/#shop",
        "name": settings.name, "url": f"{settings.origin}/", "logo": settings.origin + logo,
        "email": settings.mail_from, "telephone": settings.phone,
        "address": {
            "@type": "PostalAddress", "streetAddress": settings.street, "addressLocality": settings.city,
            "postalCode": settings.postal_code, "addressCountry": settings.country,
        },
        "hasMerchantReturnPolicy": {
            "@type": "MerchantReturnPolicy", "applicableCountry": shipping.countries(),
            "returnPolicyCategory": "https://schema.org/MerchantReturnFiniteReturnWindow",
            "merchantReturnDays": _RETURN_DAYS, "returnMethod": "https://schema.org/ReturnByMail",
            "returnFees": "https://schema.org/ReturnFeesCustomerResponsibility",
            "merchantReturnLink": f"{settings.origin}/terms#withdrawal",
        },
    }  # fmt: skip
    site = {"@context": "https://schema.org", "@type": "WebSite", "name": settings.name, "url": f"{settings.origin}/"}
    return _page(settings, "/", settings.name, description, picture, facts=(organization, site))


def shelf(settings: Config, path: str, title: str, *, description: str = "", picture: Media | None = None) -> About:
    """Describe a list of products, or of collections."""
    trail = [("Home", "/"), ("Collections", "/collections")]
    trail += [(title, path)] if path != "/collections" else []
    text = description or f"{title} at {settings.name}."
    return _page(settings, path, title, text, picture, facts=(_breadcrumbs(settings, trail),))


def product(settings: Config, shown: Product, stock: Beside) -> About:
    """Describe a product: each variant with its offer, or only their range when there are very many."""
    text = plain_text(shown.description) or shown.title
    trail = [("Home", "/"), ("Everything", "/products"), (shown.title, shown.url)]
    sold = [variant for variant in shown.variants if variant.price]
    facts = {"@context": "https://schema.org", **_product(settings, shown, sold, text, stock)}
    return _page(
        settings, shown.url, shown.title, text, shown.media[0] if shown.media else None, kind="product",
        facts=(facts, _breadcrumbs(settings, trail)),
    )  # fmt: skip


def _page(
    settings: Config,
    path: str,
    title: str,
    text: str,
    picture: Media | None,
    *,
    facts: tuple[Facts, ...],
    kind: str = "",
) -> About:
    short = text if len(text) <= _LONGEST else f"{text[:_LONGEST].rsplit(' ', 1)[0]}…"
    return About(
        url=settings.origin + path, title=title, description=short, kind=kind or "website", picture=picture,
        picture_url=settings.origin + picture.large_url if picture else "", facts=facts,
    )  # fmt: skip


def _breadcrumbs(settings: Config, trail: Sequence[tuple[str, str]]) -> Facts:
    return {
        "@context": "https://schema.org",
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": place, "name": name, "item": settings.origin + path}
            for place, (name, path) in enumerate(trail, start=1)
        ],
    }


def _product(settings: Config, shown: Product, sold: Sequence[Variant], text: str, stock: Beside) -> Facts:
    facts: Facts = {"name": shown.title, "description": text, "url": settings.origin + shown.url}
    facts["brand"] = {"@type": "Brand", "name": shown.vendor or settings.name}
    if shown.kind:
        facts["category"] = shown.kind
    if shown.media:
        facts["image"] = [settings.origin + picture.large_url for picture in shown.media]
    if len(sold) > _MOST_VARIANTS:
        return {"@type": "Product", **facts, "offers": _range(sold, stock)}
    if len(shown.variants) > 1 and sold:
        named = (_VARIES_BY.get(option.name.lower()) for option in shown.options)
        by = [f"https://schema.org/{name}" for name in dict.fromkeys(named) if name]
        return {
            "@type": "ProductGroup", **facts, "productGroupID": shown.id, **({"variesBy": by} if by else {}),
            "hasVariant": [_variant(settings, shown, each, stock) for each in sold],
        }  # fmt: skip
    own = {**_codes(sold[0]), "offers": _offer(settings, shown.url, sold[0], stock)} if sold else {}
    return {"@type": "Product", **facts, **own}


def _variant(settings: Config, shown: Product, variant: Variant, stock: Beside) -> Facts:
    facts: Facts = {"@type": "Product", "name": f"{shown.title}, {variant.label}", **_codes(variant)}
    for option, value in zip(shown.options, variant.values, strict=False):
        if name := _VARIES_BY.get(option.name.lower()):
            facts[name] = value
    if picture := shown.media_of(variant):
        facts["image"] = settings.origin + picture.large_url
    return {**facts, "offers": _offer(settings, f"{shown.url}?v={variant.id}", variant, stock)}


def _codes(variant: Variant) -> Facts:
    return {name: code for name, code in (("sku", variant.sku), ("gtin", variant.gtin)) if code}


def _offer(settings: Config, path: str, variant: Variant, stock: Beside) -> Facts:
    price = variant.price or Money.zero(settings.currency)
    offer: Facts = {
        "@type": "Offer", "url": settings.origin + path, "price": str(price.decimal), "priceCurrency": price.currency,
        "itemCondition": "https://schema.org/NewCondition", "availability": _availability([variant], stock),
    }  # fmt: skip
    if prices := _other_prices(variant, price):
        offer["priceSpecification"] = prices
    ways = shipping.options(settings.country, variant.weight_grams, price) if variant.requires_shipping else []
    if ways:
        offer["shippingDetails"] = _delivery(settings.country, ways[0])
    return offer


def _other_prices(variant: Variant, price: Money) -> list[Facts]:
    """Return the price before, and what the price is compared by."""
    prices: list[Facts] = []
    if was := variant.was:
        prices.append(
            {
                "@type": "UnitPriceSpecification", "priceType": "https://schema.org/StrikethroughPrice",
                "price": str(was.decimal), "priceCurrency": price.currency,
            }
        )  # fmt: skip
    if (measure := variant.measure) and variant.price:
        prices.append(
            {
                "@type": "UnitPriceSpecification", "price": str(price.decimal), "priceCurrency": price.currency,
                "referenceQuantity": {
                    "@type": "QuantitativeValue", "value": measure.amount, "unitCode": _UNIT_CODES[measure.unit],
                    "valueReference": {
                        "@type": "QuantitativeValue", "value": str(measure.per),
                        "unitCode": _UNIT_CODES[measure.per_unit],
                    },
                },
            }
        )  # fmt: skip
    return prices


def _delivery(country: str, way: shipping.DeliveryOption) -> Facts:
    least, most = way.days
    days = {"@type": "QuantitativeValue", "minValue": least, "maxValue": most, "unitCode": "DAY"}
    today = {"@type": "QuantitativeValue", "minValue": 0, "maxValue": 1, "unitCode": "DAY"}
    return {
        "@type": "OfferShippingDetails",
        "shippingRate": {
            "@type": "MonetaryAmount", "value": str(way.price.decimal), "currency": way.price.currency,
        },
        "shippingDestination": {"@type": "DefinedRegion", "addressCountry": country},
        "deliveryTime": {"@type": "ShippingDeliveryTime", "handlingTime": today, "transitTime": days},
    }  # fmt: skip


def _range(sold: Sequence[Variant], stock: Beside) -> Facts:
    prices = sorted(each.price for each in sold if each.price)
    return {
        "@type": "AggregateOffer", "lowPrice": str(prices[0].decimal), "highPrice": str(prices[-1].decimal),
        "priceCurrency": prices[0].currency, "offerCount": len(sold), "availability": _availability(sold, stock),
    }  # fmt: skip


def _availability(variants: Sequence[Variant], stock: Beside) -> str:
    sold = {variant.id for variant in variants if stock.available.get(variant.id, 0) > 0}
    if not sold:
        return "https://schema.org/OutOfStock"
    return "https://schema.org/" + ("BackOrder" if sold <= stock.due.keys() else "InStock")
