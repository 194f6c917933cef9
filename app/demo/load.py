"""Puts the demo shop into the stores. What is there already is left as it is, so it goes on wherever it was stopped."""

import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import timedelta
from html import escape
from pathlib import Path

from app import clock, db
from app.demo.goods import Collection, DemoShop, Picture, Product
from app.demo.home import HOME_PARTS, Part
from app.demo.shop import demo_shop
from app.money import Money
from app.services import catalog, images, inventory, search

Progress = Callable[[str, int, int], None]  # what is being done, done so far, in all
_PROCESSES = 2
_SYNONYMS = ("poster, print", "gift card, giftcard, voucher")
_MADE_EVERY = timedelta(hours=18)  # between two products, so that “newest” has an order to show


def load(folder: Path, progress: Progress) -> None:
    """Load the demo shop with the pictures that `draw_all` put into `folder`."""
    shop = demo_shop()
    images.make_bucket()
    media = _keep_pictures(shop, folder, progress)
    ids = {}
    for number, product in enumerate(shop.products, start=1):
        ids[product.handle] = _load_product(product, media, age=number * _MADE_EVERY)
        progress("Stocking the shelves", number, len(shop.products))
    _load_collections(shop, ids, media)
    _arrange_home()
    _load_synonyms()
    search.index_stale()
    catalog.queue_pictures(sorted({picture.key for picture in media.values()}))


def _pictures(shop: DemoShop) -> Iterator[Picture]:
    yield shop.hero
    for product in shop.products:
        yield from product.pictures
    for collection in shop.collections:
        yield collection.picture


def _keep_pictures(shop: DemoShop, folder: Path, progress: Progress) -> dict[str, catalog.Media]:
    """Put every picture into the bucket, and return them by file."""
    files = sorted({picture.file for picture in _pictures(shop)})
    kept = {}
    for file in files:
        known = images.find(images.key_of((folder / file).read_bytes()))
        if known:
            kept[file] = known
    missing = [file for file in files if file not in kept]
    # Spawned, not forked: this process holds open connections.
    with ProcessPoolExecutor(_PROCESSES, mp_context=multiprocessing.get_context("spawn")) as pool:
        for file, rendered in zip(missing, pool.map(render_file, [folder / file for file in missing]), strict=True):
            kept[file] = images.keep(rendered)
            progress("Keeping the pictures", len(kept), len(files))
    return kept


def render_file(path: Path) -> images.Rendered:
    """Render one file of the folder; runs in a process of its own."""
    return images.render(path.read_bytes())


def _load_product(product: Product, media: dict[str, catalog.Media], age: timedelta) -> str:
    """Save a product unless it is there, put its stock on the shelf once, and return its id."""
    found = catalog.find_by_slug(product.handle)
    if found is None:
        found = catalog.save_product(_to_product(product, media, age), is_announced=False)
    stock = {variant.sku: variant.stock for variant in product.variants}
    with db.orders.transaction():
        for variant in found.variants:
            if stock.get(variant.sku):
                inventory.receive(
                    variant.id, stock[variant.sku], reason="Opening stock", actor="seed", reference=f"seed:{variant.id}"
                )
    return found.id


def _to_product(product: Product, media: dict[str, catalog.Media], age: timedelta) -> catalog.Product:
    paragraphs = "".join(f"<p>{escape(text)}</p>" for text in product.description)
    return catalog.Product(
        id=db.new_id(),
        slug=product.handle,
        title=product.title,
        kind=product.type,
        description=paragraphs,
        tags=product.tags,
        options=tuple(catalog.Option(option.name, option.values) for option in product.options),
        variants=tuple(
            catalog.Variant(
                id=db.new_id(),
                values=variant.values,
                sku=variant.sku,
                gtin=variant.gtin or "",
                price=Money(variant.price, "EUR"),
                weight_grams=variant.weight_grams,
                measure=catalog.read_measure(variant.contents),
            )
            for variant in product.variants
        ),
        media=tuple(replace(media[picture.file], alt=picture.alt) for picture in product.pictures),
        is_gift_card=product.is_gift_card,
        is_published=product.published,
        created_at=clock.now() - age,
    )


def _load_collections(shop: DemoShop, ids: dict[str, str], media: dict[str, catalog.Media]) -> None:
    window = shop.collections[0]
    front = Collection(catalog.HOME, shop.name, shop.tagline, window.products, shop.hero)
    for position, collection in enumerate((front, *shop.collections)):
        if catalog.find_collection_by_slug(collection.handle):
            continue
        catalog.save_collection(
            catalog.Collection(
                id=db.new_id(),
                slug=collection.handle,
                title=collection.title,
                description=collection.description,
                product_ids=tuple(ids[handle] for handle in collection.products),
                cover=replace(media[collection.picture.file], alt=collection.picture.alt),
                position=position,
                is_listed=collection is not front,
            ),
            is_announced=False,
        )


def _arrange_home() -> None:
    """Compose the home page of sections, unless somebody did."""
    home = catalog.get_home()
    if home.sections:
        return
    shelves = {shelf.slug: shelf.id for shelf in catalog.collections()}
    parts = (part for part in HOME_PARTS if set(part.shelves) <= shelves.keys() and _is_shown(part))
    sections = tuple(_to_section(part, shelves) for part in parts)
    catalog.save_collection(replace(home, sections=sections, draft=sections), is_announced=False)


def _load_synonyms() -> None:
    """Say which words mean the same, unless a group has one of them."""
    known = {word for group in search.list_synonyms() for word in group.words}
    for words in _SYNONYMS:
        if known.isdisjoint(words.split(", ")):
            search.add_synonyms(words, actor="seed")


def _is_shown(part: Part) -> bool:
    handle = part.shown_of.split(" ")[0]
    return not handle or handle == catalog.HOME or catalog.find_by_slug(handle) is not None


def _to_section(part: Part, shelves: dict[str, str]) -> catalog.Section:
    label, url = part.link
    return catalog.Section(
        id=part.id,
        kind=part.kind,
        title=part.title,
        text="".join(f"<p>{escape(text)}</p>" for text in part.text),
        shown_of=part.shown_of,
        picture=catalog.find_picture(part.shown_of) if part.shown_of else None,
        link_label=label,
        link_url=url,
        collection_ids=tuple(shelves[slug] for slug in part.shelves),
    )
