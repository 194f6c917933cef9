"""What a product page shows beside the product: its stock, and its neighbours on the shelves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from app import db
from app.services import catalog, inventory
from app.services.search.cards import show, told
from app.services.search.models import SearchDocument, SearchPlace

_NEIGHBOURS = 4


@dataclass(frozen=True)
class Beside:
    """How many of each of the product's variants can be had (`Level.shown`), and the cards of its neighbours.

    `due` has the variants that are sold before they lie on the shelf again, and the day on which they come.
    """

    available: dict[str, int]
    due: dict[str, date]
    cards: list[catalog.Card]


def beside(product: catalog.Product, *, at: str | None = None) -> Beside:
    """Read a product's stock and neighbours: those that share most shelves with it and stand nearest.

    `at`: as in catalog.cards().
    """
    mine, other = aliased(SearchPlace), aliased(SearchPlace)
    query = (
        select(other.product_id)
        .join(mine, mine.collection_id == other.collection_id)
        .join(SearchDocument, SearchDocument.product_id == other.product_id)
        .where(mine.product_id == product.id, other.product_id != product.id, SearchDocument.is_published)
        .group_by(other.product_id)
        .order_by(func.count().desc(), func.min(func.abs(other.position - mine.position)), other.product_id)
        .limit(_NEIGHBOURS)
    )
    with db.orders.reading() as session:
        cards = catalog.cards(session.scalars(query).all(), at=at)
        own = [variant.id for variant in product.variants]
        levels = inventory.levels([*own, *(variant for card in cards for variant in card.variant_ids)])
    return Beside(
        {variant: levels[variant].shown for variant in own},
        {variant: due for variant in own if (due := levels[variant].due)},
        told(cards, levels),
    )


def recall(ids: Sequence[str], *, at: str | None = None) -> list[catalog.Card]:
    """Return the cards of published products in the order of `ids`; what is gone, or never was, is left out."""
    return show(ids, at=at)
