"""`python -m bench.stock --products N`: the demo shop with plain pictures and plenty of stock, and copies up to N.

Run inside the settings of the shop to be measured. Says as JSON what there is to ask for.
"""

import argparse
import colorsys
import io
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path

from PIL import Image

from app import create_app, db
from app.config import Config
from app.demo import Picture, demo_shop
from app.demo.load import load
from app.services import catalog, images, inventory, search
from bench.walks import Goods

_PLENTY = 1_000_000
_COLOURS = 3  # plain pictures of each size, shared by all products: pages get their real markup, the disk little


def main() -> int:
    """Fill the shop."""
    parser = argparse.ArgumentParser(prog="python -m bench.stock")
    parser.add_argument("--products", type=int, required=True)
    wanted = parser.parse_args().products
    app = create_app(Config.from_env(os.environ), role="cli")
    with app.app_context(), tempfile.TemporaryDirectory(prefix="stoa-bench-pictures-") as folder:
        _keep_plain_pictures(Path(folder))
        load(Path(folder), lambda *_: None)
        shown = [found for product in demo_shop().products if (found := catalog.find_by_slug(product.handle))]
        # A gift card has no delivery to choose, which the walk of a buyer does.
        shown = [product for product in shown if product.is_published and not product.is_gift_card]
        shown += list(_copy(shown, wanted - len(shown)))
        search.index_stale()
        goods = _stock(shown)
    sys.stdout.write(json.dumps(asdict(goods)) + "\n")
    return 0


def _keep_plain_pictures(folder: Path) -> None:
    """Write a plain picture for every picture of the demo shop; the few that differ are in the bucket."""
    images.make_bucket()
    for number, picture in enumerate(_pictures()):
        (folder / picture.file).write_bytes(_plain(picture.width, picture.height, number % _COLOURS))


def _pictures() -> Iterator[Picture]:
    shop = demo_shop()
    yield shop.hero
    for product in shop.products:
        yield from product.pictures
    for collection in shop.collections:
        yield collection.picture


@cache
def _plain(width: int, height: int, number: int) -> bytes:
    """Make a picture of one colour, and keep it."""
    red, green, blue = (round(255 * part) for part in colorsys.hsv_to_rgb(number / _COLOURS, 0.3, 0.9))
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), (red, green, blue)).save(buffer, "JPEG")
    images.add(buffer.getvalue())
    return buffer.getvalue()


def _copy(products: list[catalog.Product], count: int) -> Iterator[catalog.Product]:
    """Save so many copies of products under other names."""
    for number in range(count):
        model = products[number % len(products)]
        edition = number // len(products) + 2
        yield catalog.save_product(
            replace(
                model,
                id=db.new_id(),
                slug=f"{model.slug}-{edition}",
                title=f"{model.title} {edition}",
                variants=tuple(
                    replace(variant, id=db.new_id(), sku=f"{variant.sku}-{edition}") for variant in model.variants
                ),
                revision=0,
            ),
            is_announced=False,
        )


def _stock(products: list[catalog.Product]) -> Goods:
    """Put plenty of everything on the shelf, and say what there is."""
    with db.orders.transaction():
        for product in products:
            for variant in product.variants:
                inventory.receive(variant.id, _PLENTY, reason="Plenty", actor="bench")
    words = {word.lower() for product in products for word in (*product.title.split(), *product.tags) if len(word) > 3}
    return Goods(
        collections=[shelf.slug for shelf in catalog.collections() if shelf.is_listed],
        products=[product.slug for product in products],
        words=sorted(words),
        variants=[variant.id for product in products for variant in product.variants[:1]],
    )


if __name__ == "__main__":
    sys.exit(main())
