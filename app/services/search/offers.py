"""What can be had of a product: each price with the option values it is for. So lists compare variants, not products.

The one rule: what cannot be had is left out while anything can; of a product of which nothing can, all of it stays.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app import db
from app.services import catalog, inventory
from app.services.search.models import SearchOffers, SearchTerm
from app.services.search.terms import Term, choices_of

Compared = tuple[int, list[tuple[str, str]]]  # the price of a variant, and its facets with their values


@dataclass(frozen=True)
class Offered:
    """The variants of a product that lists look at, the cheapest first: prices in minor units, values of options."""

    product_id: str
    prices: Sequence[int]
    choices: Sequence[Sequence[Term]]
    is_available: bool

    @property
    def compared(self) -> list[Compared]:
        """What lists compare, in an order that does not matter."""
        chosen = [sorted({(facet, value) for facet, value, _ in choices}) for choices in self.choices]
        return sorted(zip(self.prices, chosen, strict=True))


def offered(product: catalog.Product, levels: Mapping[str, inventory.Level]) -> Offered:
    """Return what can be had of a product."""
    priced = [(variant.price.amount, variant) for variant in product.variants if variant.price]
    here = [each for each in priced if levels[each[1].id].available >= product.batch.least]
    shown = sorted(here or priced, key=lambda each: each[0])
    return Offered(
        product_id=product.id,
        prices=[price for price, _ in shown],
        choices=[tuple(choices_of(product, variant)) for _, variant in shown],
        is_available=bool(here),
    )


def write_offers(offers: Sequence[Offered], terms: Mapping[tuple[str, str], int]) -> None:
    """Write what can be had of products, whose documents are there."""
    if offers:
        statement = insert(SearchOffers).values([_row(each, terms) for each in offers])
        columns = {column.name: statement.excluded[column.name] for column in SearchOffers.__table__.columns}
        db.orders.session.execute(statement.on_conflict_do_update(index_elements=["product_id"], set_=columns))


def known_offers(product_ids: Iterable[str]) -> dict[str, list[Compared]]:
    """Return what lists compare of products, as `Offered.compared` says it of the catalogue."""
    session = db.orders.session
    rows = session.scalars(select(SearchOffers).where(SearchOffers.product_id.in_(product_ids))).all()
    ids = {term for row in rows for term in row.terms}
    names = {
        term.id: (term.facet, term.value) for term in session.scalars(select(SearchTerm).where(SearchTerm.id.in_(ids)))
    }
    return {row.product_id: sorted(_variants(row, names)) for row in rows}


def _variants(row: SearchOffers, names: Mapping[int, tuple[str, str]]) -> Iterator[Compared]:
    for place, price in enumerate(row.prices):
        has = (names[term] for term, mask in zip(row.terms, row.had_by, strict=True) if mask[place] == "1")
        yield price, sorted(has)


def _row(offer: Offered, terms: Mapping[tuple[str, str], int]) -> dict[str, Any]:
    chosen = [{terms[facet, value] for facet, value, _ in choices} for choices in offer.choices]
    own = sorted(set[int]().union(*chosen))
    return {
        "product_id": offer.product_id,
        "prices": offer.prices,
        "terms": own,
        "had_by": ["".join("1" if term in each else "0" for each in chosen) for term in own],
        "every": "1" * len(chosen),
    }
