"""robots.txt, sitemaps and the feed of offers: valid by their own rules, and cheap at a thousand products."""

import re
from dataclasses import replace
from datetime import datetime

import pytest
from lxml import etree

from app import clock, db, stores
from app.money import Money
from app.services import catalog, inventory
from app.services.catalog.documents import to_document
from tests import make

MEDIA = (catalog.Media(key="0123456789abcdef0123", width=1400, height=1750, alt="Three ridges"),)
SITEMAP = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
G = "{http://base.google.com/ns/1.0}"
REQUIRED = {"id", "title", "description", "link", "image_link", "availability", "price", "condition", "brand"}


def read(client, address):
    answer = client.get(address)
    assert (answer.status_code, answer.mimetype) == (200, "application/xml"), answer.text
    return etree.fromstring(answer.data)


def offers(client):
    """The feed's items, each a dict of what it says; checked against what Google requires of every one."""
    items = [
        {field.tag.removeprefix(G): field.text for field in item}
        for item in read(client, "/feeds/google.xml").iter("item")
    ]
    for item in items:
        assert set(item) >= REQUIRED
        assert re.fullmatch(r"\d+\.\d\d EUR", item["price"])
        assert item["availability"] in {"in_stock", "out_of_stock"}
        assert len(item["id"]) <= 50
        assert len(item["title"]) <= 150
        assert len(item["description"]) <= 5000
        assert "gtin" in item or "mpn" in item or item["identifier_exists"] == "no"
    return items


def thousand_products():
    """Put a thousand products of three variants in the catalogue at once."""
    now = clock.now()
    documents = [
        to_document(
            catalog.Product(
                id=db.new_id(), slug=f"print-{n}", title=f"Print {n}", created_at=now, media=MEDIA, revision=1,
                options=(catalog.Option("Size", ("S", "M", "L")),),
                variants=tuple(catalog.Variant(id=db.new_id(), values=(v,), price=Money(900, "EUR")) for v in "SML"),
            )
        )
        | {"is_stale": False, "updated_at": now}
        for n in range(1000)
    ]  # fmt: skip
    stores.catalog()["products"].insert_many(documents)


def test_robots_name_the_sitemap_and_close_what_is_personal(client, app):
    text = client.get("/robots.txt").text

    assert f"Sitemap: {app.extensions['config'].origin}/sitemap.xml" in text
    assert "Disallow: /admin" in text
    assert "Disallow: /checkout" in text


def test_sitemaps_lead_to_every_page_that_customers_see(client, app):
    make.product(slug="shown")
    make.product(slug="draft", is_published=False)
    catalog.delete_product(make.product(slug="gone"))
    catalog.save_collection(catalog.Collection(id="c-1", slug="drift", title="Drift"))
    catalog.save_collection(catalog.Collection(id="c-2", slug=catalog.HOME, title="Home", is_listed=False))
    origin = app.extensions["config"].origin

    files = read(client, "/sitemap.xml").xpath("//s:sitemap/s:loc/text()", namespaces=SITEMAP)
    addresses = [
        found.removeprefix(origin)
        for file in files
        for found in read(client, file.removeprefix(origin)).xpath("//s:loc/text()", namespaces=SITEMAP)
    ]

    assert addresses == [
        "/",
        "/collections",
        "/products",
        "/shipping",
        "/imprint",
        "/products/shown",
        "/collections/drift",
    ]
    assert {client.get(address).status_code for address in addresses} == {200}


def test_sitemap_says_when_a_product_last_changed(client):
    product = make.product(slug="shown")
    before = datetime.fromisoformat(
        read(client, "/sitemaps/products-1.xml").xpath("string(//s:lastmod)", namespaces=SITEMAP)
    )
    catalog.save_product(replace(product, title="Renamed"))

    [after] = read(client, "/sitemaps/products-1.xml").xpath("//s:lastmod/text()", namespaces=SITEMAP)

    assert before.tzinfo is not None
    assert datetime.fromisoformat(after) >= before
    assert read(client, "/sitemap.xml").xpath("string(//s:sitemap[2]/s:lastmod)", namespaces=SITEMAP) == after


def test_sitemaps_are_split(client, monkeypatch):
    monkeypatch.setattr("app.services.catalog.streaming.PER_FILE", 2)
    monkeypatch.setattr(catalog, "PER_FILE", 2)
    for n in range(5):
        make.product(slug=f"print-{n}", stock=0)

    files = read(client, "/sitemap.xml").xpath("//s:loc[contains(., 'products-')]", namespaces=SITEMAP)
    counts = [len(read(client, f"/sitemaps/products-{n}.xml")) for n in (1, 2, 3)]

    assert len(files) == 3
    assert counts == [2, 2, 1]


@pytest.mark.parametrize("address", ["/sitemaps/products-0.xml", "/sitemaps/products-9.xml", "/sitemaps/orders-1.xml"])
def test_sitemap_that_does_not_exist_is_not_found(client, address):
    assert client.get(address).status_code == 404


def test_offer_says_what_the_page_says(client, app):
    product = make.product(
        "Slack Tide",
        slug="tide",
        options={"Size": ("A4", "A3")},
        media=MEDIA,
        sku="SLK",
        description="<p>Ebb &amp; flow</p>",
    )
    level = inventory.level_as_staff(product.variants[1].id)
    inventory.adjust(product.variants[1].id, 0, version=level.version, reason="sold", actor="test")

    first, second = offers(client)

    origin = app.extensions["config"].origin
    assert first["link"] == f"{origin}/products/tide?v={product.variants[0].id}"
    assert first["item_group_id"] == second["item_group_id"] == product.id
    assert (first["title"], first["size"], first["price"]) == ("Slack Tide, A4", "A4", "29.00 EUR")
    assert (first["availability"], second["availability"]) == ("in_stock", "out_of_stock")
    assert first["description"] == "Ebb & flow"
    assert (first["mpn"], first["shipping_weight"]) == ("SLK-1", "200 g")
    assert client.get(first["link"].removeprefix(origin)).status_code == 200


def test_offer_states_delivery_to_the_shop_s_country(client):
    make.product(media=MEDIA)

    [item] = read(client, "/feeds/google.xml").iter("item")

    [delivery] = item.iter(f"{G}shipping")
    assert [field.text for field in delivery] == ["DE", "Standard", "4.90 EUR"]


def test_reduced_offer_states_both_prices(client):
    product = make.product(media=MEDIA, price=3900)
    variant = replace(product.variants[0], price=Money(2900, "EUR"), compare_at=Money(3900, "EUR"))
    catalog.save_product(replace(product, variants=(variant,)))

    [offer] = offers(client)

    assert (offer["price"], offer["sale_price"]) == ("39.00 EUR", "29.00 EUR")


@pytest.mark.parametrize(
    ("vendor", "sku", "gtin", "says"),
    [
        ("", "SLK-1", "", {"mpn": "SLK-1"}),
        ("Maker", "SLK-1", "9521234567899", {"gtin": "9521234567899"}),
        ("Maker", "SLK-1", "9521234567890", {"identifier_exists": "no"}),  # the check digit is wrong
        ("Maker", "SLK-1", "", {"identifier_exists": "no"}),  # our number is not the maker's
    ],
)
def test_offer_is_identified_by_true_numbers_only(client, vendor, sku, gtin, says):
    product = make.product(media=MEDIA)
    variant = replace(product.variants[0], sku=sku, gtin=gtin)
    catalog.save_product(replace(product, vendor=vendor, variants=(variant,)))

    [offer] = offers(client)

    assert {name: offer[name] for name in ("gtin", "mpn", "identifier_exists") if name in offer} == says


def test_feed_leaves_out_what_nobody_could_buy(client):
    make.product("No picture")
    make.product("No price", media=MEDIA, price=None)
    make.product("Draft", media=MEDIA, is_published=False)

    assert offers(client) == []


def test_words_cannot_break_the_feed(client):
    make.product("Ebb & <flow> \x0b]]>", slug="ebb", media=MEDIA)

    [offer] = offers(client)

    assert offer["title"] == "Ebb & <flow> ]]>"


def test_each_file_of_the_sitemap_is_one_question_to_the_catalogue(client, count_queries):
    make.product(slug="shown")

    with count_queries() as index:
        read(client, "/sitemap.xml")
    with count_queries() as sitemap:
        read(client, "/sitemaps/products-1.xml")

    assert index.mongo == 2  # one for the products, one for the collections
    assert sitemap.mongo == 1


def test_a_thousand_products_cost_a_few_questions(client, count_queries):
    thousand_products()

    with count_queries() as feed:
        assert len(offers(client)) == 3000
    with count_queries() as sitemap:
        assert len(read(client, "/sitemaps/products-1.xml")) == 1000

    assert (feed.sql, feed.mongo) == (4, 1)  # the stock of 250 products at once
    assert sitemap.sql == 0
    assert sitemap.mongo <= 2


@pytest.mark.parametrize(
    ("holds", "measure", "base"), [("750 ml", "750 ml", "1 l"), ("2.5 m²", "2.5 sqm", "1 sqm"), ("", None, None)]
)
def test_offer_states_what_its_price_is_compared_by(client, holds, measure, base):
    [product] = catalog.find_products([catalog.find_variants([v := make.variant(holds=holds).id])[v].product_id])
    catalog.save_product(replace(product, media=MEDIA))

    [offer] = offers(client)

    assert (offer.get("unit_pricing_measure"), offer.get("unit_pricing_base_measure")) == (measure, base)


def test_addresses_are_written_as_machines_need_them(client):
    make.product("Größe", slug="größe", media=MEDIA)

    [offer] = offers(client)

    assert offer["link"].endswith("/products/gr%C3%B6%C3%9Fe")
    assert "/products/gr%C3%B6%C3%9Fe<" in client.get("/sitemaps/products-1.xml").text
    assert client.get("/products/gr%C3%B6%C3%9Fe").status_code == 200


@pytest.mark.parametrize("address", ["/feeds/google.xml", "/sitemap.xml", "/sitemaps/products-1.xml"])
def test_feed_that_cannot_be_read_is_no_empty_one(client, catalog_down, address):
    answer = client.get(address)

    assert answer.status_code == 503
    assert "<channel>" not in answer.text
