"""What a product page shows beside the product: its stock, and its neighbours on the shelves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import aliased

from app import db
from app.known import known_at
from app.services import catalog, inventory
from app.services.search.cards import show, sold_on, told
from app.services.search.models import SearchDocument, SearchPlace

_NEIGHBOURS = 4
_MOST = 5_000  # products in each process whose neighbours are known
_mine, _other = aliased(SearchPlace), aliased(SearchPlace)
_NEAREST = (
    select(_other.product_id)
    .join(_mine, _mine.collection_id == _other.collection_id)
    .join(SearchDocument, SearchDocument.product_id == _other.product_id)
    .where(_mine.product_id == bindparam("product"), _other.product_id != bindparam("product"))
    .where(SearchDocument.is_published)
    .group_by(_other.product_id, SearchDocument.is_available)
    .order_by(
        SearchDocument.is_available.desc(),
        func.count().desc(),
        func.min(func.abs(_other.position - _mine.position)),
        _other.product_id,
    )
    .limit(_NEIGHBOURS)
)


@dataclass(frozen=True)
class Beside:
    """How many of each of the product's variants can be had (`inventory.Shown`), and the cards of its neighbours.

    Of a variant of which fewer are left than are sold at once, none can be had.

    `due` has the variants that are sold before they lie on the shelf again, and the day on which they come.
    """

    available: dict[str, int]
    due: dict[str, date]
    cards: list[catalog.Card]


def beside(product: catalog.Product, *, at: catalog.State | None = None) -> Beside:
    """Read a product's stock and neighbours: those that share most shelves with it and stand nearest.

    What was sold out when this state of the catalogue was first asked for comes last. `at`: as in cards.show().
    """
    generation = at.catalog if at else None
    known = known_at("neighbours", generation)
    if (nearest := known.get(product.id)) is None:
        nearest = [row.product_id for row in db.orders.rows(_NEAREST, {"product": product.id})]
        if len(known) < _MOST:
            known[product.id] = nearest
    cards = catalog.cards(nearest, at=generation)
    own = [variant.id for variant in product.variants]
    stock = inventory.shown([*own, *sold_on(cards)], at=at.stock if at else None)
    return Beside(
        {variant: stock[variant].left for variant in own},
        {variant: due for variant in own if (due := stock[variant].due)},
        told(cards, stock),
    )


def recall(ids: Sequence[str], *, at: catalog.State | None = None) -> list[catalog.Card]:
    """Return the cards of published products in the order of `ids`; what is gone, or never was, is left out."""
    return show(ids, at=at)
