"""Cards as lists show them: what a product looks like from the catalogue, whether it is sold out from the stock."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from app.services import catalog, inventory


def show(ids: Sequence[str], *, at: catalog.State | None) -> list[catalog.Card]:
    """Return the cards of published products in the order of `ids`.

    `at` is the state of the shop that the asker knows: what was read since then will do. Without it all is read now.
    """
    cards = catalog.cards(ids, at=at.catalog if at else None)
    return told(
        cards, inventory.shown((variant for card in cards for variant in card.variant_ids), at=at.stock if at else None)
    )


def told(cards: Iterable[catalog.Card], stock: Mapping[str, inventory.Shown]) -> list[catalog.Card]:
    """Return the cards with what the stock says."""
    return [
        card if any(stock[each].left for each in card.variant_ids) else replace(card, is_sold_out=True)
        for card in cards
    ]
