"""Writes search documents from the catalogue. Twice, late or out of order is harmless: only newer revisions win.

One writer at a time (a lock in the database), so that what each writes of the stock is newer than what the last wrote.
"""

import logging
import math
import re
import time
import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from psycopg import DataError
from psycopg.errors import ProgramLimitExceeded
from sqlalchemy import ColumnElement, Text, delete, func, literal_column, select, update
from sqlalchemy.dialects.postgresql import array, insert
from sqlalchemy.exc import DBAPIError

from app import db
from app.queue import failing
from app.services import catalog, inventory
from app.services.search.models import LEVELS, SAMPLES, SearchDocument, SearchShelf, SearchTurn
from app.services.search.offers import Offered, offered, write_offers
from app.services.search.shelving import place_products, write_shelf
from app.services.search.terms import Term, ids_of_terms, labels_of
from app.services.search.words import bare, note_words, plain_words, searchable

log = logging.getLogger(__name__)

AT_ONCE = 100  # documents per statement, and turns
WRITING = 7_305_211  # the number of the lock
_COLLECTION_JOB = "search.index_collection"
_FIRST = re.compile(r"[^\W_]+")  # of the parts of a SKU


def index_products(ids: Iterable[str]) -> int:
    """Bring the search documents of these products up to date and take their stale marks off.

    One that the database refuses, as where a text is too long for it, is logged and left as it was; `fsck` names it.
    """
    wanted = list(ids)
    for start in range(0, len(wanted), AT_ONCE):
        products = catalog.find_products(wanted[start : start + AT_ONCE])
        if products:
            place_products([product.id for product in _write_what_can_be(products)])
            catalog.clear_stale("products", {product.id: product.revision for product in products})
    return len(wanted)


def index_collections(ids: Iterable[str]) -> int:
    """Bring the shelves of these collections up to date and take their stale marks off."""
    collections = catalog.find_collections(ids)
    for collection in collections:
        write_shelf(collection)
        catalog.clear_stale("collections", {collection.id: collection.revision})
    return len(collections)


def index_stale(*, seconds: float = math.inf) -> int:
    """Index what is marked as stale: the sweep behind jobs that were lost, and the end of an import.

    After so many `seconds` it leaves the rest to the next sweep.
    """
    began, count = time.monotonic(), 0
    while ids := catalog.find_stale("products", AT_ONCE):
        count += index_products(ids)
        if time.monotonic() - began >= seconds:
            break
    if stale := set(catalog.find_stale("collections")):
        count += index_collections(stale - failing(_COLLECTION_JOB))
    return count


def unfilled() -> set[str]:
    """Return the collections whose products could not be put together since they were saved. For staff.

    Their own jobs try again, at growing pauses; the sweep does not, which would do little else.
    """
    tried = failing(_COLLECTION_JOB)
    return tried & set(catalog.find_stale("collections")) if tried else tried


def index_turns(*, seconds: float = math.inf) -> int:
    """Index the products of variants that ran out or came in again, some at a time: an import turns thousands.

    After so many `seconds` it leaves the rest to the next sweep.
    """
    began, count = time.monotonic(), 0
    while turned := _index_some_turns():
        count += turned
        if time.monotonic() - began >= seconds:
            break
    return count


def _index_some_turns() -> int:
    """Index the products of the oldest turns. A turn is forgotten only once that is done."""
    with db.orders.reading() as session:
        oldest = select(SearchTurn).order_by(SearchTurn.id).limit(AT_ONCE)
        turns = {turn.id: turn.variant_id for turn in session.scalars(oldest)}
    if not turns:
        return 0
    found = catalog.find_variants(turns.values())
    index_products(sorted({variant.product_id for variant in found.values()}))
    with db.orders.transaction() as session:
        session.execute(delete(SearchTurn).where(SearchTurn.id.in_(turns)))
    return len(turns)


def reindex() -> int:
    """Write every search document anew, as after a change of what is indexed or a restore of the catalogue."""
    products, collections = catalog.list_ids("products"), catalog.list_ids("collections")
    lower_products(products)
    lower_collections(collections)
    return index_products(products) + index_collections(collections)


def lower_products(ids: Sequence[str]) -> None:
    """Let any revision of these products be written, where search is ahead of the catalogue: that was restored.

    Index them afterwards: what is read then is no older than what is made old here.
    """
    _lower("products", ids, SearchDocument, SearchDocument.product_id, SearchDocument.revision)


def lower_collections(ids: Sequence[str]) -> None:
    """Let any revision of these collections be written, as lower_products() does."""
    _lower("collections", ids, SearchShelf, SearchShelf.collection_id, SearchShelf.revision)


def _write_what_can_be(products: Sequence[catalog.Product]) -> Sequence[catalog.Product]:
    """Write the documents of these products, each alone where not all can be written; return those written."""
    try:
        write_documents(products)
    except DBAPIError as error:
        if not isinstance(error.orig, DataError | ProgramLimitExceeded):
            raise
        if len(products) > 1:
            return [each for product in products for each in _write_what_can_be([product])]
        log.exception("search cannot take a product", extra={"product": products[0].id, "reason": str(error.orig)})
        return []
    return products


def write_documents(products: Sequence[catalog.Product]) -> None:
    """Write the documents of these products as they are given. For index_products(), and for measurements."""
    with db.orders.transaction() as session:
        session.execute(select(func.pg_advisory_xact_lock(WRITING)))
        inventory.sell_from({variant.id: product.batch.least for product in products for variant in product.variants})
        levels = inventory.levels(variant.id for product in products for variant in product.variants)
        offers = [offered(product, levels) for product in products]
        both = list(zip(products, offers, strict=True))
        terms = ids_of_terms(term for product, offer in both for term in _terms(product, offer))
        rows = [_document(product, offer, terms) for product, offer in both]
        statement = insert(SearchDocument).values(rows)
        columns = {name: statement.excluded[name] for name in (*rows[0], "padding")}  # which makes each row narrow anew
        written = session.scalars(
            statement.on_conflict_do_update(
                index_elements=["product_id"],
                set_=columns,
                where=SearchDocument.revision <= statement.excluded.revision,
            ).returning(SearchDocument.product_id)
        ).all()
        write_offers([offer for offer in offers if offer.product_id in written], terms)
        note_words(word for product in products if _is_shown(product) for word in plain_words(*_texts(product)))


def _lower(kind: str, ids: Sequence[str], model: Any, key: Any, revision: Any) -> None:
    for start in range(0, len(ids), AT_ONCE):
        newest = catalog.revisions(kind, ids[start : start + AT_ONCE])
        with db.orders.transaction() as session:
            known = session.execute(select(key, revision).where(key.in_(newest))).all()
            ahead = [row[0] for row in known if row[1] > newest[row[0]]]
            session.execute(update(model).where(key.in_(ahead)).values(revision=0))


def _terms(product: catalog.Product, offer: Offered) -> list[Term]:
    return [*labels_of(product), *(term for choices in offer.choices for term in choices)]


def _document(product: catalog.Product, offer: Offered, terms: Mapping[tuple[str, str], int]) -> dict[str, Any]:
    title, labels, options, description = _texts(product)
    codes = {bare(code) for variant in product.variants for code in (variant.sku, variant.gtin)}
    sample = zlib.crc32(product.id.encode()) % SAMPLES
    words = _vector((title, "A"), (labels, "B"), (options, "C"), (description, "D"), (_series(product), "D"))
    return {
        "product_id": product.id,
        "revision": product.revision,
        "is_published": _is_shown(product),
        "is_available": offer.is_available,
        "sample": sample,
        "price": min(offer.prices, default=None),
        "dearest": max(offer.prices, default=None),
        "created_at": product.created_at,
        "title": product.title,
        "facets": sorted({terms[facet, value] for facet, value, _ in _terms(product, offer)}),
        "heads": _vector((title, "A"), (labels, "B")),
        "words": words.op("||")(func.array_to_tsvector(array([f"~{n}" for n in levels_of(sample)], type_=Text))),
        "vocabulary": func.plain(f"{title} {labels}"),
        "codes": sorted(codes - {""}),
    }


def levels_of(sample: int) -> list[int]:
    """Return the levels whose samples a product is in."""
    return [level for level in range(1, LEVELS + 1) if sample < SAMPLES >> level]


def _is_shown(product: catalog.Product) -> bool:
    return product.is_published and not product.is_deleted


def _texts(product: catalog.Product) -> tuple[str, str, str, str]:
    """Return what is searched of a product, the weightiest first: title, labels, option values, description."""
    return (
        searchable(product.title),
        searchable(" ".join((product.kind, product.vendor, *product.tags))),
        searchable(" ".join(value for option in product.options for value in option.values)),
        searchable(catalog.plain_text(product.description)),
    )


def _series(product: catalog.Product) -> str:
    """Return how the SKUs of a product begin, which is what people remember of them: HO01 of HO01-2130-M."""
    firsts = (_FIRST.search(variant.sku) for variant in product.variants)
    return " ".join(sorted({searchable(first.group()) for first in firsts if first}))


def _vector(*parts: tuple[str, str]) -> ColumnElement[Any]:
    """Build the expression that PostgreSQL weighs words by: A counts most."""
    vectors = [
        func.setweight(func.to_tsvector(literal_column("'shop'::regconfig"), text), literal_column(f"'{weight}'"))
        for text, weight in parts
    ]
    words: ColumnElement[Any] = vectors[0]
    for vector in vectors[1:]:
        words = words.op("||")(vector)
    return words
