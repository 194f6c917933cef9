"""What a check of the shop's books is: a claim that must hold, how to find what breaks it, and maybe how to mend it.

The one rule: tables are read in pages, and what is compared on a page comes from one moment, so that neither a million
rows nor a shop that is selling meanwhile leads it astray. Each service has its checks in its own `fsck.py`.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select
from sqlalchemy.orm import InstrumentedAttribute

from app import clock, db
from app.queue import later

PAGE = 500
Query = Select[*tuple[Any, ...]]
Key = ColumnElement[Any] | InstrumentedAttribute[Any]


@dataclass(frozen=True)
class Fault:
    """One thing that breaks a claim: which row, and what is wrong with it."""

    subject: str
    says: str


@dataclass(frozen=True)
class Check:
    """A claim about the books. `find` names what breaks it.

    `mend` sets one subject right, and is there only where that is safe whatever happens meanwhile; `because` says why.
    """

    name: str
    claim: str
    find: Callable[[], Iterable[Fault]]
    mend: Callable[[str], None] | None = None
    because: str = ""


def pages(query: Query, key: Key, *, database: db.Database = db.orders) -> Iterator[Sequence[Any]]:
    """Yield the rows of `query` in order of `key`, some at a time, each page read by one statement."""
    last: Any = None
    while True:
        with database.reading() as session:
            rows = session.execute(_after(query, key, last)).all()
        yield rows
        if len(rows) < PAGE:
            return
        last = rows[-1].key


def walk(query: Query, key: Key, *, database: db.Database = db.orders) -> Iterator[Any]:
    """Yield the rows of `query` one by one, read as `pages` reads them."""
    for page in pages(query, key, database=database):
        yield from page


def judge(query: Query, key: Key, see: Callable[[Sequence[Any]], Iterable[Fault]]) -> Iterator[Fault]:
    """Have `see` look at the rows of `query`, a page at a time; all that it reads in `orders` is of one moment."""
    last: Any = None
    while True:
        with db.orders.snapshot() as session:
            rows = session.execute(_after(query, key, last)).all()
            faults = list(see(rows))
        yield from faults
        if len(rows) < PAGE:
            return
        last = rows[-1].key


def mend_by(job: str) -> Callable[[str], None]:
    """Return what mends a row, by its id, by having `job` done for it; once an hour, however often it is asked."""

    def mend(row_id: str) -> None:
        with db.orders.transaction():
            later(job, row_id, key=f"fsck:{job}:{row_id}:{clock.now():%Y-%m-%dT%H}")

    return mend


def _after(query: Query, key: Key, last: Any) -> Query:
    page = query.add_columns(key.label("key")).order_by(key).limit(PAGE)
    return page if last is None else page.where(key > last)
