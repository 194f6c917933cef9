"""What staff do with the pictures of a product: put them in order, take them away, say what must stay in sight."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from app.errors import Invalid, NotFound
from app.services.catalog.documents import Product
from app.services.catalog.rewriting import Rewritten, rewrite
from app.services.images import Media


def put_first(actor: str, product_id: str, key: str) -> None:
    """Show a picture before all others. Twice is once."""
    _edit(actor, "picture.put_first", product_id, key, lambda media, own: (own, *_without(media, own)))


def remove_picture(actor: str, product_id: str, key: str) -> None:
    """Take a picture from a product; its files stay for the orders that show it. Twice is once."""
    _edit(actor, "picture.remove", product_id, key, _without)


def focus_picture(actor: str, product_id: str, key: str, *, x: int, y: int) -> None:
    """Say what stays in sight when a picture is cropped, in percent from the left and the top."""
    if not (0 <= x <= 100 and 0 <= y <= 100):
        raise Invalid("Enter numbers from 0 to 100.")

    def focus(media: Sequence[Media], own: Media) -> tuple[Media, ...]:
        return tuple(replace(own, focus_x=x, focus_y=y) if each == own else each for each in media)

    _edit(actor, "picture.focus", product_id, key, focus)


def _without(media: Sequence[Media], own: Media) -> tuple[Media, ...]:
    return tuple(each for each in media if each != own)


def _edit(
    actor: str, act: str, product_id: str, key: str, change: Callable[[Sequence[Media], Media], tuple[Media, ...]]
) -> None:
    def edit(product: Product) -> Rewritten | None:
        own = next((picture for picture in product.media if picture.key == key), None)
        if own is None:
            if act == "picture.remove":
                return None
            raise NotFound("This product has no such picture.")
        media = change(product.media, own)
        if media == product.media:
            return None
        return Rewritten(replace(product, media=media), _facts(product.media), _facts(media))

    rewrite(actor, act, product_id, edit)


def _facts(media: Sequence[Media]) -> dict[str, Any]:
    return {"pictures": [[each.key, each.focus_x, each.focus_y] for each in media]}
