"""Terms: what products can be narrowed down by, each a value of a facet, each with a short number."""

from collections.abc import Iterable, Iterator

from sqlalchemy import select, tuple_
from sqlalchemy.dialects.postgresql import insert

from app import db
from app.services import catalog
from app.services.search.models import SearchTerm

KIND, VENDOR, TAG = LABELS = ("kind", "vendor", "tag")  # the other facets are the products' options, by name
Term = tuple[str, str, int]  # facet, value, place
_LAST = 999
_LONGEST = 200  # characters of a facet or a value: the index over both holds 2,704 bytes


def labels_of(product: catalog.Product) -> Iterator[Term]:
    """Yield facet, value and place of what a product can be found under, whichever of its variants it is."""
    # An option may be called as a label is; the address of a list cannot tell them apart.
    called_so = ((option.name, option.values) for option in product.options if option.name in LABELS)
    for facet, values in ((KIND, (product.kind,)), (VENDOR, (product.vendor,)), (TAG, product.tags), *called_so):
        yield from ((facet, value[:_LONGEST], _LAST) for value in values if value)


def choices_of(product: catalog.Product, variant: catalog.Variant) -> Iterator[Term]:
    """Yield facet, value and place of what one of its variants can be found under: the values of its options."""
    for option, value in zip(product.options, variant.values, strict=False):
        if value in option.values and option.name not in LABELS:
            yield option.name[:_LONGEST], value[:_LONGEST], min(option.values.index(value), _LAST)


def ids_of_terms(terms: Iterable[Term]) -> dict[tuple[str, str], int]:
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
