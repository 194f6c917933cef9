"""Search: codes first, then words, then what is spelled alike."""

import random
import string
from dataclasses import replace

import pytest
from sqlalchemy import text

from app import db, stores
from app.errors import NotFound
from app.services import catalog, search
from app.services.search import Filters, indexing
from app.tasks import clock
from tests import make
from tests.working import work


def found(asked, **how):
    return [card.title for card in search.find(asked, **how).cards]


@pytest.fixture
def shop(app):
    """A handful of products, indexed."""
    make.product("Slack Tide", sku="DR01-2130-M")
    make.product("Cedar Notebook", options={"Ruling": ("Plain", "Dotted")}, sku="NB-01")
    make.product("Über Größe", description="<p>Printed on cotton; see also DR01.</p>")
    make.product("Low Tide", sku="DR012130MX")
    search.index_stale()


@pytest.mark.parametrize("text", ["DR01-2130-M", "dr01 2130 m", "DR012130M", " dr01.2130/m "])
def test_find_puts_the_exact_code_first(shop, text):
    assert found(text)[0] == "Slack Tide"


@pytest.mark.parametrize(
    ("text", "titles"), [("DR01", {"Slack Tide", "Low Tide", "Über Größe"}), ("dr0121", {"Low Tide"})]
)
def test_find_knows_how_codes_begin(shop, text, titles):
    assert set(found(text)) == titles


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("notebooks", "Cedar Notebook"),
        ("noteb", "Cedar Notebook"),
        ("tide slack", "Slack Tide"),
        ("uber grosse", "Über Größe"),
        ("GRÖSSE", "Über Größe"),
        ("dotted", "Cedar Notebook"),
        ("cotton", "Über Größe"),
        ("notbook", "Cedar Notebook"),
        ("slakc tide", "Slack Tide"),
    ],
)
def test_find_knows_words_and_what_is_spelled_alike(shop, text, first):
    assert found(text)[0] == first


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Black/White", "white"),
        ("Black/White", "Black/White"),
        ("Carpet 50x70 cm", "50x70"),
        ("Carpet 50x70 cm", "50 × 70 cm"),
        ("Pen, 0.5 mm", "0.5 mm"),
        ("Carpet 50 × 70 cm", "50x70cm"),
        ("Carpet 50x70cm", "50 x 70 cm"),
        ("Spanner 15mm", "15 mm spanner"),
        ("Laptop 16 GB", "16gb laptop"),
        ("Node.js on a mug", "node.js"),
        ("U\u0308bersee", "übersee"),
        ("Übersee", "U\u0308bersee"),
        ("हिन्दी", "हिन्दी"),
    ],
)
def test_find_takes_titles_apart_as_it_does_what_is_asked(app, title, text):
    make.product(title, slug="it")
    search.index_stale()

    listing = search.find(text)

    assert [card.title for card in listing.cards] == [title]
    assert not listing.is_loose


def test_find_knows_how_codes_begin_where_that_looks_like_a_size(app):
    make.product("Combo", sku="15mm-1")
    search.index_stale()

    assert found("15mm") == ["Combo"]


def test_find_reads_descriptions_as_people_see_them(app):
    make.product("Salt", description="<p>Grey&nbsp;&amp; coarse, from the s<b>ea</b></p>")
    search.index_stale()

    assert found("grey coarse sea") == ["Salt"]
    assert found("nbsp") == []


@pytest.mark.parametrize(
    ("asked", "instead", "titles"),
    [
        ("return policy", "", []),
        ("return slakc", "turn slack", ["Quarter Turn", "Slack Tide"]),
        ("return tide", "turn tide", ["Quarter Turn", "Slack Tide"]),
        ("slack policy", "", ["Slack Tide"]),
        ("slakc policy", "", []),
    ],
)
def test_find_corrects_only_what_is_then_all_known(app, asked, instead, titles):
    make.product("Slack Tide")
    make.product("Quarter Turn")
    search.index_stale()

    listing = search.find(asked)

    assert listing.instead == instead
    assert sorted(card.title for card in listing.cards) == titles


@pytest.mark.parametrize(
    ("asked", "instead"),
    [
        ("note books cedar", "notebooks cedar"),
        ("cedar note book", "cedar notebook"),
        ("cedarnotebook", "cedar notebook"),
        ("notebookcedar", "notebook cedar"),
    ],
)
def test_find_knows_words_written_as_one_or_as_two(shop, asked, instead):
    listing = search.find(asked)

    assert (listing.instead, [card.title for card in listing.cards]) == (instead, ["Cedar Notebook"])
    assert [card.title for card in search.suggest(asked)] == ["Cedar Notebook"]


def test_find_corrects_to_what_things_are_called_rather_than_to_words_of_texts(app):
    make.product("Flak Helmet")
    make.product("City Stem", description="<p>For ride-outs in the hamlet</p>")
    search.index_stale()

    listing = search.find("hemlet")

    assert (listing.instead, [card.title for card in listing.cards]) == ("helmet", ["Flak Helmet"])


def test_find_puts_what_has_more_of_the_words_first(app):
    make.product("Frame, Frame Set", slug="set", description="<p>Frame</p>")
    make.product("Moor", slug="moor", description="<p>A print in a frame of oak</p>")
    search.index_stale()

    listing = search.find("print without lacquered frame")

    assert listing.is_loose
    assert [card.title for card in listing.cards] == ["Moor", "Frame, Frame Set"]


def test_find_does_not_guess_where_the_words_are_there(shop):
    assert sorted(found("tide")) == ["Low Tide", "Slack Tide"]


@pytest.mark.parametrize("text", ["", "   ", "§$%", "xylophone", "\0", "'; DROP TABLE", "& | ! ( ) :*", "a" * 10_000])
def test_find_answers_nothing_to_nonsense(shop, text):
    assert found(text) == []


def test_find_refuses_a_page_beyond_the_last(shop):
    with pytest.raises(NotFound):
        search.find("tide", page=2)


def test_write_is_followed_by_its_job(app):
    product = make.product("Slack Tide")
    assert found("slack") == []

    work("search.")

    assert found("slack") == ["Slack Tide"]
    assert catalog.find_stale("products") == []

    catalog.save_product(replace(product, revision=product.revision, title="Neap"))
    work("search.")
    assert found("neap") == ["Neap"]
    assert found("slack") == []


def test_sweep_finds_what_no_job_did(app):
    make.product("Slack Tide")

    assert search.index_stale() == 1
    assert search.index_stale() == 0


def test_sweeps_leave_the_rest_to_the_next_when_their_time_is_up(app, monkeypatch):
    monkeypatch.setattr(indexing, "AT_ONCE", 1)
    monkeypatch.setattr(clock, "_A_WHILE", 0)
    make.product("Slack Tide")
    make.product("Neap")

    clock.index_stale()
    clock.index_turns()

    assert search.index_stale() == 1
    assert search.index_turns() == 1


def test_stale_marks_are_taken_off_at_once(app, count_queries):
    revisions = {product.id: product.revision for product in map(make.product, ("Neap", "Slack Tide", "Ebb"))}

    with count_queries() as asked:
        catalog.clear_stale("products", revisions)

    assert asked.mongo == 2  # the marks, and the generation
    assert catalog.find_stale("products") == []


def test_older_revision_never_overwrites_a_newer(app):
    product = make.product("Slack Tide")
    newer = catalog.save_product(replace(product, title="Neap"))
    search.index_stale()

    stores.catalog()["products"].update_one({"_id": product.id}, {"$set": {"title": "Old", "revision": 1}})
    search.index_products([product.id])

    assert search.find("neap").total == 1  # the card is read anew, the document stayed
    assert search.find("old").total == 0
    assert newer.revision == 2


def test_deleted_product_is_found_no_more(app):
    product = make.product("Slack Tide")
    search.index_stale()

    catalog.delete_product(product)
    search.index_stale()

    assert found("slack") == []
    assert not catalog.find_variants([product.variants[0].id])[product.variants[0].id].is_available


@pytest.fixture
def refused(app):
    """A product that PostgreSQL refuses, for its many words, before one that it takes."""
    many = " ".join(f"word{number}" for number in range(150_000))
    return make.product("Encyclopaedia", description=f"<p>{many}</p>"), make.product("Slack Tide")


def test_product_that_the_database_refuses_holds_up_no_other(refused, caplog):
    assert search.index_stale() == 2

    assert found("slack") == ["Slack Tide"]
    assert [record.product for record in caplog.records if "cannot take" in record.message] == [refused[0].id]
    assert search.index_stale() == 0


def test_stock_of_others_is_indexed_where_the_database_refuses_a_product(refused):
    assert search.index_turns() > 0

    assert search.index_turns() == 0
    assert found("slack", filters=Filters(in_stock=True)) == ["Slack Tide"]


def test_long_values_are_offered_by_their_beginning(app):
    long = "".join(random.Random(7).choices(string.ascii_letters, k=6000))
    product = make.product("Slack Tide", options={long: (f"A{long}", f"B{long}", f"B{long} too")})
    catalog.save_product(replace(product, vendor=long, kind=long, tags=(long,)))
    make.product("Low Tide")
    search.index_stale()

    listing = search.list_products(has_facets=True)

    facets = {facet.name: [value.value for value in facet.values] for facet in listing.facets}
    assert facets == {
        **{name: [long[:200]] for name in ("kind", "vendor", "tag")},
        long[:200]: [f"A{long}"[:200], f"B{long}"[:200]],
    }
    assert found("slack", filters=Filters(choices=((long[:200], f"B{long}"[:200]),))) == ["Slack Tide"]


def test_long_texts_lie_beside_the_rows_that_searches_read(app):
    product = make.product()  # whose text is short: its row is narrow as it is
    search.index_stale()
    catalog.save_product(replace(product, description=" ".join(f"<p>word{number}</p>" for number in range(60))))
    search.index_stale()

    lies_beside = "SELECT pg_column_toast_chunk_id({}) IS NOT NULL FROM search_documents"
    with db.orders.reading() as session:
        beside = {
            name: session.scalar(text(lies_beside.format(name))) for name in ("words", "heads", "facets", "title")
        }

    assert beside == {"words": True, "heads": False, "facets": False, "title": False}
