"""The one statement behind every list: which products, in which order, how many, and how many each facet would leave.

`matched` holds what the words or the shelf allow, each row with a mask of the filters that it fails: none, and it is
in the list; exactly one, and it counts for that filter's own facet. So every facet is counted in one pass.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import TextClause, text

from app import db
from app.services.search.masks import OFFERS, PRICE, STOCK, Masks, masks_of
from app.services.search.models import SAMPLES
from app.services.search.narrowing import COLLECTION, Filters
from app.services.search.terms import LABELS
from app.services.search.words import bare, tokens_of

RANKED = 240  # of a search, the best so many by the cheap order are put in the fine one
_COUNTED = 4_000  # of more products than this, facets are counted from a sample of about so many

_ORDERS = {
    "newest": "created_at DESC",
    "price": "price ASC NULLS LAST",
    "-price": "price DESC NULLS LAST",
    "title": "title ASC",
    "popular": "popularity DESC, created_at DESC",
}
SORTS = tuple(_ORDERS)
_CHEAP = "tier DESC, popularity DESC, created_at DESC, product_id"
# A word that is left out of queries may be the beginning of one that is not: "not" of "notebook".
QUERY = (
    "CASE WHEN numnode(to_tsquery('shop', :query)) = 0 THEN to_tsquery('simple', plain(:query)) "
    "ELSE to_tsquery('shop', :query) END"
)
CODED = "coded AS MATERIALIZED (SELECT product_id FROM search_documents WHERE codes @> ARRAY[:code])"
_WEIGHTS = "'{0.05, 0.2, 0.5, 1.0}'"  # of description, option values, labels, title


@dataclass(frozen=True)
class Words:
    """What is looked for. `is_any`: one of the words is enough."""

    tokens: Sequence[str]
    whole: str
    is_any: bool = False

    @property
    def query(self) -> str:
        """The words as PostgreSQL reads them; the last may be unfinished."""
        return (" | " if self.is_any else " & ").join(self.tokens) + ":*"


@dataclass(frozen=True)
class Found:
    """The answer. `matches` counts without the filters; facets were counted from `samples` in SAMPLES products."""

    ids: list[str]
    total: int
    matches: int
    in_stock: int
    cheapest: int | None
    dearest: int | None
    samples: int
    has_popular: bool
    counts: list[tuple[str, str, int, int]]


def ask(
    words: Words | None, filters: Filters, *, collection_id: str | None, sort: str, start: int, size: int,
    has_facets: bool = True,
) -> Found:  # fmt: skip
    """Ask PostgreSQL for one page of a list and its counts."""
    masks = masks_of(filters)
    statement = _statement(words, masks, collection_id, sort, start, has_facets=has_facets)
    [row] = db.orders.rows(_read(statement), _values(words, masks, collection_id, start, size))
    return Found(
        ids=row.ids or [],
        total=row.total,
        matches=row.matches,
        in_stock=row.in_stock,
        cheapest=row.cheapest,
        dearest=row.dearest,
        samples=row.samples,
        has_popular=bool(row.has_popular),
        counts=[tuple(count) for count in row.counts or ()],
    )


def explain(asked: str) -> str:
    """Return how PostgreSQL answers a search, with the times it took."""
    words, masks = Words(tokens_of(asked), asked), Masks()
    statement = f"EXPLAIN (ANALYZE, COSTS OFF) {_statement(words, masks, None, '', 0, has_facets=True)}"
    with db.orders.reading() as session:
        return "\n".join(session.scalars(text(statement), _values(words, masks, None, 0, 24)))


@lru_cache(maxsize=256)
def _read(statement: str) -> TextClause:
    """Look for the parameters of a statement once: there are about as many statements as combinations of filters."""
    return text(statement)


def _values(words: Words | None, masks: Masks, collection_id: str | None, start: int, size: int) -> dict[str, Any]:
    values: dict[str, Any] = {"start": start, "size": size, "collection": collection_id} | masks.values
    if words:
        values |= {"query": words.query, "code": bare(words.whole), "whole": " ".join(words.tokens)}
        if words.is_any:
            values["words"] = list(words.tokens)
    return values


def _statement(
    words: Words | None, masks: Masks, collection_id: str | None, sort: str, start: int, *, has_facets: bool
) -> str:
    matched = _matched(words, masks, collection_id, sort)
    parts = [_asked(words), matched] if words else [matched]
    parts += [_sized(masks), _page(words, masks, sort, start, by_hand=collection_id is not None)]
    if has_facets:
        parts.append(_counted(masks, with_collections=collection_id is None))
    counts = "(SELECT json_agg(json_build_array(facet, value, position, n)) FROM counted)" if has_facets else "NULL"
    return (
        f"WITH {', '.join(parts)} "
        "SELECT sized.*, (SELECT array_agg(product_id ORDER BY place) FROM page) AS ids, "
        f"{counts} AS counts FROM sized"
    )


def _asked(words: Words) -> str:
    each_word = (
        "each_word AS MATERIALIZED (SELECT ts_rewrite(to_tsquery('shop', word), 'SELECT alias, meaning FROM "
        "search_rewrites') AS query FROM unnest(CAST(:words AS text[])) AS word), "
    )
    return (each_word if words.is_any else "") + (
        f"asked AS MATERIALIZED (SELECT ts_rewrite({QUERY}, 'SELECT alias, meaning FROM search_rewrites') AS query, "
        f"plain(:whole) AS whole), {CODED}"
    )


def _matched(words: Words | None, masks: Masks, collection_id: str | None, sort: str) -> str:
    joined, allowed, more = "", "true", ", d.title" if sort == "title" else ""
    if words:
        allowed = "(d.words @@ (SELECT query FROM asked) OR d.codes @> ARRAY[:code])"
    if words and sort not in _ORDERS:
        more = (
            ", CASE WHEN (SELECT count(*) FROM coded) > 0 AND d.product_id IN (SELECT product_id FROM coded) THEN 2 "
            "WHEN d.heads @@ (SELECT query FROM asked) THEN 1 ELSE 0 END AS tier"
        )
    if collection_id is not None:
        joined = "JOIN search_places AS s ON s.product_id = d.product_id AND s.collection_id = :collection"
        more += ", s.position"
    if masks.fits:
        at_any_price = f", {masks.fitting(but=PRICE)} AS at_any_price" if PRICE in masks.fits else ""
        joined += (
            " JOIN search_offers AS o ON o.product_id = d.product_id CROSS JOIN LATERAL "
            f"(SELECT {masks.fitting()} AS fitting{at_any_price} OFFSET 0) AS f"
        )
    return (
        f"matched AS MATERIALIZED (SELECT d.product_id, d.facets, {_prices(masks)}, d.is_available, d.sample, "
        f"d.popularity, d.created_at{more}{masks.fails} "
        f"FROM search_documents AS d {joined} WHERE d.is_published AND {allowed})"
    )


def _prices(masks: Masks) -> str:
    """Select what a product is ordered by, and the span of prices to choose from: of its variants that fit."""
    if not masks.fits:
        return "d.price, d.dearest"
    spanned = "f.at_any_price" if PRICE in masks.fits else "f.fitting"
    return (
        f"o.prices[position(B'1' IN f.fitting)] AS price, o.prices[position(B'1' IN {spanned})] AS cheapest, "
        f"o.prices[length(rtrim(CAST({spanned} AS text), '0'))] AS dearest"
    )


def _sized(masks: Masks) -> str:
    cheapest = "cheapest" if masks.fits else "price"
    spanned = masks.passed_but(OFFERS)  # the price does not narrow its own span; what else variants must fit has
    return (
        f"sized AS (SELECT count(*) AS matches, count(*) {masks.passed_but()} AS total, "
        f"count(*) {masks.passed_but(STOCK, also='is_available')} AS in_stock, "
        f"min({cheapest}) {spanned} AS cheapest, max(dearest) {spanned} AS dearest, "
        f"max(popularity) {masks.passed_but(STOCK)} > 0 AS has_popular, "
        f"CASE WHEN count(*) <= {_COUNTED} THEN {SAMPLES} ELSE {SAMPLES * _COUNTED} / count(*) END AS samples "
        "FROM matched)"
    )


def _page(words: Words | None, masks: Masks, sort: str, start: int, *, by_hand: bool) -> str:
    if sort in _ORDERS:
        order = f"{_ORDERS[sort]}, product_id"
    elif words and start < RANKED:
        return _ranked(words, masks)
    elif words:
        order = _CHEAP
    else:
        order = "position, created_at DESC, product_id" if by_hand else "created_at DESC, product_id"
    return (
        f"page AS (SELECT product_id, row_number() OVER (ORDER BY {order}) AS place FROM matched {masks.passed} "
        f"ORDER BY {order} OFFSET :start LIMIT :size)"
    )


def _ranked(words: Words, masks: Masks) -> str:
    how_many = "(SELECT count(*) FROM each_word WHERE d.words @@ query) DESC, " if words.is_any else ""
    order = (
        f"(b.tier = 2) DESC, {how_many}(plain(d.title) = (SELECT whole FROM asked)) DESC, "
        f"ts_rank({_WEIGHTS}, d.words, (SELECT query FROM asked)) DESC, "
        "b.popularity DESC, b.created_at DESC, b.product_id"
    )
    return (
        f"best AS (SELECT * FROM matched {masks.passed} ORDER BY {_CHEAP} LIMIT {RANKED}), "
        f"page AS (SELECT b.product_id, row_number() OVER (ORDER BY {order}) AS place "
        "FROM best AS b JOIN search_documents AS d ON d.product_id = b.product_id "
        "ORDER BY place OFFSET :start LIMIT :size)"
    )


def _counted(masks: Masks, *, with_collections: bool) -> str:
    """Count each term where no filter fails, and where only its own facet's does."""
    own = {name: bit for name, bit in masks.bits.items() if name in LABELS}
    bits = ", ".join(str(bit) for bit in (0, *own.values()))
    labels = f" AND t.facet IN {LABELS}" if masks.fits else ""
    sampled = (
        f"sampled AS MATERIALIZED (SELECT product_id, facets, {'fails' if masks.bits else '0 AS fails'} FROM matched "
        "WHERE sample < (SELECT samples FROM sized)), "
        "terms AS (SELECT term, fails, count(*) AS n FROM (SELECT unnest(facets) AS term, fails FROM sampled "
        f"WHERE fails IN ({bits})) AS each GROUP BY term, fails)"
    )
    of_products = (
        "SELECT t.facet, t.value, t.position, sum(n) AS n FROM terms JOIN search_terms AS t ON t.id = term "
        f"WHERE (fails = 0 OR fails = {masks.by_facet(own, '0')}){labels} GROUP BY t.facet, t.value, t.position"
    )
    counts = [of_products]
    if masks.fits:
        counts.append(_options(masks))
    if with_collections:
        counts.append(
            f"SELECT '{COLLECTION}', p.collection_id, 0, count(*) "
            "FROM sampled JOIN search_places AS p USING (product_id) "
            f"WHERE fails IN (0, {masks.bits.get(COLLECTION, 0)}) GROUP BY p.collection_id"
        )
    return f"{sampled}, counted AS ({' UNION ALL '.join(counts)})"


def _options(masks: Masks) -> str:
    """Count each option's value where a variant has it that fits all filters but this option's own."""
    own = {name: f"but{number}" for number, name in enumerate(masks.fits) if name != PRICE}
    others = "".join(f", {masks.fitting(but=name)} AS {column}" for name, column in own.items())
    fit = {
        column: f"count(*) FILTER (WHERE position(B'1' IN bits & {column}) > 0)" for column in (*own.values(), "fit")
    }
    return (
        f"SELECT t.facet, t.value, t.position, {masks.by_facet(own, 'fit')} FROM (SELECT term"
        + "".join(f", {count} AS {column}" for column, count in fit.items())
        + " FROM (SELECT *, unnest(terms) AS term, unnest(had_by) AS bits FROM "
        f"(SELECT o.terms, o.had_by, {masks.fitting()} AS fit{others} "
        "FROM sampled JOIN search_offers AS o USING (product_id) "
        f"WHERE fails & {masks.all_but(OFFERS)} = 0 OFFSET 0) AS f) AS each GROUP BY term) AS c "
        f"JOIN search_terms AS t ON t.id = c.term WHERE {masks.by_facet(own, 'fit')} > 0"
    )
