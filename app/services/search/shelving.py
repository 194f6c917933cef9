"""Which product stands on which shelf: what was picked by hand, in its order, then what the shelf's rules find.

Written when a collection or a product changes, so that a list is one query. The one rule: a shelf's places belong to
one revision of its collection; whoever read another leaves them alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from app import db
from app.services import catalog
from app.services.search.cards import show
from app.services.search.models import SearchPlace, SearchShelf

_BEHIND = 1_000_000_000  # the position of all that rules find: behind everything picked
_IN_PREVIEW = 12


def write_shelf(collection: catalog.Collection) -> bool:
    """Write all places of a collection anew; return whether no product may have changed while its rules were read."""
    generation = catalog.generation()
    matched = catalog.match(collection)
    statement = insert(SearchShelf).values(collection_id=collection.id, revision=collection.revision)
    newer = statement.on_conflict_do_update(
        index_elements=["collection_id"],
        set_={"revision": statement.excluded.revision},
        where=SearchShelf.revision <= statement.excluded.revision,
    ).returning(SearchShelf.collection_id)
    with db.orders.transaction() as session:
        if session.execute(newer).scalar() is None:
            return True
        session.execute(delete(SearchPlace).where(SearchPlace.collection_id == collection.id))
        places = _places(collection, matched)
        if places:
            session.execute(insert(SearchPlace), places)
    return not collection.rules or catalog.generation() == generation


@dataclass(frozen=True)
class Preview:
    """What would stand on a shelf: how many products, and the cards of the first."""

    total: int
    cards: list[catalog.Card]


def preview(collection: catalog.Collection) -> Preview:
    """Say what would stand on a collection that need not be saved, or raise Invalid for a rule that cannot hold."""
    for rule in collection.rules:
        catalog.check_rule(rule)
    ids = [place["product_id"] for place in _places(collection, catalog.match(collection))]
    return Preview(catalog.count_published_of(ids), show(ids[:_IN_PREVIEW], at=None))


def place_products(ids: Sequence[str]) -> None:
    """Put these products on the shelves whose rules they hold to now, and take them off the others."""
    for collection in catalog.find_ruled_collections():
        matched = catalog.match(collection, among=ids)
        places = [place for place in _places(collection, matched) if place["position"] == _BEHIND]
        revision = select(SearchShelf.revision).where(SearchShelf.collection_id == collection.id)
        with db.orders.transaction() as session:
            if session.scalar(revision.with_for_update()) != collection.revision:
                continue  # its own job is on the way, and reads these products
            session.execute(
                delete(SearchPlace).where(
                    SearchPlace.collection_id == collection.id,
                    SearchPlace.position == _BEHIND,
                    SearchPlace.product_id.in_(ids),
                    SearchPlace.product_id.not_in(matched),
                )
            )
            if places:
                session.execute(insert(SearchPlace).on_conflict_do_nothing(), places)


def _places(collection: catalog.Collection, matched: Sequence[str]) -> list[dict[str, Any]]:
    picked = dict.fromkeys(collection.product_ids)
    positions = {product: position for position, product in enumerate(picked)}
    positions |= {product: _BEHIND for product in matched if product not in picked}
    return [
        {"collection_id": collection.id, "product_id": product, "position": position}
        for product, position in positions.items()
    ]
