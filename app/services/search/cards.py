"""Cards as lists show them: what a product looks like from the catalogue, whether it is sold out from the stock."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from app.services import catalog, inventory


def show(ids: Sequence[str], *, at: str | None) -> list[catalog.Card]:
    """Return the cards of published products in the order of `ids`; `at` is a generation, as in catalog.cards()."""
    cards = catalog.cards(ids, at=at)
    return told(cards, inventory.levels(variant for card in cards for variant in card.variant_ids)) if cards else []


def told(cards: Iterable[catalog.Card], levels: Mapping[str, inventory.Level]) -> list[catalog.Card]:
    """Return the cards with what the stock says now."""
    return [replace(card, is_sold_out=all(levels[each].available < 1 for each in card.variant_ids)) for card in cards]
