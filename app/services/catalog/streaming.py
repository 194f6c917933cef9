"""Long reads of what customers see, a batch at a time, so that no catalogue is too large for them."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple

from app import stores
from app.services.catalog.documents import Product, to_collection, to_product

PER_FILE = 50_000  # addresses in one sitemap (https://www.sitemaps.org/protocol.html)
_AT_ONCE = 250
# A tombstone is found by what it is not: `False` would have a planner go through the index of living addresses first,
# which leads to every product.
_PUBLISHED: dict[str, dict[str, Any]] = {
    "products": {"is_published": True, "is_deleted": {"$ne": True}},
    "collections": {"is_published": True, "is_listed": {"$ne": False}},
}
_FIELDS = {"slug": 1, "title": 1, "created_at": 1, "updated_at": 1}


class Address(NamedTuple):
    """Where a product or collection stands, and when it last changed, where that is known."""

    url: str
    changed_at: datetime | None


def count_published_of(ids: Sequence[str]) -> int:
    """Count what customers see of these products."""
    return stores.catalog()["products"].count_documents({"_id": {"$in": list(ids)}, **_PUBLISHED["products"]})


class Extent(NamedTuple):
    """How many products or collections customers see, and when the latest change of one was."""

    total: int
    changed_at: datetime | None


def extent(kind: str) -> Extent:
    """Return how much customers see of products or collections (`kind`), in one question."""
    both = {"_id": None, "total": {"$sum": 1}, "changed_at": {"$max": "$updated_at"}}
    found = stores.catalog()[kind].aggregate([{"$match": _PUBLISHED[kind]}, {"$group": both}])
    return next((Extent(each["total"], each["changed_at"]) for each in found), Extent(0, None))


def stream_addresses(kind: str, number: int) -> Iterator[Address]:
    """Yield the addresses of the sitemap `number` of products or collections (`kind`), counted from 1."""
    found = stores.catalog()[kind].find(_PUBLISHED[kind], _FIELDS).sort("_id", 1)
    for document in found.skip((number - 1) * PER_FILE).limit(PER_FILE):
        thing = to_product(document) if kind == "products" else to_collection(document)
        yield Address(thing.url, document.get("updated_at") or document.get("created_at"))


def stream_products() -> Iterator[list[Product]]:
    """Yield every product that customers see, some hundreds at a time."""
    found = stores.catalog()["products"].find(_PUBLISHED["products"]).sort("_id", 1).batch_size(_AT_ONCE)
    while batch := list(islice(found, _AT_ONCE)):
        yield [to_product(document) for document in batch]
