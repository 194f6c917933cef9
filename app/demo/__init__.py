"""Stoa Prints, the demo shop: a print studio whose pictures are drawn by our own code from a seed.

What a loader needs, and all of it:

    shop = demo_shop()                       # plain data: shop.collections, .products, .hero (see goods.py)
    draw_all(folder, progress, processes=2)  # writes every picture of the shop into the folder as JPEG

- `product.pictures[n].file` is a name in that folder; the name changes when the drawing does, so a file
  that exists is the right one and a second run draws only what is missing.
- `progress(done, total, file)` is called in the caller's process after each picture.
- `variant.values` answers `product.options` one by one; a product without options has one variant.
- `collection.products` are handles, in order. Products with `published=False` are drafts.

The one rule: nothing here is imported when a production process starts, and only `art/` imports numpy.
"""

from collections.abc import Callable
from pathlib import Path

from app.demo.goods import Collection, DemoShop, Option, Picture, Product, Variant
from app.demo.shop import demo_shop

__all__ = ["Collection", "DemoShop", "Option", "Picture", "Product", "Variant", "demo_shop", "draw_all"]


def draw_all(folder: Path, progress: Callable[[int, int, str], None], processes: int = 2) -> None:
    """Draw every picture of the demo shop that the folder lacks; safe to stop at any moment and run again."""
    # numpy is a development requirement: it is asked for only when something is to be drawn.
    from app.demo.drawing import draw_missing  # noqa: PLC0415

    draw_missing(folder, progress, processes)
