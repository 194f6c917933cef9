"""What machines read: robots.txt, sitemaps, the feed of offers. Streamed, so that no catalogue is too large."""

import re
from collections.abc import Iterator
from itertools import chain, islice

from flask import Blueprint, Response, stream_with_context, url_for

from app import config
from app.blueprints._limits import limiter
from app.blueprints.feeds import xml
from app.errors import NotFound
from app.services import catalog, feeds

bp = Blueprint("feeds", __name__)

_CLOSED = ("/admin", "/cart", "/checkout", "/orders", "/preview", "/search")
# Pieces that are read before the answer begins, the first entry with them: without a catalogue it is a 503, no feed.
_BEGUN = 3
_NUMBER = re.compile("[1-9][0-9]{0,3}")
_KINDS = ("products", "collections")
_PAGES = ("catalog.home", "catalog.collections", "catalog.products", "content.shipping_costs", "content.imprint")


@bp.get("/robots.txt")
def robots() -> Response:
    """Say what is not worth reading, and where the sitemaps are."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in _CLOSED)]
    return Response(
        "\n".join([*lines, "", f"Sitemap: {config.current().origin}/sitemap.xml", ""]), mimetype="text/plain"
    )


@bp.get("/sitemap.xml")
@limiter.limit("60/minute")
def sitemaps() -> Response:
    """List the sitemaps."""
    extents = {kind: catalog.extent(kind) for kind in _KINDS}
    files = [(url_for(".pages"), extents["collections"].changed_at)]
    for kind, (total, changed_at) in extents.items():
        files += [(url_for(".sitemap", name=f"{kind}-{n}"), changed_at) for n in range(1, _files(total) + 1)]
    return _stream(xml.sitemap_index(config.current().origin, files))


@bp.get("/sitemaps/pages.xml")
def pages() -> Response:
    """List the pages that are no product and no collection."""
    return _stream(xml.sitemap(config.current().origin, [catalog.Address(url_for(view), None) for view in _PAGES]))


@bp.get("/sitemaps/<name>.xml")
@limiter.limit("60/minute")
def sitemap(name: str) -> Response:
    """List some thousands of products or collections: `products-1`."""
    kind, _, number = name.partition("-")
    if kind not in _KINDS or not _NUMBER.fullmatch(number):
        raise NotFound
    addresses = catalog.stream_addresses(kind, int(number))
    first = next(addresses, None)
    if first is None:
        raise NotFound
    return _stream(xml.sitemap(config.current().origin, chain([first], addresses)))


@bp.get("/feeds/google.xml")
@limiter.limit("20/minute")
def google() -> Response:
    """List everything that is for sale, for Google's merchant centre."""
    settings = config.current()
    return _stream(xml.merchant(settings.origin, settings.name, feeds.offers()))


def _files(count: int) -> int:
    return -(-count // catalog.PER_FILE)


def _stream(lines: Iterator[str]) -> Response:
    begun = list(islice(lines, _BEGUN))
    response = Response(stream_with_context(chain(begun, lines)), mimetype="application/xml")
    response.headers["Cache-Control"] = "public, max-age=600"
    return response
