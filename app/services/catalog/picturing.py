"""What staff do with the pictures of a product: put them in order, take them away, say what must stay in sight."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from app.errors import Conflict, Invalid, NotFound
from app.services import audit
from app.services.catalog.editing import get_product_as_staff
from app.services.catalog.writing import save_product
from app.services.images import Media

_TRIES = 3  # of a product that others write at the same moment


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
    for _ in range(_TRIES):
        product = get_product_as_staff(product_id)
        own = next((picture for picture in product.media if picture.key == key), None)
        if own is None:
            if act == "picture.remove":
                return
            raise NotFound("This product has no such picture.")
        media = change(product.media, own)
        if media == product.media:
            return
        before, after = (
            {"pictures": [[each.key, each.focus_x, each.focus_y] for each in some]} for some in (product.media, media)
        )
        try:
            with audit.outside(actor, act, product_id, before=before, after=after):
                save_product(replace(product, media=media))
        except Conflict:
            continue
        return
    raise Conflict("Others are changing this product right now. Please try again.")
