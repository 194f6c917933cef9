"""The gift card of the demo shop: its words, its values, and the print that its card is cut from."""

from app.demo.files import TALL, card_file
from app.demo.goods import Option, Picture, Product, Variant

PLATE = "penrose-garden"  # the handle of the print on the card
VALUES = (25, 50, 100)  # euros
GROUND = "sage"
_TEXT = (
    "For a wall that somebody else should choose. The code comes by mail as soon as the card is paid: forward it, or "
    "write it on something nicer."
)


def gift_card() -> Product:
    """The gift card, in a few values."""
    return Product(
        handle="gift-card",
        title="Gift card",
        type="Gift card",
        description=(
            _TEXT,
            "It can be spent on everything here, a little at a time, and does not expire.",
        ),
        tags=("Gift card",),
        options=(Option("Value", tuple(f"€{value}" for value in VALUES)),),
        variants=tuple(Variant(f"GC{value}", (f"€{value}",), value * 100, 0, 0) for value in VALUES),
        pictures=(
            Picture(
                card_file(PLATE, GROUND),
                "a gift card with a pattern of rhombs, half out of its kraft envelope.",
                *TALL,
            ),
        ),
        is_gift_card=True,
    )
