"""Which product stands on which shelf: what was picked by hand, in its order, then what the shelf's rules find.

Written when a collection or a product changes, so that a list is one query. The one rule: a shelf's places belong to
one revision of its collection; whoever read another leaves them alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from app import clock, db
from app.services import catalog
from app.services.search.cards import show
from app.services.search.models import SearchPlace, SearchShelf

_BEHIND = 1_000_000_000  # the position of all that rules find: behind everything picked
_IN_PREVIEW = 12
_AT_ONCE = 500  # products
_ON_THE_WAY = timedelta(minutes=1)  # longer than a write takes from its date to the catalogue, and clocks differ


def write_shelf(collection: catalog.Collection) -> None:
    """Write all places of a collection anew, then those of products that changed while its rules were read."""
    since = clock.now() - _ON_THE_WAY
    matched = catalog.match(collection)
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
        places = _places(collection, matched)
        if places:
            session.execute(insert(SearchPlace), places)
    changed = catalog.find_changed(since) if collection.rules else []
    for start in range(0, len(changed), _AT_ONCE):
        _place_anew(collection, changed[start : start + _AT_ONCE])


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
        _place(collection, ids)


def _place_anew(collection: catalog.Collection, ids: Sequence[str]) -> None:
    """Place products as they are, and those once more whose own job may have placed them while they were read."""
    while ids:
        read = catalog.revisions("products", ids)
        _place(collection, ids)
        ids = [each for each, revision in catalog.revisions("products", ids).items() if revision != read.get(each)]


def _place(collection: catalog.Collection, ids: Sequence[str]) -> None:
    matched = catalog.match(collection, among=ids)
    places = [place for place in _places(collection, matched) if place["position"] == _BEHIND]
    revision = select(SearchShelf.revision).where(SearchShelf.collection_id == collection.id)
    with db.orders.transaction() as session:
        if session.scalar(revision.with_for_update()) != collection.revision:
            return  # its own job is on the way, and reads these products
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
