"""Stoa Prints put together: the series, the stationery and the price list become products on shelves.

Pure data: no database, no numpy, the same answer at every call.
"""

from functools import cache

from app.demo.files import TALL, hero_picture, plate_file, stationery_file
from app.demo.gift_card import gift_card
from app.demo.goods import CURRENCY, Collection, DemoShop, Option, Picture, Product, Variant
from app.demo.prices import OFFERED, ROLL_PRICE, plain_variants, print_variants, roll_variants
from app.demo.series import SERIES
from app.demo.series.plate import Plate, Series
from app.demo.shelves import HERO_PLATES, SHELVES
from app.demo.stationery import STATIONERY, Stationery

PAPER_NOTE = {
    "framed": "Giclée print on 200 g matte paper. Framed prints come ready to hang, behind acrylic glass.",
    "papers": "Giclée print on 200 g matte paper or 310 g cotton rag, sent flat or in a stiff tube.",
    "full": "Giclée print on matte paper or cotton rag; framed prints come ready to hang, behind acrylic glass.",
    "small": "A small format for shelves and letters: giclée print, sent flat in a stiff envelope.",
    "limited": "Edition of 50 on 310 g cotton rag, 50 × 70 cm, numbered and signed in pencil. No second edition.",
}
ROOMS = {
    "sideboard": "above an oak sideboard with a vase",
    "sofa": "above a sofa with two cushions",
    "desk": "above a desk with a lamp and books",
    "bench": "above a wooden bench, beside a tall plant",
    "shelf": "leaning on a picture shelf beside a small vase",
}
RULINGS = Option("Ruling", ("Plain", "Dotted", "Lined"))
LENGTHS = Option("Length", tuple(f"{length} m" for length in ROLL_PRICE))
MADE = {
    "Notebook": "A5, 144 pages of 90 g paper, thread-sewn so that it lies flat; printed wrap-around cover.",
    "Postcards": "Eight cards, A6, on 350 g uncoated board, with a kraft envelope for the set.",
    "Wrapping paper": "Uncoated 90 g paper, 50 cm wide, rolled on a core of recycled board; sent in a tube.",
}


@cache
def demo_shop() -> DemoShop:
    """The whole demo shop, built once."""
    prints = {plate.handle: _print(series, plate, number) for series, plate, number in _numbered_plates()}
    products = (*prints.values(), *(_stationery(thing) for thing in STATIONERY), gift_card())
    return DemoShop(
        name="Stoa Prints",
        tagline="Pictures drawn by rule and by chance, printed to order.",
        currency=CURRENCY,
        hero=hero_picture(HERO_PLATES),
        collections=_collections(products),
        products=products,
    )


def _numbered_plates() -> list[tuple[Series, Plate, int]]:
    return [(series, plate, number) for series in SERIES for number, plate in enumerate(series.plates, start=1)]


def _print(series: Series, plate: Plate, number: int) -> Product:
    name = plate.title
    pictures = [Picture(plate_file(plate, "print"), f"{name}: {plate.alt}", *TALL)]
    pictures.append(Picture(plate_file(plate, "room"), f"{name}, framed, {ROOMS[plate.room]}.", *TALL))
    if plate.detail:
        pictures.append(Picture(plate_file(plate, "detail"), f"{name}: the print close up, ink on paper.", *TALL))
    return Product(
        handle=plate.handle,
        title=name,
        type="Limited edition" if plate.edition == "limited" else "Print",
        description=(plate.text, series.how, PAPER_NOTE[plate.edition]),
        tags=(series.title, *series.tags, *plate.inks),
        options=OFFERED[plate.edition],
        variants=print_variants(f"{series.code}{number:02d}", plate.edition, sold_out=plate.sold_out),
        pictures=tuple(pictures),
        published=plate.published,
    )


def _stationery(thing: Stationery) -> Product:
    options = {"Notebook": (RULINGS,), "Wrapping paper": (LENGTHS,)}.get(thing.kind, ())
    return Product(
        handle=thing.handle,
        title=thing.title,
        type=thing.kind,
        description=(thing.text, MADE[thing.kind]),
        tags=("Stationery", thing.kind),
        options=options,
        variants=_stationery_variants(thing, options),
        pictures=(Picture(stationery_file(thing, "cover"), thing.alt, *TALL),),
    )


def _stationery_variants(thing: Stationery, options: tuple[Option, ...]) -> tuple[Variant, ...]:
    number = int(thing.code[2:]) * 10
    if thing.kind == "Wrapping paper":
        return roll_variants(thing.code, number=number + 2000)
    if thing.kind == "Notebook":
        return plain_variants(thing.code, options, price=1600, weight=260, number=number, sold_out=thing.sold_out)
    return plain_variants(thing.code, options, price=1200, weight=120, number=number + 1000, sold_out=thing.sold_out)


def _collections(products: tuple[Product, ...]) -> tuple[Collection, ...]:
    by_handle = {product.handle: product for product in products}
    shelves = [
        Collection(shelf.handle, shelf.title, shelf.text, shelf.products, _cover(by_handle[shelf.cover]))
        for shelf in SHELVES
    ]
    small = tuple(product for product in products if product.published and product.variants[0].price < 3000)
    shelves.append(
        Collection(
            "under-30",
            "Under €30",
            "Small prints, notebooks, cards and wrapping paper: good presents, and an easy way to begin a wall.",
            tuple(product.handle for product in small if len(product.variants) <= 4),
            [product for product in small if not product.is_gift_card][-1].pictures[0],
        )
    )
    for series in SERIES:
        handles = tuple(plate.handle for plate in series.plates)
        cover = _cover(by_handle[handles[0]])
        shelves.append(Collection(series.handle, series.title, series.text, handles, cover))
    for kind, handle, text in (
        ("Notebook", "notebooks", "Thread-sewn notebooks that lie flat, in covers cut from the prints."),
        ("Postcards", "postcards", "Sets of eight on heavy uncoated board: to send, or to pin up in a row."),
        ("Wrapping paper", "wrapping-paper", "Our busiest patterns by the metre, for presents and for drawers."),
    ):
        things = tuple(product for product in products if product.type == kind)
        title = handle.capitalize().replace("-", " ")
        shelves.append(Collection(handle, title, text, tuple(thing.handle for thing in things), things[0].pictures[0]))
    return tuple(shelves)


def _cover(product: Product) -> Picture:
    """The room picture where there is one: a shelf shows how its things look on a wall."""
    return product.pictures[min(1, len(product.pictures) - 1)]
