"""Search after the catalogue was restored from a backup: it knows revisions that do not exist any more."""

from dataclasses import replace

import pytest
from sqlalchemy import delete

from app import db, stores
from app.services import catalog, health, search
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
