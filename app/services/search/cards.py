"""Cards as lists show them: what a product looks like from the catalogue, what can be bought of it from the stock."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from app.services import catalog, inventory
from app.services.search.narrowing import Filters


def show(ids: Sequence[str], *, at: catalog.State | None, filters: Filters | None = None) -> list[catalog.Card]:
    """Return the cards of published products in the order of `ids`, each with the price of what `filters` ask for.

    `at` is the state of the shop that the asker knows: what was read since then will do. Without it all is read now.
    """
    cards = catalog.cards(ids, at=at.catalog if at else None)
    return told(cards, inventory.shown(sold_on(cards), at=at.stock if at else None), filters)


def sold_on(cards: Iterable[catalog.Card]) -> list[str]:
    """Return the variants whose stock says what the cards show."""
    return [offer.variant_id for card in cards for offer in card.offers]


def told(
    cards: Iterable[catalog.Card], stock: Mapping[str, inventory.Shown], filters: Filters | None = None
) -> list[catalog.Card]:
    """Return the cards with what the stock says: nothing can be bought, or from which price on.

    `filters`: as in show().
    """
    return [_told(card, stock, filters) for card in cards]


def _told(card: catalog.Card, stock: Mapping[str, inventory.Shown], filters: Filters | None) -> catalog.Card:
    here = [offer for offer in card.offers if stock[offer.variant_id].left]
    if not here:
        card = replace(card, is_sold_out=True)
    had = here or card.offers
    fitting = [offer for offer in had if _fits(card, offer, filters)] if filters else []
    if not had or (had[0] is card.offers[0] and not fitting):
        return card
    offer = (fitting or had)[0]
    return replace(
        card,
        price=offer.price,
        was=offer.was,
        unit_price=offer.unit_price,
        is_from=offer.price != (fitting or card.offers)[-1].price,
        variant_id="" if offer is had[0] else offer.variant_id,
    )


def _fits(card: catalog.Card, offer: catalog.Offer, filters: Filters) -> bool:
    """Whether a variant has what is asked of it: its price, and the values of those options that its product has."""
    if offer.price.amount < (filters.least or 0):
        return False
    if filters.most is not None and offer.price.amount > filters.most:
        return False
    chosen = filters.by_facet
    return all(value in chosen[name] for name, value in zip(card.options, offer.values, strict=False) if name in chosen)
