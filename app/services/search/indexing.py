"""Writes search documents from the catalogue. Twice, late or out of order is harmless: only newer revisions win."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, delete, func, literal_column
from sqlalchemy.dialects.postgresql import insert

from app import db
from app.services import catalog
from app.services.search.models import SearchDocument, SearchPlace, SearchShelf

AT_ONCE = 100  # documents per statement
_NOT_IN_CODES = re.compile(r"[\W_]+")
_TAG = re.compile(r"<[^>]*>")


def index_products(ids: Iterable[str]) -> int:
    """Bring the search documents of these products up to date and take their stale marks off."""
    wanted = list(ids)
    for start in range(0, len(wanted), AT_ONCE):
        products = catalog.find_products(wanted[start : start + AT_ONCE])
        if products:
            _write([_document(product) for product in products])
            catalog.clear_stale("products", {product.id: product.revision for product in products})
    return len(wanted)


def index_collections(ids: Iterable[str]) -> int:
    """Bring the shelves of these collections up to date and take their stale marks off."""
    collections = catalog.find_collections(ids)
    for collection in collections:
        _write_shelf(collection)
        catalog.clear_stale("collections", {collection.id: collection.revision})
    return len(collections)


def index_stale() -> int:
    """Index what is marked as stale: the sweep behind jobs that were lost, and the end of an import."""
    count = 0
    while ids := catalog.find_stale("products"):
        count += index_products(ids)
    return count + index_collections(catalog.find_stale("collections"))


def reindex() -> int:
    """Write every search document anew, as after a change of what is indexed."""
    return index_products(catalog.list_ids("products")) + index_collections(catalog.list_ids("collections"))


def bare(code: str) -> str:
    """Return a SKU or GTIN without what people add or leave out: case, dashes, spaces, dots."""
    return _NOT_IN_CODES.sub("", code).upper()


def _write(rows: Sequence[dict[str, Any]]) -> None:
    statement = insert(SearchDocument).values(list(rows))
    columns = {column.name: statement.excluded[column.name] for column in SearchDocument.__table__.columns}
    with db.orders.transaction() as session:
        session.execute(
            statement.on_conflict_do_update(
                index_elements=["product_id"],
                set_=columns,
                where=SearchDocument.revision <= statement.excluded.revision,
            )
        )


def _write_shelf(collection: catalog.Collection) -> None:
    statement = insert(SearchShelf).values(collection_id=collection.id, revision=collection.revision)
    newer = statement.on_conflict_do_update(
        index_elements=["collection_id"],
        set_={"revision": statement.excluded.revision},
        where=SearchShelf.revision <= statement.excluded.revision,
    ).returning(SearchShelf.collection_id)
    with db.orders.transaction() as session:
        if session.execute(newer).scalar() is None:
            return
        session.execute(delete(SearchPlace).where(SearchPlace.collection_id == collection.id))
        places = [
            {"collection_id": collection.id, "position": position, "product_id": product}
            for position, product in enumerate(collection.product_ids)
        ]
        if places:
            session.execute(insert(SearchPlace), places)


def _document(product: catalog.Product) -> dict[str, Any]:
    prices = [variant.price.amount for variant in product.variants if variant.price]
    options = " ".join(value for option in product.options for value in option.values)
    labels = " ".join((product.kind, product.vendor, *product.tags))
    codes = {bare(code) for variant in product.variants for code in (variant.sku, variant.gtin)}
    return {
        "product_id": product.id,
        "revision": product.revision,
        "is_published": product.is_published and not product.is_deleted,
        "title": product.title,
        "words": _words((product.title, "A"), (labels, "B"), (options, "C"), (_TAG.sub(" ", product.description), "D")),
        "vocabulary": func.plain(f"{product.title} {labels}"),
        "codes": sorted(codes - {""}),
        "price": min(prices, default=None),
        "created_at": product.created_at,
    }


def _words(*parts: tuple[str, str]) -> ColumnElement[Any]:
    """Build the expression that PostgreSQL weighs words by: A counts most."""
    vectors = [
        func.setweight(func.to_tsvector(literal_column("'shop'::regconfig"), text), literal_column(f"'{weight}'"))
        for text, weight in parts
    ]
    words: ColumnElement[Any] = vectors[0]
    for vector in vectors[1:]:
        words = words.op("||")(vector)
    return words
