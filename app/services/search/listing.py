"""Lists and searches. PostgreSQL says which products and how many, MongoDB what they look like, stock what is left."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from app.errors import NotFound
from app.services import catalog
from app.services.search.asked import Words
from app.services.search.asking import Found, ask
from app.services.search.cards import show
from app.services.search.narrowing import Facet, Filters, facets_of
from app.services.search.words import correct, regroup, tokens_of

PAGE_SIZE = 24


@dataclass(frozen=True)
class Listing:
    """One page of a list: `number` of `last`, `total` products in all, and what it can be narrowed down by.

    `matches` counts without the filters. `instead` is what was looked for when nothing was called what was asked,
    `is_loose` that one of the words was enough. Prices are in minor units.
    """

    cards: list[catalog.Card]
    total: int
    number: int
    sort: str
    matches: int = 0
    in_stock: int = 0
    cheapest: int | None = None
    dearest: int | None = None
    has_popular: bool = False
    facets: tuple[Facet, ...] = ()
    filters: Filters = field(default_factory=Filters)
    instead: str = ""
    is_loose: bool = False

    @property
    def last(self) -> int:
        """The number of pages."""
        return max(1, -(-self.total // PAGE_SIZE))


def list_products(
    *, collection_id: str | None = None, sort: str = "", page: int = 1, size: int = PAGE_SIZE,
    filters: Filters | None = None, has_facets: bool = False, at: catalog.State | None = None,
) -> Listing:  # fmt: skip
    """List the published products of a collection, or all; raise NotFound for a page beyond the last.

    Without a `sort` a collection comes as the shop arranged it, all products newest first. `at` is as in
    cards.show().
    """
    narrowed = filters or Filters()
    found = ask(
        None, narrowed, collection_id=collection_id, sort=sort, start=(page - 1) * size, size=size,
        has_facets=has_facets,
    )  # fmt: skip
    return _listing(found, narrowed, sort, page, at)


def find(
    asked: str, *, sort: str = "", page: int = 1, filters: Filters | None = None, at: catalog.State | None = None
) -> Listing:
    """Search, or raise NotFound for a page beyond the last. `at` is as in list_products().

    A product whose SKU or GTIN it is comes first, then those that have all its words (the last may be unfinished).
    Only when there are none of either, the words are tried in one or in two, then the nearest words of the catalogue,
    then any of the words.
    """
    narrowed = filters or Filters()
    tokens = tokens_of(asked)
    if not tokens:
        return Listing([], 0, 1, sort, filters=narrowed)
    tries = iter(_tries(tokens, asked))
    words = next(tries)
    found = _ask(words, narrowed, sort, page)
    while found.matches == 0 and (following := next(tries, None)):
        words = following
        found = _ask(words, narrowed, sort, page)
    listing = _listing(found, narrowed, sort, page, at)
    instead = " ".join(words.tokens) if words.tokens != tokens and found.matches else ""
    return replace(listing, instead=instead, is_loose=words.is_any and found.matches > 0)


def _tries(tokens: list[str], asked: str) -> Iterator[Words]:
    yield Words(tokens, asked)
    regrouped = regroup(tokens)
    if regrouped != tokens:
        yield Words(regrouped, "")
    corrected = correct(tokens)
    if corrected != tokens:
        yield Words(corrected, "")
    if len(tokens) > 1:
        yield Words(corrected, "", is_any=True)


def _ask(words: Words, filters: Filters, sort: str, page: int) -> Found:
    return ask(words, filters, collection_id=None, sort=sort, start=(page - 1) * PAGE_SIZE, size=PAGE_SIZE)


def _listing(found: Found, filters: Filters, sort: str, page: int, at: catalog.State | None) -> Listing:
    if not found.ids and page > 1:
        raise NotFound("This list has fewer pages. Start again from the first.")
    return Listing(
        cards=show(found.ids, at=at, filters=filters),
        total=found.total,
        number=page,
        sort=sort,
        matches=found.matches,
        in_stock=found.in_stock,
        cheapest=found.cheapest,
        dearest=found.dearest,
        has_popular=found.has_popular,
        facets=facets_of(found.counts, filters, total=found.total, matches=found.matches, sampled=found.sampled),
        filters=filters,
    )
