"""Made-up products in any number, straight into the search tables: nothing of them is in the catalogue."""

import random
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from itertools import product as every

from app import clock
from app.money import Money
from app.services import catalog, search

_SEED = 5
_SIZES = ("21 × 30 cm", "30 × 40 cm", "50 × 70 cm", "70 × 100 cm")
_PAPERS = ("Matte 200 g", "Cotton rag 310 g", "Recycled 250 g")
_FRAMES = ("None", "Oak", "Black", "Walnut")
_RULINGS = ("Plain", "Dotted", "Lined")
_KINDS = ("Print", "Print", "Print", "Print", "Print", "Notebook", "Postcards", "Poster", "Calendar", "Canvas")
_SYLLABLES = ("ba", "cor", "dan", "el", "fen", "gra", "hol", "ith", "jun", "kel", "lor", "mar", "nes", "or", "pel",
              "quin", "ros", "sal", "tor", "und", "ver", "wes", "yar", "zen")  # fmt: skip


def fill(count: int) -> None:
    """Write so many documents, the same ones each time."""
    made = products(count)
    while some := list(islice(made, 100)):
        search.write_documents(some)


def queries() -> list[str]:
    """Return the mix of 50 queries: ten that match half the catalogue, forty that match some, few or one."""
    chance = random.Random(_SEED + 1)
    words = _words()
    wide = ["print", "prints", "pri", "prin", "cotton", "rag", "rag 310", "cott", "cotton rag", "cotton 310"]
    titles = [f"{chance.choice(words)} {chance.choice(words[:200])}" for _ in range(12)]
    singles = [chance.choice(words) for _ in range(14)]
    unfinished = [word[:-2] for word in chance.sample(words[200:], 6)]
    codes = [f"BN-{number:06}-1" for number in (1, 7, 42, 99)]
    misspelt = [word[0] + word[2] + word[1] + word[3:] for word in chance.sample(words[300:], 4)]
    return [*wide, *titles, *singles, *unfinished, *codes, *misspelt]


def _words() -> list[str]:
    chance = random.Random(_SEED)
    made = {"".join(chance.choices(_SYLLABLES, k=chance.choice((2, 3, 3)))) for _ in range(2000)}
    return chance.sample(sorted(made), len(made))


def products(count: int, *, media: tuple[catalog.Media, ...] = ()) -> Iterator[catalog.Product]:
    """Make so many products, the same ones each time; all show these pictures."""
    chance, words, now = random.Random(_SEED), _words(), clock.now()
    vendors = [f"{word.capitalize()} Studio" for word in words[:60]]
    tags = [word.capitalize() for word in words[60:140]]
    for number in range(count):
        kind = chance.choice(_KINDS)
        title = " ".join(word.capitalize() for word in (chance.choice(words), chance.choice(words[:200])))
        options = _options(kind, chance)
        base = chance.randrange(900, 9900, 50)
        rows = list(every(*(option.values for option in options)))
        variants = tuple(
            catalog.Variant(
                id=f"bench{number:07}v{place:02}",
                values=values,
                sku=f"BN-{number:06}-{place}",
                price=Money(base + 400 * place, "EUR"),
            )
            for place, values in enumerate(rows, start=1)
        )
        text = " ".join(chance.choices(words, k=30))
        yield catalog.Product(
            id=f"bench{number:07}",
            slug=f"bench-{number}",
            title=title,
            kind=kind,
            vendor=chance.choice(vendors),
            tags=tuple(chance.sample(tags, 4)),
            description=f"<p>{text}. Drawn in our studio on heavy paper.</p>",
            options=options,
            variants=variants,
            media=media,
            created_at=now - timedelta(minutes=number),
        )


def _options(kind: str, chance: random.Random) -> tuple[catalog.Option, ...]:
    if kind in {"Notebook", "Calendar"}:
        return (catalog.Option("Ruling", _RULINGS),)
    if kind == "Postcards":
        return ()
    sizes = catalog.Option("Size", _SIZES[: chance.choice((2, 3, 4))])
    papers = catalog.Option("Paper", _PAPERS[: chance.choice((1, 2, 3))])
    return (sizes, papers, catalog.Option("Frame", _FRAMES[: chance.choice((1, 3, 4))]))
