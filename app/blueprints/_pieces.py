"""Choosing pieces of an order's lines, to cancel, return or give back: a number a line, in `line-<position>`."""

from collections.abc import Mapping

from app.errors import Invalid
from app.services.orders import Order

_MOST_DIGITS = 6
_MOST_DIGITS_OF_AMOUNT = 15


def pieces_of(values: Mapping[str, str], order: Order, field: str = "line") -> dict[int, int]:
    """Read how many of each line were chosen; raise Invalid, by field, for what is no whole number."""
    texts = {line.position: values.get(f"{field}-{line.position}", "").strip() or "0" for line in order.lines}
    wrong = [position for position, text in texts.items() if not is_whole(text, _MOST_DIGITS)]
    if wrong:
        raise Invalid("Enter whole numbers.", **{f"{field}-{position}": "Enter a whole number." for position in wrong})
    return {position: int(text) for position, text in texts.items() if int(text)}


def is_whole(text: str, most_digits: int = _MOST_DIGITS_OF_AMOUNT) -> bool:
    """Whether a hidden field holds a whole number, as our pages write them."""
    return text.isascii() and text.isdigit() and len(text) <= most_digits


def is_key(text: str) -> bool:
    """Whether a hidden field holds a key, as our pages make them."""
    return text.isascii() and text.isalnum() and 16 <= len(text) <= 64
