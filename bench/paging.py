"""Whole pages of lists and searches, through the shop's own WSGI, made anew each time: SHOP_KEEP_PAGES=no.

Catalogue, stock and search tables hold the made-up products; the process has its cards, as in a shop that runs.
"""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import urlencode

from flask import Flask
from launcher import Refusal
from sqlalchemy import text

from app import db
from app.services import catalog, inventory, search
from bench import shelves
from bench.turns import percentile

_SHELF = "prints"
_PICTURE = catalog.Media(key="0" * 20, width=2000, height=2500, alt="A print", formats=("avif", "webp"))
_NARROWED = (
    "f=Size:50 × 70 cm",
    "f=kind:Print&f=Frame:Oak&max=60",
    "min=30&max=50",
    "f=Paper:Matte 200 g&stock=in",
)


def fill(count: int) -> None:
    """Put so many products into the catalogue, on the shelf of the warehouse and into search; half on a collection."""
    made = [catalog.save_product(each, is_announced=False) for each in shelves.products(count, media=(_PICTURE,))]
    with db.orders.transaction():
        for product in made:
            for variant in product.variants:
                inventory.receive(variant.id, 5, reason="Plenty", actor="bench")
    prints = catalog.Rule("kind", "Print")
    catalog.save_collection(
        catalog.Collection(id="bench", slug=_SHELF, title="Prints", rules=(prints,)), is_announced=False
    )
    search.index_stale()


def rows(app: Flask, rounds: int) -> Iterator[tuple[str, ...]]:
    """Ask for the pages and yield a line of a table for each kind."""
    found = [f"/search?{urlencode({'q': asked})}" for asked in shelves.queries()]
    shelf = [f"/collections/{_SHELF}?{query}" for query in ("", "sort=price", "page=2", "stock=in", *_NARROWED)]
    for name, addresses in (("page of a search", found), ("page of a collection", shelf)):
        _ask(app, addresses)
        yield _row(name, _ask(app, addresses * rounds))


def _ask(app: Flask, addresses: Sequence[str]) -> list[tuple[float, float, float]]:
    """Return the seconds that each page took: by the clock, of this process, of PostgreSQL's."""
    client, taken = app.test_client(), []
    with db.orders.reading() as session:
        process = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
    for address in addresses:
        before, began, used = cpu(process), time.perf_counter(), time.thread_time()
        answer = client.get(address)
        taken.append((time.perf_counter() - began, time.thread_time() - used, cpu(process) - before))
        if answer.status_code != 200:
            raise Refusal(f"{address} answered {answer.status_code}")
    return taken


def _row(name: str, taken: Sequence[tuple[float, float, float]]) -> tuple[str, ...]:
    figures = (percentile(list(each), percent) for each in zip(*taken, strict=True) for percent in (50, 95))
    return name, *(f"{figure:.1f}" for figure in figures)


def cpu(process: int) -> float:
    """Return the seconds of CPU that a process has had; none where the system does not say."""
    try:
        return int(Path(f"/proc/{process}/schedstat").read_text().split()[0]) / 1e9
    except OSError:
        return 0.0
