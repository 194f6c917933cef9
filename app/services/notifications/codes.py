"""The codes of gift cards in messages: put in when a message is sent, so that what is kept of it gives none away."""

import re

from app.services import gift_cards
from app.services.gift_cards import GiftCard
from app.services.notifications.models import Message

_PLACE = re.compile(r"\[code of ([0-9a-z]+)\]")
_LOST = "see your order, or reply to this email"


def place_of(card: GiftCard) -> str:
    """Return what stands for the code of a card in a message that is kept."""
    return f"[code of {card.id}]"


def filled(message: Message) -> tuple[str, str]:
    """Return a message's text and HTML as they are sent. Only a message about an order's gift cards has codes."""
    if message.template != "gift_cards":
        return message.text, message.html
    cards = {card.id: card for card in gift_cards.sold_with(message.order_id)}

    def code(match: re.Match[str]) -> str:
        card = cards.get(match[1])
        return (gift_cards.known_code_of(card) if card else None) or _LOST

    return _PLACE.sub(code, message.text), _PLACE.sub(code, message.html)
