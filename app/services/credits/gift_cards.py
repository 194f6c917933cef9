"""Giving back gift cards that were bought: only what nobody spent of them, and only together with the card."""

from collections import Counter
from collections.abc import Mapping

from app.errors import Invalid
from app.money import Money
from app.services import gift_cards
from app.services.credits.models import Credit
from app.services.orders import Order

_SPENT = "Only {} of these gift cards can be given back: something was spent of the others."
_BOUND = (
    "Only {} can be given back so: the rest was paid for gift cards. Give those back by their pieces; one that was"
    " spent in part is voided first, on its own page, and then what was left on it can be given back here."
)


def unspent(order: Order, left: Mapping[int, int]) -> dict[int, int]:
    """Return how many pieces of each line can be given back of those `left`: of gift cards those that are whole."""
    if not order.has_gift_cards:
        return dict(left)
    cards = gift_cards.sold_with(order.id)
    whole = Counter(card.position for card in cards if card.is_whole)
    lines = order.gift_card_positions if cards else frozenset()
    return {position: min(count, whole[position]) if position in lines else count for position, count in left.items()}


def refusal(order: Order, position: int, left: int) -> str:
    """Say how many pieces of a line can be given back, and why no more."""
    return _SPENT.format(left) if position in order.gift_card_positions else f"{left} can be given back."


def check_free(order: Order, gone: Mapping[int, int], left: Money, wanted: Money) -> None:
    """Refuse a free amount that reaches into what was paid for gift cards: they could be spent all the same.

    `wanted` is all that is to be given back beside pieces of gift cards, `gone` what was given back before, `left` what
    is left of all. What staff voided by hand is nobody's any more, so it can be given back.
    """
    most = left - worth_kept(order, gone) + Money(gift_cards.voided_by_hand(order.id), order.currency)
    if wanted.amount > most.amount:
        advice = _BOUND.format(most)
        raise Invalid(advice, free=advice)


def worth_kept(order: Order, gone: Mapping[int, int]) -> Money:
    """Return what was paid for the gift cards that stay with the customer; `gone` were given back, by position."""
    sold = (line for line in order.lines if line.is_gift_card)
    return Money.total(
        (line.unit_price_money * (line.quantity - gone.get(line.position, 0)) for line in sold), order.currency
    )


def void(order: Order, credit: Credit) -> None:
    """Take the gift cards whose price a credit gives back out of use, in the open transaction."""
    for line in credit.lines:
        if line.position in order.gift_card_positions:
            gift_cards.void_sold(order.id, line.position, line.quantity, credit_id=credit.id, actor=credit.actor)
