"""Lists and searches. PostgreSQL says which products and how many, MongoDB what they look like, stock what is left."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal_column, not_, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from app import db
from app.errors import NotFound
from app.services import catalog, inventory
from app.services.search.indexing import bare
from app.services.search.models import SearchDocument, SearchPlace

PAGE_SIZE = 24
LONGEST_QUERY = 200

_Order = Sequence[ColumnElement[Any] | InstrumentedAttribute[Any]]
_ORDERS: Mapping[str, Callable[[], _Order]] = {
    "newest": lambda: (SearchDocument.created_at.desc(),),
    "price": lambda: (SearchDocument.price.asc().nulls_last(),),
    "-price": lambda: (SearchDocument.price.desc().nulls_last(),),
    "title": lambda: (SearchDocument.title.asc(),),
}
SORTS = tuple(_ORDERS)


@dataclass(frozen=True)
class Listing:
    """One page of a list: `number` of `last`, `total` products in all."""

    cards: list[catalog.Card]
    total: int
    number: int
    sort: str

    @property
    def last(self) -> int:
        """The number of pages."""
        return max(1, -(-self.total // PAGE_SIZE))


def list_products(*, collection_id: str | None = None, sort: str = "", page: int = 1, size: int = PAGE_SIZE) -> Listing:
    """List the published products of a collection, or all; raise NotFound for a page beyond the last.

    Without a `sort` a collection comes as the shop arranged it, all products newest first.
    """
    query = _published()
    by_hand: _Order = (SearchDocument.created_at.desc(),)
    if collection_id is not None:
        query = query.join(SearchPlace, SearchPlace.product_id == SearchDocument.product_id)
        query = query.where(SearchPlace.collection_id == collection_id)
        by_hand = (SearchPlace.position,)
    order = _ORDERS[sort]() if sort in _ORDERS else by_hand
    return _page(query.order_by(*order, SearchDocument.product_id), sort, page, size)


def find(text: str, *, sort: str = "", page: int = 1) -> Listing:
    """Search, or raise NotFound for a page beyond the last.

    A product whose SKU or GTIN it is comes first, then those that have all its words (the last may be unfinished), and
    only when there are none of either, those that are spelled alike.
    """
    text = _printable(text)[:LONGEST_QUERY]
    tokens = re.findall(r"[^\W_]+", text)
    if not tokens:
        return Listing([], 0, 1, sort)
    has_code = SearchDocument.codes.contains([bare(text)])
    words = func.to_tsquery(literal_column("'shop'::regconfig"), " & ".join(tokens) + ":*")
    has_words = SearchDocument.words.op("@@")(words)
    plain = func.plain(text)
    is_alike = plain.op("<%")(SearchDocument.vocabulary)
    exact = select(SearchDocument.product_id).where(SearchDocument.is_published, or_(has_code, has_words))
    query = _published().where(or_(has_code, has_words, and_(not_(exact.exists()), is_alike)))
    relevance: _Order = (
        case((has_code, 0), else_=1),
        func.ts_rank(SearchDocument.words, words).desc(),
        func.word_similarity(plain, SearchDocument.vocabulary).desc(),
    )
    order = _ORDERS[sort]() if sort in _ORDERS else relevance
    return _page(query.order_by(*order, SearchDocument.product_id), sort, page, PAGE_SIZE)


def _published() -> Select[str, int]:
    return select(SearchDocument.product_id, func.count().over().label("total")).where(SearchDocument.is_published)


def _page(query: Select[str, int], sort: str, page: int, size: int) -> Listing:
    with db.orders.reading() as session:
        rows = session.execute(query.offset((page - 1) * size).limit(size)).all()
    if not rows and page > 1:
        raise NotFound("This list has fewer pages. Start again from the first.")
    return Listing(_cards([row.product_id for row in rows]), rows[0].total if rows else 0, page, sort)


def _cards(ids: list[str]) -> list[catalog.Card]:
    cards = catalog.cards(ids)
    levels = inventory.levels(variant for card in cards for variant in card.variant_ids)
    return [replace(card, is_sold_out=_is_sold_out(card, levels)) for card in cards]


def _is_sold_out(card: catalog.Card, levels: Mapping[str, inventory.Level]) -> bool:
    return all(levels[variant].available < 1 for variant in card.variant_ids)


def _printable(text: str) -> str:
    """Drop what PostgreSQL does not store: NUL and lone surrogates."""
    return text.replace("\0", " ").encode("utf-8", "ignore").decode()
