"""Cards as lists show them: what a product looks like from the catalogue, what can be bought of it from the stock."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from app.services import catalog, inventory


def show(ids: Sequence[str], *, at: catalog.State | None) -> list[catalog.Card]:
    """Return the cards of published products in the order of `ids`.

    `at` is the state of the shop that the asker knows: what was read since then will do. Without it all is read now.
    """
    cards = catalog.cards(ids, at=at.catalog if at else None)
    return told(cards, inventory.shown(sold_on(cards), at=at.stock if at else None))


def sold_on(cards: Iterable[catalog.Card]) -> list[str]:
    """Return the variants whose stock says what the cards show."""
    return [offer.variant_id for card in cards for offer in card.offers]


def told(cards: Iterable[catalog.Card], stock: Mapping[str, inventory.Shown]) -> list[catalog.Card]:
    """Return the cards with what the stock says: nothing can be bought, or from which price on."""
    return [_told(card, stock) for card in cards]


def _told(card: catalog.Card, stock: Mapping[str, inventory.Shown]) -> catalog.Card:
    offer = next((each for each in card.offers if stock[each.variant_id].left), None)
    if offer is None:
        return replace(card, is_sold_out=True)
    if offer is card.offers[0]:
        return card
    is_from = offer.price != card.offers[-1].price
    return replace(card, price=offer.price, was=offer.was, unit_price=offer.unit_price, is_from=is_from)
