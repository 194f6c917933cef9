"""Very long lists are read in another way than short ones, and say the same."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from app import db
from app.services import catalog, search
from app.services.search import asking, breadth
from app.services.search.asked import Words
from app.services.search.asking import ask
from app.services.search.breadth import Listed
from app.services.search.indexing import levels_of
from app.services.search.narrowing import Filters
from app.services.search.words import tokens_of
from tests import make

ASKED = ("print", "blue", "print blue", "oak print 3", "CODE", "blue oak any")


@pytest.fixture
def many(app):
    """Sixty prints, some of which are blue by title and some by option; two in three are in a collection."""
    made = []
    for number in range(60):
        title = f"Blue {number}" if number % 5 == 0 else f"Print {number}"
        options = {"Colour": ("Blue", "Red") if number % 2 else ("Red", "Oak")}
        product = make.product(title, price=1000 + number * 7 % 50 * 100, options=options, stock=number % 3)
        made.append(catalog.save_product(replace(product, kind="Print", tags=("Sea",) if number % 4 else ())))
    ids = tuple(product.id for place, product in enumerate(made) if place % 3)
    catalog.save_collection(catalog.Collection(id="c-many", slug="many", title="Many", product_ids=ids))
    search.index_stale()
    with db.orders.transaction() as session:
        session.execute(text("UPDATE search_documents SET popularity = sample % 3"))
    return made


def answer(asked, *, sort="", start=0, collection_id=None):
    words = Words(tokens_of(asked), asked, is_any=asked.endswith("any")) if asked else None
    found = ask(words, Filters(), collection_id=collection_id, sort=sort, start=start, size=24)
    return replace(found, sampled=0, counts=[])


def test_a_list_read_as_a_long_one_is_the_same(many, monkeypatch):
    code = many[7].variants[0].sku
    lists = [*((asked.replace("CODE", code), None) for asked in ASKED), ("", None), ("", "c-many")]

    def answers():
        return {
            (asked, collection_id, sort, start): answer(asked, sort=sort, start=start, collection_id=collection_id)
            for asked, collection_id in lists
            for sort in ("", *search.SORTS)
            for start in (0, 24)
        }

    short = answers()
    assert all(found.total for found in short.values())

    for level in (1, 6):
        monkeypatch.setattr(asking, "measure", lambda listed, level=level: replace(listed, level=level))
        assert answers() == short


def test_what_very_many_have_in_their_titles_is_found_from_the_most_popular_on(many, monkeypatch):
    monkeypatch.setattr(breadth, "RANKED", 20)
    monkeypatch.setattr(asking, "RANKED", 20)
    short = answer("print")

    monkeypatch.setattr(asking, "measure", lambda listed: replace(listed, level=1, in_titles=True))

    assert answer("print") == short
    assert len(short.ids) == 20


def test_how_much_a_list_has_is_estimated_from_its_samples(many, monkeypatch):
    with db.orders.transaction() as session:
        session.execute(text("UPDATE search_documents SET words = ts_delete(words, '~6') || array_to_tsvector('{~6}')"))
    prints, blues = Listed(Words(["print"], "print"), None), Listed(Words(["blue"], "blue"), None)
    everything, shelf = Listed(None, None), Listed(None, "c-many")

    monkeypatch.setattr(breadth.SHOP, "size", 20_000)
    assert [breadth.measure(each) for each in (prints, shelf)] == [prints, shelf]
    monkeypatch.setattr(breadth, "MANY", 1000)
    monkeypatch.setattr(breadth, "LONG", 36 * 64)
    assert breadth.measure(prints) == replace(prints, level=2, in_titles=True)  # 60 in one of 64 samples: 3,840
    assert breadth.measure(blues) == replace(blues, level=2)  # 36 there, 12 by their titles
    assert breadth.measure(everything) == replace(everything, level=2)
    assert breadth.measure(shelf) == replace(shelf, level=2)


def test_nothing_is_estimated_in_a_small_shop(many, monkeypatch, count_queries):
    with db.orders.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE search_documents"))

    answer("print")
    with count_queries() as asked:
        answer("print")
    assert asked.sql == 1

    monkeypatch.setattr(breadth, "LONG", 50)
    with count_queries() as asked:
        answer("print")
    assert asked.sql == 2
    assert breadth.SHOP.size == 60


@pytest.mark.parametrize("sample", [0, 15, 16, 300, 511, 512, 1023])
def test_a_product_is_in_every_sample_that_is_wide_enough(sample):
    assert levels_of(sample) == [level for level in range(1, 7) if sample < 1024 / 2**level]
