"""Terms: what products can be narrowed down by, each a value of a facet, each with a short number."""

from collections.abc import Iterable, Iterator

from sqlalchemy import select, tuple_
from sqlalchemy.dialects.postgresql import insert

from app import db
from app.services import catalog
from app.services.search.models import SearchTerm

KIND, VENDOR, TAG = "kind", "vendor", "tag"  # the other facets are the products' options, by name
_LAST = 999
_LONGEST = 200  # characters of a facet or a value: the index over both holds 2,704 bytes


def terms_of(product: catalog.Product) -> Iterator[tuple[str, str, int]]:
    """Yield facet, value and place of what a product can be found under. An option value nobody can buy is none."""
    return ((facet[:_LONGEST], value[:_LONGEST], place) for facet, value, place in _all_of(product))


def _all_of(product: catalog.Product) -> Iterator[tuple[str, str, int]]:
    for facet, values in ((KIND, (product.kind,)), (VENDOR, (product.vendor,)), (TAG, product.tags)):
        yield from ((facet, value, _LAST) for value in values if value)
    for number, option in enumerate(product.options):
        priced = (variant for variant in product.variants if variant.price and len(variant.values) > number)
        sold = {variant.values[number] for variant in priced}
        places = enumerate(option.values)
        yield from ((option.name, value, min(place, _LAST)) for place, value in places if value in sold)


def ids_of_terms(terms: Iterable[tuple[str, str, int]]) -> dict[tuple[str, str], int]:
    """Return the number of each term by facet and value, and give new ones theirs. For the one writer of the index."""
    places = {(facet, value): place for facet, value, place in terms}
    if not places:
        return {}
    session = db.orders.session
    by_name = tuple_(SearchTerm.facet, SearchTerm.value).in_(list(places))
    known = {(term.facet, term.value): term.id for term in session.scalars(select(SearchTerm).where(by_name))}
    missing = [
        {"facet": facet, "value": value, "position": place}
        for (facet, value), place in places.items()
        if (facet, value) not in known
    ]
    if missing:
        added = insert(SearchTerm).values(missing).returning(SearchTerm.id, SearchTerm.facet, SearchTerm.value)
        known |= {(row.facet, row.value): row.id for row in session.execute(added)}
    return known
