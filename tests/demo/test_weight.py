"""What a first view of each kind of page weighs, packed, without photographs: the budgets of docs/benchmarks.md."""

from hashlib import sha256

import pytest
from lxml import html

from app.demo import load
from app.services import catalog

BUDGETS = {"page": 12_000, "css": 14_000, "js": 20_000, "font": 40_000}
PACKED = {"Accept-Encoding": "gzip"}


@pytest.fixture
def demo(app, monkeypatch):
    """The whole demo shop in the stores, with the addresses of its pictures but not the pictures."""
    monkeypatch.setattr(load, "_keep_pictures", _addresses_of_pictures)
    monkeypatch.setattr(load.catalog, "queue_pictures", lambda _: None)
    load.load(None, lambda *_: None)


def _addresses_of_pictures(shop, _folder, _progress):
    return {
        picture.file: catalog.Media(
            key=sha256(picture.file.encode()).hexdigest()[:20], width=picture.width, height=picture.height,
            alt=picture.alt, formats=("avif", "webp"), preview=sha256(picture.file.encode()).hexdigest()[:27],
        )
        for picture in load._pictures(shop)
    }  # fmt: skip


def test_every_kind_of_page_stays_within_its_weight(demo, client):
    shop = load.demo_shop()
    widest = max(shop.products, key=lambda product: len(product.variants))
    shelves = [shelf.url for shelf in catalog.collections() if shelf.is_listed]
    for product in shop.products[:3]:
        variant = next(each for each in catalog.get(product.handle).variants if each.price)
        client.post("/cart/lines", data={"variant": variant.id, "quantity": "1"})

    addresses = ["/", "/collections", "/products", f"/products/{widest.handle}", "/search?q=print", "/cart", *shelves]

    weights = {address: _weigh(client, address) for address in [*addresses, "/checkout/address", "/none"]}

    heavy = [
        f"{address}: {kind} {weight}"
        for address, parts in weights.items()
        for kind, weight in parts.items()
        if weight > BUDGETS[kind]
    ]
    assert not heavy


def _weigh(client, address):
    """Return what comes over the line for a page and what its head asks for, by kind."""
    page = client.get(address, headers=PACKED)
    assert page.headers["Content-Encoding"] == "gzip"
    head = html.fromstring(client.get(address).text).find("head")
    files = {
        "css": head.xpath("link[@rel='stylesheet']/@href"),
        "js": head.xpath("script/@src"),
        "font": head.xpath("link[@rel='preload'][@as='font']/@href"),
    }
    weights = {kind: sum(len(client.get(each, headers=PACKED).data) for each in names) for kind, names in files.items()}
    return weights | {"page": len(page.data)}
