"""The price list, and the variants each edition of a print or piece of stationery comes in."""

import random
from itertools import product as combinations

from app.demo.goods import Option, Variant
from app.demo.series.plate import Edition

SIZES = ("21 × 30 cm", "30 × 40 cm", "50 × 70 cm", "70 × 100 cm")
PAPERS = ("Matte 200 g", "Cotton rag 310 g")
FRAMES = ("None", "Oak", "Black")

PRINT_PRICE = dict(zip(SIZES, (1900, 2900, 4900, 7900), strict=True))
RAG_PRICE = dict(zip(SIZES, (600, 900, 1500, 2400), strict=True))
FRAME_PRICE = dict(zip(SIZES, (2400, 3400, 5900, 9900), strict=True))
LIMITED_PRICE = 14000
ROLL_PRICE = {3: 750, 10: 1900}  # by metres of paper half a metre wide
ROLL_WEIGHT = 45  # grams a metre
ROLL_PACKING = 110  # a tube

# Square metres of paper; a tube or stiff envelope; a frame with its glass, in grams.
AREA = dict(zip(SIZES, (0.063, 0.12, 0.35, 0.70), strict=True))
PACKING = dict(zip(SIZES, (90, 140, 210, 320), strict=True))
FRAME_WEIGHT = dict(zip(SIZES, (750, 1350, 3400, 6600), strict=True))

CODES = {
    **dict(zip(SIZES, ("2130", "3040", "5070", "70100"), strict=True)),
    **dict(zip(PAPERS, ("M", "C"), strict=True)),
    **dict(zip(FRAMES, ("N", "OAK", "BLK"), strict=True)),
}

OFFERED: dict[Edition, tuple[Option, ...]] = {
    "framed": (Option("Size", SIZES), Option("Frame", FRAMES)),
    "papers": (Option("Size", SIZES), Option("Paper", PAPERS)),
    "full": (Option("Size", SIZES), Option("Paper", PAPERS), Option("Frame", FRAMES)),
    "small": (Option("Size", SIZES[:2]), Option("Paper", PAPERS)),
    "limited": (),
}


def print_variants(code: str, edition: Edition, *, sold_out: bool) -> tuple[Variant, ...]:
    """Every variant of a print whose SKUs begin with `code`, priced and with its stock counted."""
    if edition == "limited":
        weight = round(AREA["50 × 70 cm"] * 310) + PACKING["50 × 70 cm"]
        return (Variant(f"{code}-LTD", (), LIMITED_PRICE, weight, 0 if sold_out else _stock(code, edition)),)
    return tuple(
        _print_variant(code, edition, values, sold_out=sold_out)
        for values in combinations(*(option.values for option in OFFERED[edition]))
    )


def plain_variants(
    code: str, options: tuple[Option, ...], *, price: int, weight: int, number: int, sold_out: bool
) -> tuple[Variant, ...]:
    """Variants that all cost and weigh the same; their GTINs count up from `number`."""
    variants = []
    for place, values in enumerate(combinations(*(option.values for option in options))):
        sku = "-".join((code, *(value[:3].upper() for value in values)))
        stock = 0 if sold_out else _stock(code, *values)
        variants.append(Variant(sku, values, price, weight, stock, gtin(number + place)))
    return tuple(variants)


def roll_variants(code: str, *, number: int) -> tuple[Variant, ...]:
    """A roll of paper in each length; their GTINs count up from `number`."""
    return tuple(
        Variant(
            f"{code}-{length}", (f"{length} m",), price, length * ROLL_WEIGHT + ROLL_PACKING,
            _stock(code, str(length)), gtin(number + place), contents=f"{length} m",
        )
        for place, (length, price) in enumerate(ROLL_PRICE.items())
    )  # fmt: skip


def gtin(number: int) -> str:
    """An EAN-13 under 952, the prefix that GS1 keeps for demonstrations, with its check digit."""
    digits = f"952{number:09d}"
    weighted = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return f"{digits}{-weighted % 10}"


def _print_variant(code: str, edition: Edition, values: tuple[str, ...], *, sold_out: bool) -> Variant:
    chosen = dict(zip((option.name for option in OFFERED[edition]), values, strict=True))
    size, rag, frame = chosen["Size"], chosen.get("Paper") == PAPERS[1], chosen.get("Frame", "None")
    price = PRINT_PRICE[size] + rag * RAG_PRICE[size] + (frame != "None") * FRAME_PRICE[size]
    weight = round(AREA[size] * (310 if rag else 200)) + PACKING[size] + (frame != "None") * FRAME_WEIGHT[size]
    sku = "-".join((code, *(CODES[value] for value in values)))
    return Variant(sku, values, price, weight, 0 if sold_out else _stock(code, edition, *values))


def _stock(*what: str) -> int:
    """A believable shelf: mostly plenty, one in eight nearly gone, one in fourteen gone; always the same answer."""
    shelf = random.Random("·".join(what))
    kind = shelf.random()
    if kind < 0.07:
        return 0
    return shelf.randint(1, 3) if kind < 0.2 else shelf.randint(4, 12) if kind < 0.5 else shelf.randint(13, 80)
