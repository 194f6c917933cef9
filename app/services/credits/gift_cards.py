"""Giving back gift cards that were bought: only what nobody spent of them, and only together with the card."""

from collections import Counter
from collections.abc import Mapping

from app.money import Money
from app.services import gift_cards
from app.services.credits.amounts import Sum
from app.services.credits.models import Credit
from app.services.orders import Order

_SPENT = "Only {} of these gift cards can be given back: something was spent of the others."
BOUND = (
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


def beside_cards(
    order: Order, amounts: Sum, given: Mapping[int, int], *, left: Money, gone: Money
) -> tuple[Money, Money]:
    """Return what `amounts` gives back beside pieces of gift cards, and the most that it may: the others can be spent.

    `given` are the pieces that were given back before, `left` what is left of all. What staff voided by hand is
    nobody's any more, so it can be given back. What of it is `gone` without a credit is written down, as nothing
    leaves, but for what can still be spent and nothing here pays for.
    """
    pieces = [piece for piece in amounts.pieces if piece.position in order.gift_card_positions]
    with_cards = sum(piece.paid.amount for piece in pieces)
    given = Counter(given) + Counter({piece.position: piece.quantity for piece in pieces})
    cards = [card for card in gift_cards.sold_with(order.id) if card.credit_id is None]
    voided = gift_cards.voided_by_hand(order.id)
    spent = sum(card.initial - card.balance for card in cards) - voided
    away = max(0, gone.amount - with_cards)
    here, sold = left.amount - with_cards - away, worth_kept(order, given).amount - voided
    unpaid_for = max(0, sold - spent - here)
    most = max(0, here - sold) + max(0, away - unpaid_for)
    return Money(amounts.paid.amount - with_cards, order.currency), Money(most, order.currency)


def worth_kept(order: Order, given: Mapping[int, int]) -> Money:
    """Return what was paid for the gift cards that stay with the customer; `given` were given back, by position."""
    sold = (line for line in order.lines if line.is_gift_card)
    return Money.total(
        (line.unit_price_money * (line.quantity - given.get(line.position, 0)) for line in sold), order.currency
    )


def void(order: Order, credit: Credit) -> None:
    """Take the gift cards whose price a credit gives back out of use, in the open transaction."""
    for line in credit.lines:
        if line.position in order.gift_card_positions:
            gift_cards.void_sold(order.id, line.position, line.quantity, credit_id=credit.id, actor=credit.actor)
