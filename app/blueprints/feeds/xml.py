"""XML, written a piece at a time."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from xml.sax.saxutils import escape

from app import clock
from app.services import catalog, feeds

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
_MERCHANT = "http://base.google.com/ns/1.0"
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, 2.2


def sitemap_index(origin: str, files: Iterable[tuple[str, datetime | None]]) -> Iterator[str]:
    """Write the list of sitemaps: their paths, and when each last changed."""
    yield f'{_HEAD}<sitemapindex xmlns="{_SITEMAP}">\n'
    for path, changed_at in files:
        yield f"<sitemap>{_element('loc', origin + path)}{_moment(changed_at)}</sitemap>\n"
    yield "</sitemapindex>\n"


def sitemap(origin: str, addresses: Iterable[catalog.Address]) -> Iterator[str]:
    """Write one sitemap."""
    yield f'{_HEAD}<urlset xmlns="{_SITEMAP}">\n'
    for address in addresses:
        yield f"<url>{_element('loc', origin + address.url)}{_moment(address.changed_at)}</url>\n"
    yield "</urlset>\n"


def merchant(origin: str, name: str, offers: Iterable[feeds.Offer]) -> Iterator[str]:
    """Write the offers as RSS 2.0 with Google's names."""
    yield f'{_HEAD}<rss version="2.0" xmlns:g="{_MERCHANT}">\n<channel>\n'
    yield f"{_element('title', name)}{_element('link', origin)}{_element('description', f'What {name} sells.')}\n"
    for offer in offers:
        lines = "".join(_element(f"g:{field}", value) for field, value in _fields(origin, offer))
        yield f"<item>{lines}{_delivery(offer)}</item>\n"
    yield "</channel>\n</rss>\n"


def _fields(origin: str, offer: feeds.Offer) -> Iterator[tuple[str, str]]:
    yield "id", offer.id
    yield "title", offer.title
    yield "description", offer.description
    yield "link", origin + offer.path
    yield "image_link", origin + offer.pictures[0]
    yield from (("additional_image_link", origin + path) for path in offer.pictures[1:])
    if offer.due:
        yield "availability", "backorder"
        if offer.due >= clock.today():
            yield "availability_date", f"{offer.due.isoformat()}T00:00Z"
    else:
        yield "availability", "in_stock" if offer.is_available else "out_of_stock"
    yield "price", str(offer.price)
    if offer.sale_price:
        yield "sale_price", str(offer.sale_price)
    yield "condition", "new"
    yield "brand", offer.brand
    if not offer.has_identifier:
        yield "identifier_exists", "no"
    optional = {"gtin": offer.gtin, "mpn": offer.mpn, "item_group_id": offer.group_id, "product_type": offer.kind}
    yield from ((field, value) for field, value in optional.items() if value)
    yield from offer.traits
    if offer.weight_grams:
        yield "shipping_weight", f"{offer.weight_grams} g"
    if offer.measure:
        yield "unit_pricing_measure", _ascii(offer.measure.contents)
        yield "unit_pricing_base_measure", _ascii(f"{offer.measure.per} {offer.measure.per_unit}")


def _ascii(measure: str) -> str:
    """Write a measure as Google has it: sqm, cbm (https://support.google.com/merchants/answer/6324455)."""
    return measure.replace("m²", "sqm").replace("m³", "cbm")


def _delivery(offer: feeds.Offer) -> str:
    if offer.delivery is None:
        return ""
    fields = {"country": offer.country, "service": offer.delivery.name, "price": str(offer.delivery.price)}
    return f"<g:shipping>{''.join(_element(f'g:{name}', value) for name, value in fields.items())}</g:shipping>"


def _moment(at: datetime | None) -> str:
    return _element("lastmod", at.isoformat(timespec="seconds")) if at else ""


def _element(name: str, text: str) -> str:
    return f"<{name}>{escape(_NOT_IN_XML.sub('', text))}</{name}>"
