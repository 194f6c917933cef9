"""Writes of the catalogue. Each raises the revision and leaves the stale mark in the same write."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

from bson import encode
from bson.raw_bson import RawBSONDocument
from pymongo import UpdateMany
from pymongo.collection import Collection as MongoCollection
from pymongo.errors import BulkWriteError, DuplicateKeyError
from sqlalchemy.exc import OperationalError

from app import clock, db, stores
from app.errors import Conflict
from app.queue import later
from app.services.catalog.documents import Collection, Product, to_document, to_variant
from app.services.catalog.earlier import remember
from app.services.catalog.gift_cards import as_gift_card, give_runs

_TAKEN = "Another {} has the address “{}”. Choose another."
_DUPLICATE = 11000  # MongoDB's code
_LARGEST = 16 * 1024 * 1024  # bytes of a document
_OLD = "Somebody else changed this {} meanwhile. Look at what it is now, then save again if yours is still needed."


def save_product(product: Product, *, is_announced: bool = True) -> Product:
    """Write a product and return it with its new revision.

    Raises Conflict when `product.revision` (0: new) is no longer the newest, or its slug is another product's.
    The search document follows: by a job at once, or by the sweep when none could be queued or `is_announced` is False.
    """
    product = as_gift_card(product) if product.is_gift_card else product
    known = stores.catalog()["products"]
    before = _find(known, product, "slug", "old_slugs", "is_published", "variants")
    variants = [to_variant(each) for each in before.get("variants", ())]
    product = remember(product, variants, clock.now(), were_seen=before.get("is_published", True))
    saved = replace(product, revision=product.revision + 1)
    _write(known, to_document(saved), before, kind="product")
    if saved.is_gift_card:
        give_runs(saved)  # last: what is refused as a gift card stays goods
    if is_announced:
        _announce("search.index_product", saved.id, saved.revision)
    return saved


def add_products(products: Sequence[Product]) -> dict[str, str]:
    """Write new products, no gift cards, all at once; return by id why some were refused, as save_product() has it.

    Their search documents follow by the sweep.
    """
    documents, refused = dict[str, RawBSONDocument](), dict[str, str]()
    for product in products:
        saved = replace(remember(product, (), clock.now(), were_seen=True), revision=1)
        try:
            documents[product.id] = RawBSONDocument(_encoded(saved))
        except ValueError as error:  # the others come in
            refused[product.id] = str(error)
    if not documents:
        return refused
    try:
        stores.catalog()["products"].insert_many(documents.values(), ordered=False)
    except BulkWriteError as error:
        ids, slugs = list(documents), {product.id: product.slug for product in products}
        for each in error.details["writeErrors"]:
            if each["code"] != _DUPLICATE:
                raise
            refused[ids[each["index"]]] = _TAKEN.format("product", slugs[ids[each["index"]]])
    raise_generation()
    return refused


def save_collection(collection: Collection, *, is_announced: bool = True) -> Collection:
    """Write a collection and return it with its new revision; refuses and follows up as save_product() does."""
    known = stores.catalog()["collections"]
    saved = replace(collection, revision=collection.revision + 1)
    _write(known, to_document(saved), _find(known, collection, "slug", "old_slugs"), kind="collection")
    if is_announced:
        _announce("search.index_collection", saved.id, saved.revision)
    return saved


def delete_product(product: Product) -> Product:
    """Take a product out of the shop for good. What remains is a tombstone, so that carts and search learn of it."""
    return save_product(replace(product, is_deleted=True, is_published=False))


def find_stale(kind: str, limit: int = 500) -> list[str]:
    """Return the ids of products or collections (`kind`) whose search documents are behind."""
    found = stores.catalog()[kind].find({"is_stale": True}, {"_id": 1}).limit(limit)
    return [document["_id"] for document in found]


def find_changed(since: datetime) -> list[str]:
    """Return the ids of the products that were written since a moment, deleted ones among them."""
    found = stores.catalog()["products"].find({"updated_at": {"$gte": since}}, {"_id": 1})
    return [document["_id"] for document in found]


def clear_stale(kind: str, revisions: dict[str, int]) -> None:
    """Take the stale marks off, where the revision that was indexed is still the newest."""
    alike: dict[int, list[str]] = {}
    for thing, revision in revisions.items():
        alike.setdefault(revision, []).append(thing)
    is_known = {"$set": {"is_stale": False}}
    marks = [UpdateMany({"_id": {"$in": things}, "revision": at}, is_known) for at, things in alike.items()]
    stores.catalog()[kind].bulk_write(marks, ordered=False)
    raise_generation()


def raise_generation() -> None:
    """Make every cached page of the catalogue old."""
    stores.catalog()["generations"].update_one({"_id": "catalog"}, {"$set": {"value": db.new_id()}}, upsert=True)


def _find(known: MongoCollection[dict[str, Any]], thing: Product | Collection, *fields: str) -> dict[str, Any]:
    """Return these fields of what a write starts from; nothing of what is new, or is no longer as it was read."""
    if not thing.revision:
        return {}
    return known.find_one({"_id": thing.id, "revision": thing.revision}, dict.fromkeys(fields, 1)) or {}


def _stale() -> dict[str, Any]:
    return {"is_stale": True, "updated_at": clock.now()}


def _encoded(product: Product) -> bytes:
    """Return a new product as it is sent; raise ValueError where the catalogue could not keep it."""
    encoded = encode(to_document(product) | _stale())
    if len(encoded) > _LARGEST:
        raise ValueError("It is too large for the catalogue.")
    return encoded


def _write(
    collection: MongoCollection[dict[str, Any]], document: dict[str, Any], before: dict[str, Any], *, kind: str
) -> None:
    try:
        document |= _stale()
        if document["revision"] == 1:
            collection.insert_one(document)
        else:
            _keep_old_slugs(document, before)
            read = {"_id": document["_id"], "revision": document["revision"] - 1}
            if collection.replace_one(read, document).matched_count == 0:
                raise Conflict(_OLD.format(kind))
    except DuplicateKeyError as error:
        raise Conflict(_TAKEN.format(kind, document["slug"])) from error
    raise_generation()


def _keep_old_slugs(document: dict[str, Any], before: dict[str, Any]) -> None:
    """Note every address that leads here: those before, and the one that this write leaves or a deletion gives free."""
    left = [before["slug"]] if "slug" in before else []
    known = dict.fromkeys((*before.get("old_slugs", ()), *left))
    document["old_slugs"] = [slug for slug in known if slug != document["slug"] or document.get("is_deleted")]


def _announce(job: str, thing: str, revision: int) -> None:
    """Queue the index job. PostgreSQL being down loses nothing: the stale mark stays for the sweep."""
    with suppress(OperationalError), db.orders.transaction():
        later(job, thing, key=f"{job}:{thing}:{revision}")
