"""Search after the catalogue was restored from a backup: it knows revisions that do not exist any more."""

from dataclasses import replace
from importlib import import_module

import pytest
from sqlalchemy import delete, text

from app import db, stores
from app.money import Money
from app.services import catalog, health, inventory, search
from app.services.search.models import SearchOffers
from tests import make
from tests.working import work


@pytest.fixture
def restored(app):
    """A product and a shelf that were changed since the backup, and are again as they were then."""
    product, dropped = make.product("Slack Tide", slug="tide"), make.product("Dune", slug="dune")
    shelf = catalog.save_collection(catalog.Collection(id="c1", slug="c1", title="C", product_ids=(product.id,)))
    work()
    old = {kind: list(stores.catalog()[kind].find()) for kind in ("products", "collections")}
    catalog.save_product(replace(product, title="Low Ebb"))
    catalog.save_product(replace(dropped, is_published=False))
    catalog.save_collection(replace(shelf, product_ids=(dropped.id,)))
    work()
    for kind, documents in old.items():
        for document in documents:
            stores.catalog()[kind].replace_one({"_id": document["_id"]}, document)
    catalog.raise_generation()
    return product


def mend():
    for _ in health.examine(mends=True, only="search."):
        pass


@pytest.mark.parametrize("again", [mend, search.reindex])
def test_search_says_what_the_catalogue_says_again(restored, again):
    again()

    assert [card.title for card in search.list_products(sort="title").cards] == ["Dune", "Slack Tide"]
    assert [card.title for card in search.find("slack").cards] == ["Slack Tide"]
    assert [card.title for card in search.list_products(collection_id="c1").cards] == ["Slack Tide"]
    assert [each.count for each in health.examine(only="search.")] == [0, 0]


def test_product_of_which_search_knows_no_variants_is_found_and_indexed(app):
    tide = make.product("Slack Tide", options={"Size": ("Small", "Large")})
    search.index_stale()
    in_small = search.Filters(choices=(("Size", "Small"),))
    with db.orders.transaction() as session:
        session.execute(delete(SearchOffers))
    assert search.list_products(filters=in_small).total == 0
    [found, _] = health.examine(only="search.")
    assert [fault.subject for fault in found.faults] == [tide.id]

    mend()

    assert search.list_products(filters=in_small).total == 1
    assert [each.count for each in health.examine(only="search.")] == [0, 0]


@pytest.mark.parametrize("price", [1000, 3000])
def test_product_that_lists_know_by_the_migration_only_is_named_with_the_command(app, price):
    tide = make.product("Slack Tide", options={"Size": ("Small", "Large")}, price=1000)
    large = replace(tide.variants[1], price=Money(price, "EUR"))
    catalog.save_product(replace(tide, variants=(tide.variants[0], large)))
    make.product("Dune")
    search.index_stale()
    search.index_turns()
    assert [each.count for each in health.examine(only="search.")] == [0, 0]
    with db.orders.transaction() as session:
        session.execute(delete(SearchOffers))
        session.execute(text(import_module("migrations.orders.versions.0020_offers")._FILL))

    [found, _] = health.examine(only="search.")

    assert [fault.subject for fault in found.faults] == [tide.id]
    assert "flask shop reindex" in found.faults[0].says
    search.reindex()
    assert [each.count for each in health.examine(only="search.")] == [0, 0]


def test_what_has_just_sold_out_is_on_its_way_into_search(app):
    variants = make.product("Slack Tide", options={"Size": ("Small", "Large")}).variants
    search.index_stale()
    search.index_turns()
    level = inventory.level_as_staff(variants[0].id)

    inventory.adjust(level.variant_id, 0, version=level.version, reason="counted", actor="staff:cleo")

    assert [each.count for each in health.examine(only="search.")] == [0, 0]
