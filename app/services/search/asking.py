"""The one statement behind every list: which products, in which order, how many, and how many each facet would leave.

`matched` holds what the words or the shelf allow, each row with a mask of the filters that it fails: none, and it is
in the list; exactly one, and it counts for that filter's own facet. So every facet is counted in one pass.
"""

from dataclasses import dataclass

from sqlalchemy import text

from app import db
from app.services.search.asked import Words, ask_for, read
from app.services.search.breadth import CHEAP, MANY, RANKED, SHOP, SIZE, TITLED, Listed, best_of_many, measure, rows_of
from app.services.search.masks import OFFERS, PRICE, STOCK, Masks, masks_of
from app.services.search.models import SAMPLES
from app.services.search.narrowing import COLLECTION, Filters
from app.services.search.terms import LABELS
from app.services.search.words import tokens_of

_ORDERS = {
    "newest": "created_at DESC",
    "price": "price ASC NULLS LAST",
    "-price": "price DESC NULLS LAST",
    "title": "title ASC",
    "popular": "popularity DESC, created_at DESC",
}
SORTS = tuple(_ORDERS)
_WEIGHTS = "'{0.05, 0.2, 0.5, 1.0}'"  # of description, option values, labels, title


@dataclass(frozen=True)
class Found:
    """The answer. `matches` counts without the filters; facets were counted from `sampled` of those."""

    ids: list[str]
    total: int
    matches: int
    in_stock: int
    cheapest: int | None
    dearest: int | None
    sampled: int
    has_popular: bool
    counts: list[tuple[str, str, int, int]]


def ask(
    words: Words | None, filters: Filters, *, collection_id: str | None, sort: str, start: int, size: int,
    has_facets: bool = True,
) -> Found:  # fmt: skip
    """Ask PostgreSQL for one page of a list and its counts."""
    masks = masks_of(filters)
    listed = Listed(words, collection_id)
    if not masks.bits:  # what filters leave must be looked at one by one
        listed = measure(listed)
    statement = _statement(listed, masks, sort, start, has_facets=has_facets)
    [row] = db.orders.rows(read(statement), {"start": start, "length": size} | listed.values | masks.values)
    SHOP.size = row.size
    return Found(
        ids=row.ids or [],
        total=row.total,
        matches=row.matches,
        in_stock=row.in_stock,
        cheapest=row.cheapest,
        dearest=row.dearest,
        sampled=row.sampled,
        has_popular=bool(row.has_popular),
        counts=[tuple(count) for count in row.counts or ()],
    )


def explain(asked: str) -> str:
    """Return how PostgreSQL answers a search, with the times it took."""
    listed = measure(Listed(Words(tokens_of(asked), asked), None))
    statement = f"EXPLAIN (ANALYZE, COSTS OFF) {_statement(listed, Masks(), '', 0, has_facets=True)}"
    with db.orders.reading() as session:
        return "\n".join(session.scalars(text(statement), {"start": 0, "length": 24} | listed.values))


def _statement(listed: Listed, masks: Masks, sort: str, start: int, *, has_facets: bool) -> str:
    words = listed.words
    parts = [ask_for(words)] if words else []
    parts += [_matched(listed, masks, sort), _sized(masks)]
    if words and sort not in _ORDERS and start < RANKED:
        parts.append(f"best AS ({best_of_many(listed) if listed.level else _best(masks)})")
        page = _ranked(words)
    else:
        page = _ordered(listed, masks, sort)
    counts = "NULL AS counts, 0 AS sampled"
    if has_facets:
        parts += [_sampled(listed, masks), _counted(masks, with_collections=listed.collection_id is None)]
        counts = (
            "(SELECT json_agg(json_build_array(facet, value, position, n)) FROM counted) AS counts, "
            "(SELECT count(*) FROM sampled) AS sampled"
        )
    return (
        f"WITH {', '.join(parts)} SELECT sized.*, ARRAY({page} OFFSET :start LIMIT :length) AS ids, {counts}, {SIZE} "
        "FROM sized"
    )


def _matched(listed: Listed, masks: Masks, sort: str) -> str:
    joined, more = "", ", d.title" if sort == "title" else ""
    if listed.words and sort not in _ORDERS:
        more = (
            ", CASE WHEN (SELECT count(*) FROM coded) > 0 AND d.product_id IN (SELECT product_id FROM coded) THEN 2 "
            f"WHEN {TITLED} THEN 1 ELSE 0 END AS tier"
        )
    if listed.collection_id is not None:
        more += ", s.position"
    if masks.fits:
        at_any_price = f", {masks.fitting(but=PRICE)} AS at_any_price" if PRICE in masks.fits else ""
        joined = (
            " JOIN search_offers AS o ON o.product_id = d.product_id CROSS JOIN LATERAL "
            f"(SELECT {masks.fitting()} AS fitting{at_any_price} OFFSET 0) AS f"
        )
    return (
        f"matched AS {'NOT ' if listed.level else ''}MATERIALIZED (SELECT d.product_id, d.facets, {_prices(masks)}, "
        f"d.is_available, d.sample, d.popularity, d.created_at{more}{masks.fails} "
        f"FROM {rows_of(listed, joined=joined)})"
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
        f"max(popularity) {masks.passed_but(STOCK)} > 0 AS has_popular FROM matched)"
    )


def _ordered(listed: Listed, masks: Masks, sort: str) -> str:
    if sort in _ORDERS:
        order = f"{_ORDERS[sort]}, product_id"
    elif listed.words:
        order = CHEAP
    elif listed.collection_id is not None:
        order = "position, created_at DESC, product_id"
    else:
        order = "created_at DESC, product_id"
    return f"SELECT product_id FROM matched {masks.passed} ORDER BY {order}"


def _best(masks: Masks) -> str:
    return f"SELECT * FROM matched {masks.passed} ORDER BY {CHEAP} LIMIT {RANKED}"


def _ranked(words: Words) -> str:
    how_many = "(SELECT count(*) FROM each_word WHERE d.words @@ query) DESC, " if words.is_any else ""
    order = (
        f"(b.tier = 2) DESC, {how_many}(plain(d.title) = (SELECT whole FROM asked)) DESC, "
        f"ts_rank({_WEIGHTS}, d.words, (SELECT query FROM asked)) DESC, "
        "b.popularity DESC, b.created_at DESC, b.product_id"
    )
    documents = "best AS b JOIN search_documents AS d ON d.product_id = b.product_id"
    return f"SELECT b.product_id FROM {documents} ORDER BY {order}"


def _sampled(listed: Listed, masks: Masks) -> str:
    """Take those products that facets are counted from: all of a short list."""
    if listed.level:
        rows = rows_of(listed, listed.level)
        return f"sampled AS MATERIALIZED (SELECT d.product_id, d.facets, 0 AS fails FROM {rows})"
    enough = f"(SELECT {SAMPLES * MANY} / greatest(matches, 1) FROM sized)"
    fails = "fails" if masks.bits else "0 AS fails"
    return f"sampled AS MATERIALIZED (SELECT product_id, facets, {fails} FROM matched WHERE sample < {enough})"


def _counted(masks: Masks, *, with_collections: bool) -> str:
    """Count each term where no filter fails, and where only its own facet's does."""
    own = {name: bit for name, bit in masks.bits.items() if name in LABELS}
    bits = ", ".join(str(bit) for bit in (0, *own.values()))
    labels = f" AND t.facet IN {LABELS}" if masks.fits else ""
    terms = (
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
    return f"{terms}, counted AS ({' UNION ALL '.join(counts)})"


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
