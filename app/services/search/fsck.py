"""Checks of search: what is derived says what the catalogue says."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import delete, select

from app import db
from app.fsck import Check, Fault, pages
from app.services import catalog, inventory
from app.services.search.indexing import index_collections, index_products, lower_collections, lower_products
from app.services.search.models import SearchDocument, SearchShelf, SearchTurn
from app.services.search.offers import known_offers, offered

_DOCUMENTS = (SearchDocument, SearchDocument.product_id, SearchDocument.revision)
_REVISIONS = select(SearchDocument.product_id, SearchDocument.revision)
_SHELVES = (SearchShelf, SearchShelf.collection_id, SearchShelf.revision)


def _find_products() -> Iterator[Fault]:
    yield from _find("products", *_DOCUMENTS)
    for things in catalog.walk("products", ()):
        yield from _find_offers(catalog.find_products(thing["_id"] for thing in things))


def _find_offers(products: Sequence[catalog.Product]) -> Iterator[Fault]:
    """Compare what can be had of products with what search knows of it, where it knows their newest revision."""
    variants = {product.id: {variant.id for variant in product.variants} for product in products}
    with db.orders.snapshot() as session:
        rows = session.execute(_REVISIONS.where(SearchDocument.product_id.in_(variants)))
        revisions = {row.product_id: row.revision for row in rows}
        known = known_offers(variants)
        turned = set(session.scalars(select(SearchTurn.variant_id)))
        levels = inventory.levels(variant for each in variants.values() for variant in each)
    for product in products:
        is_on_its_way = product.id in known and turned & variants[product.id]
        is_known = is_on_its_way or known.get(product.id) == offered(product, levels).compared
        if revisions.get(product.id) == product.revision and not is_known:
            yield Fault(product.id, "lists do not compare its variants as they are; `flask shop reindex` mends all")


def _find_collections() -> Iterator[Fault]:
    return _find("collections", *_SHELVES)


def _find(kind: str, _: Any, key: Any, revision: Any) -> Iterator[Fault]:
    """Compare both ways: what the catalogue has and search not, or not so; what search has and the catalogue not."""
    for things in catalog.walk(kind, ["revision"]):
        newest = {thing["_id"]: thing["revision"] for thing in things}
        with db.orders.reading() as session:
            known = {row[0]: row[1] for row in session.execute(select(key, revision).where(key.in_(newest)))}
        for thing, revision_now in newest.items():
            if known.get(thing) != revision_now:
                yield Fault(thing, f"is at revision {revision_now}; search knows {known.get(thing, 'nothing of it')}")
    for page in pages(select(revision), key):
        for thing in sorted({row.key for row in page} - catalog.revisions(kind, [row.key for row in page]).keys()):
            yield Fault(thing, "search knows it, the catalogue does not")


def _mend_product(product_id: str) -> None:
    lower_products([product_id])
    index_products([product_id])
    _forget("products", *_DOCUMENTS, product_id)


def _mend_collection(collection_id: str) -> None:
    lower_collections([collection_id])
    index_collections([collection_id])
    _forget("collections", *_SHELVES, collection_id)


def _forget(kind: str, model: Any, key: Any, _: Any, thing: str) -> None:
    """Delete what search knows of a thing that the catalogue does not."""
    if thing not in catalog.revisions(kind, [thing]):
        with db.orders.transaction() as session:
            session.execute(delete(model).where(key == thing))


_BECAUSE = "search is derived: it is written anew from the newest revision in the catalogue"
CHECKS = (
    Check(
        "search.products",
        "Search knows the newest of every product.",
        _find_products,
        mend=_mend_product,
        because=_BECAUSE,
    ),
    Check(
        "search.collections",
        "Search knows the newest of every collection.",
        _find_collections,
        mend=_mend_collection,
        because=_BECAUSE,
    ),
)
