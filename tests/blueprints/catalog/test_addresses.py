"""Addresses that changed: they lead to where the thing stands now, in one step, or say that it is gone."""

from dataclasses import replace

import pytest

from app.services import catalog, search
from tests import make


def rename(product, slug):
    [now] = catalog.find_products([product.id])
    return catalog.save_product(replace(now, slug=slug))


def test_old_address_leads_to_the_new_one_with_its_choice(client):
    product = make.product(slug="slack-tide")
    rename(product, "slack-tides")

    answer = client.get("/products/slack-tide?v=x")

    assert (answer.status_code, answer.location) == (301, "/products/slack-tides?v=x")
    assert client.get("/products/slack-tides").status_code == 200


def test_chain_of_addresses_is_one_step(client):
    product = make.product(slug="first")
    rename(product, "second")
    rename(product, "third")

    assert client.get("/products/first").location == "/products/third"
    assert client.get("/products/second").location == "/products/third"


def test_address_that_is_taken_back_shows_the_product(client):
    product = make.product(slug="first")
    rename(product, "second")
    rename(product, "first")

    assert client.get("/products/first").status_code == 200
    assert client.get("/products/second").location == "/products/first"


def test_address_that_another_product_took_shows_that_one(client):
    rename(make.product("Old", slug="print"), "old-print")
    make.product("New", slug="print")

    answer = client.get("/products/print")

    assert answer.status_code == 200
    assert "<h1><bdi>New</bdi></h1>" in answer.text


def test_writer_that_does_not_know_of_old_addresses_keeps_them(client):
    product = make.product(slug="first")
    moved = catalog.save_product(replace(product, slug="second"))

    catalog.save_product(replace(moved, title="Renamed"))

    assert client.get("/products/first").location == "/products/second"


def test_unpublished_product_is_not_found_at_any_address(client):
    product = rename(make.product(slug="first"), "second")
    catalog.save_product(replace(product, is_published=False))

    assert client.get("/products/first").status_code == 404
    assert client.get("/products/second").status_code == 404


def test_deleted_product_is_gone_at_every_address(client):
    product = rename(make.product(slug="first"), "second")

    catalog.delete_product(product)

    for slug in ("first", "second"):
        answer = client.get(f"/products/{slug}")
        assert answer.status_code == 410
        assert "do not make this any more" in answer.text
        assert 'href="/collections">See the collections' in answer.text


@pytest.mark.parametrize("address", ["/products/none", "/collections/none"])
def test_page_of_what_is_not_there_links_the_collections_it_speaks_of(client, address):
    answer = client.get(address)

    assert answer.status_code == 404
    assert 'href="/collections">See the collections' in answer.text


def test_address_of_a_deleted_product_is_free_again(client):
    catalog.delete_product(make.product(slug="print"))

    make.product("New", slug="print")

    assert client.get("/products/print").status_code == 200


@pytest.mark.parametrize("published", [True, False])
def test_collection_leads_on_as_long_as_it_is_published(client, published):
    shelf = catalog.save_collection(catalog.Collection(id="c-1", slug="drift", title="Drift"))
    catalog.save_collection(replace(shelf, slug="drifting", is_published=published))
    search.index_stale()

    answer = client.get("/collections/drift?sort=price")

    if published:
        assert (answer.status_code, answer.location) == (301, "/collections/drifting?sort=price")
    else:
        assert answer.status_code == 404
