"""What runs out, in a shop that has taken much out of its catalogue since."""

import re

from app.services import catalog
from tests import make


def test_what_runs_out_is_found_behind_what_is_deleted(admin, monkeypatch):
    monkeypatch.setattr("app.blueprints.admin.stock._LOW", 2)
    gone = [make.product(f"Gone {place}", slug=f"gone-{place}", stock=1) for place in range(5)]
    kept = [make.product(f"Kept {place}", slug=f"kept-{place}", stock=1) for place in range(3)]
    for product in gone:
        catalog.delete_product(product)

    first = admin.get("/admin/stock/low").text
    second = admin.get(re.search(r'href="(/admin/stock/low\?after=[^"]+)"', first)[1]).text

    assert [product.title in first for product in kept] == [True, True, False]
    assert [product.title in second for product in kept] == [False, False, True]
    assert "Gone" not in first + second
    assert "after=" not in second


def test_a_page_of_what_runs_out_looks_at_so_much_at_most(admin, monkeypatch):
    monkeypatch.setattr("app.blueprints.admin.stock._LOW", 1)
    monkeypatch.setattr("app.services.search.back_office._LOOKS", 2)
    for place in range(5):
        catalog.delete_product(make.product(f"Gone {place}", slug=f"gone-{place}", stock=1))
    kept = make.product("Kept", stock=1)

    first = admin.get("/admin/stock/low").text
    second = admin.get(re.search(r'href="(/admin/stock/low\?after=[^"]+)"', first)[1]).text

    assert "Nothing here; others are on the next page." in first
    assert kept.title in second
    assert "after=" not in second
