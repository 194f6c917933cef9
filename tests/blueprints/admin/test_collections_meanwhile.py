"""Collections whose rules are read while products change, or cannot be read."""

from dataclasses import replace
from datetime import timedelta

import pytest
from pymongo.errors import NetworkTimeout

from app import clock
from app.services import catalog, search
from tests.blueprints.admin.test_collections import save, tagged, titles
from tests.working import work

pytestmark = pytest.mark.usefixtures("patience")


def test_rules_are_read_once_though_products_change_meanwhile(admin, client, monkeypatch):
    """As during an import: what changed is looked at, not everything again until nothing changes any more."""
    tagged("Ebb", "Sea")
    late = tagged("Flow")
    work("search.")
    read, asked = catalog.match, []

    def change_meanwhile(collection, *, among=None):
        found = read(collection, among=among)
        asked.append(among)
        if not among:
            catalog.save_product(replace(late, tags=("Sea",)), is_announced=False)
        elif len(asked) == 2:
            catalog.save_product(replace(late, tags=(), revision=late.revision + 1), is_announced=False)
            search.index_products([late.id])
        return found

    monkeypatch.setattr(catalog, "match", change_meanwhile)
    save(admin, rules=[("tag", "Sea")])

    assert [each for each in asked if not each] == [None]
    assert catalog.find_stale("collections") == []
    assert titles(client) == ["Ebb"]


def test_staff_are_told_of_a_collection_that_cannot_be_put_together(admin, client, monkeypatch):
    tagged("Ebb", "Sea")
    work("search.")
    read, tried = catalog.match, []

    def time_out(collection, **kwargs):
        tried.append(collection.id)
        raise NetworkTimeout("timed out")

    monkeypatch.setattr(catalog, "match", time_out)
    saved = save(admin, rules=[("tag", "Sea")]).location.partition("?")[0]
    search.index_stale()

    assert len(tried) == 1, "the sweep leaves it to its own job, which tries again at growing pauses"
    assert "Products not up to date" in admin.get("/admin/collections/").text
    assert "still shows its products from before" in admin.get(saved).text

    monkeypatch.setattr(catalog, "match", read)
    with clock.at(clock.now() + timedelta(minutes=1)):
        work("search.")

    assert titles(client) == ["Ebb"]
    assert "Products not up to date" not in admin.get("/admin/collections/").text
    assert "from before" not in admin.get(saved).text
