"""Choosing pieces of an order's lines, to cancel, return or give back: a number a line, in `line-<position>`."""

from collections.abc import Mapping

from app.errors import Invalid
from app.services.orders import Order

_MOST_DIGITS = 6


def pieces_of(values: Mapping[str, str], order: Order) -> dict[int, int]:
    """Read how many of each line were chosen; raise Invalid, by field, for what is no whole number."""
    texts = {line.position: values.get(f"line-{line.position}", "").strip() or "0" for line in order.lines}
    wrong = [position for position, text in texts.items() if not _is_whole(text)]
    if wrong:
        raise Invalid("Enter whole numbers.", **{f"line-{position}": "Enter a whole number." for position in wrong})
    return {position: int(text) for position, text in texts.items() if int(text)}


def _is_whole(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS
