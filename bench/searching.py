"""`bench/search`: how long search, facets, suggestions and lists take over products made up in any number.

With --pages whole pages are asked for, cards and all, of a shop that has the products. Without, they are written
straight into the search tables, through the index's own code, and the catalogue has none of them. So what is measured
then is PostgreSQL's answer and the service around it (ids, totals, facets), not the reading of cards.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from flask import Flask
from launcher import Refusal, settings, terminal
from launcher.engines import NAMES, Engines
from launcher.folder import Folder
from sqlalchemy import text

from app import create_app, db
from app.config import Config
from app.migrate import migrate
from app.services import search
from bench import paging, shelves
from bench.shop import temporary_folder
from bench.tables import markdown
from bench.turns import percentile

_FILTERS = (
    search.Filters(choices=(("Size", "50 × 70 cm"),)),
    search.Filters(choices=(("kind", "Print"), ("Frame", "Oak")), most=6000),
    search.Filters(least=3000, most=5000),
    search.Filters(choices=(("Paper", "Cotton rag 310 g"),), in_stock=True),
)
Ask = Callable[[], object]


def main() -> int:
    """Fill, measure and print."""
    parser = argparse.ArgumentParser(prog="bench/search", description=__doc__)
    parser.add_argument("--products", type=int, default=100_000, help="how many products (100,000)")
    parser.add_argument("--rounds", type=int, default=5, help="how often each thing is asked (5)")
    parser.add_argument("--pages", action="store_true", help="measure whole pages, made anew each time")
    parser.add_argument("--explain", action="store_true", help="show how PostgreSQL answers a wide query")
    chosen = parser.parse_args()
    try:
        with temporary_folder() as folder, _shop(folder) as app:
            with terminal.step("products") as shown:
                (paging if chosen.pages else shelves).fill(chosen.products)
                _settle()
                shown.end(f"{chosen.products:,}")
            if chosen.pages:
                _measure_pages(app, chosen.rounds)
            else:
                _measure(chosen.rounds)
            if chosen.explain:
                print(search.explain("print"))
    except Refusal as refusal:
        print(f"bench/search: {refusal}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


@contextmanager
def _shop(folder: Folder) -> Iterator[Flask]:
    """Hold an app with stores of its own."""
    engines = Engines.of(folder.path, folder.ports(NAMES), folder.secrets())
    with terminal.step("engines") as shown:
        engines.start(folder.processes)
        mine = settings.shop(env="test", origin="http://127.0.0.1:1", secret_key="b" * 32) | settings.nobody()
        mine |= {"SHOP_KEEP_PAGES": "no"}
        app = create_app(Config.from_env(mine | engines.settings("owner")))
        with app.app_context():
            for database in db.BOTH:
                migrate(database)
            shown.end()
            yield app


def _settle() -> None:
    with db.orders.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in ("search_documents", "search_offers", "search_terms", "search_words"):
            connection.execute(text(f"VACUUM ANALYZE {table}"))


def _measure(rounds: int) -> None:
    mix = shelves.queries()
    kinds: Mapping[str, Sequence[Ask]] = {
        "search, facets included": [lambda asked=asked: search.find(asked) for asked in mix],
        "search narrowed by facets": [
            lambda asked=asked, filters=filters: search.find(asked, filters=filters)
            for asked in mix[:20] for filters in _FILTERS
        ],
        "suggestions": [lambda asked=asked[:length]: search.suggest(asked) for asked in mix for length in (2, 4, 7)],
        "list of everything, facets included": [
            lambda sort=sort: search.list_products(sort=sort, has_facets=True) for sort in ("", *search.SORTS)
        ],
    }  # fmt: skip
    with terminal.step("measuring") as shown:
        rows = [row for kind, asks in kinds.items() for row in _rows(kind, asks, rounds)]
        shown.end()
    print(f"\n{_load()}; PostgreSQL's CPU is what its process took for one answer; cold is the first time of each.\n")
    print(markdown(("", "p50 ms", "p95 ms", "PostgreSQL's CPU p50 ms", "p95 ms"), rows))


def _measure_pages(app: Flask, rounds: int) -> None:
    with terminal.step("measuring") as shown:
        rows = list(paging.rows(app, rounds))
        shown.end()
    print(f"\n{_load()}; pages are made anew each time, cards are known.\n")
    print(
        markdown(
            ("", "p50 ms", "p95 ms", "the process's CPU p50 ms", "p95 ms", "PostgreSQL's CPU p50 ms", "p95 ms"), rows
        )
    )


def _load() -> str:
    return f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"


def _rows(kind: str, asks: Sequence[Ask], rounds: int) -> Iterator[tuple[str, ...]]:
    for name, times in (("cold", 1), ("warm", rounds)):
        taken: list[float] = []
        used: list[float] = []
        for ask in asks * times:
            with db.orders.reading() as session:  # one connection, whose process is known
                process = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
                before, began = paging.cpu(process), time.perf_counter()
                ask()
                taken.append(time.perf_counter() - began)
                used.append(paging.cpu(process) - before)
        shown = (percentile(each, percent) for each in (taken, used) for percent in (50, 95))
        yield (f"{kind}, {name}", *(f"{figure:.1f}" for figure in shown))


if __name__ == "__main__":
    sys.exit(main())
