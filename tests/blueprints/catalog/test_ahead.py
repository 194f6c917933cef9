"""What browsers may fetch before anybody asked: catalogue pages, which change nothing."""

import json

import pytest

from app.services import search
from tests import make


def test_pages_say_what_a_browser_may_fetch_ahead(client):
    address = client.get("/").headers["Speculation-Rules"].strip('"')

    rules = client.get(address)

    assert rules.mimetype == "application/speculationrules+json"
    asked = json.loads(rules.text)
    patterns = asked["prefetch"][0]["where"]["and"][0]["href_matches"]
    assert patterns == ["/", "/products/*", "/collections/*"]


def test_page_fetched_ahead_leaves_no_cookie(client):
    answer = client.get("/products", headers={"Sec-Purpose": "prefetch"})

    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("address", ["/", "/collections", "/products", "/products/undertow", "/search?q=under"])
def test_page_fetched_ahead_writes_nothing(client, count_queries, address):
    make.product("Undertow", slug="undertow")
    search.index_stale()

    with count_queries() as counted:
        answer = client.get(address, headers={"Sec-Purpose": "prefetch;anonymous-client-ip"})

    assert answer.status_code == 200
    assert [each for each in counted.statements if not each.lstrip().upper().startswith(("SELECT", "WITH"))] == []
    assert set(counted.commands) <= {"find", "aggregate"}


def test_only_catalogue_pages_say_what_may_be_fetched_ahead(client):
    assert "Speculation-Rules" not in client.get("/cart").headers
    assert "Speculation-Rules" not in client.get("/checkout").headers
