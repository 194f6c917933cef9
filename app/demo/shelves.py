"""The hand-picked shelves of the shop: what the people of the studio would put in the window."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Shelf:
    """A collection chosen by hand; `cover` is the handle of the product whose picture stands for it."""

    handle: str
    title: str
    text: str
    products: tuple[str, ...]
    cover: str


HERO_PLATES = ("slack-tide", "slack-tide", "slack-tide")

SHELVES = ()
