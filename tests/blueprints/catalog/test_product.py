"""The product page: what is chosen, what it costs, what to do when it cannot be had."""

from dataclasses import replace
from datetime import date, timedelta

import brotli
import pytest
from lxml import html

from app import clock
from app.money import Money
from app.services import catalog, inventory, search
from tests import make

PART = {"HX-Request-Type": "partial"}
SIZES = {"Size": ("Small", "Large"), "Frame": ("None", "Oak")}


def test_part_says_what_the_page_says(client):
    product = make.product("Undertow", options=SIZES)
    address = f"/products/{product.slug}?o1=Large&o2=Oak"

    part, page = client.get(address, headers=PART), client.get(address)

    assert html.tostring(html.fromstring(page.text).get_element_by_id("product"), with_tail=False) == html.tostring(
        html.fromstring(part.text)
    )


def test_choice_shows_its_own_price_and_picture_and_keeps_the_order_of_pictures(client):
    pictures = tuple(catalog.Media(key=f"{place}" * 20, width=800, height=1000) for place in range(3))
    whole = make.product("Undertow", options={"Size": ("Small", "Large")}, media=pictures)
    large = replace(whole.variants[1], price=whole.variants[1].price * 2, media_key=pictures[2].key)
    catalog.save_product(replace(whole, variants=(whole.variants[0], large)))

    page = html.fromstring(client.get(f"/products/{whole.slug}?o1=Large").text)

    assert page.find_class("price__now")[0].text_content() == "€58.00"
    [current] = page.find_class("gallery__slide--current")
    assert current.get("id") == "picture-3"
    assert [image.get("src") for image in page.xpath("//*[@fetchpriority]")] == [pictures[2].url]
    assert [slide.get("id") for slide in page.find_class("gallery__slide")] == ["picture-1", "picture-2", "picture-3"]


def test_picture_is_named_also_where_nobody_described_it(client):
    pictures = (
        catalog.Media(key="1" * 20, width=8, height=10, alt="Waves"),
        catalog.Media(key="2" * 20, width=8, height=10),
    )
    product = make.product("Undertow", media=pictures)

    links = html.fromstring(client.get(f"/products/{product.slug}").text).find_class("gallery__zoom")

    names = [link.xpath("string(.//img/@alt)") + link.text_content().strip() for link in links]
    assert names == ["Waves, open picture 1 large", "open picture 2 large"]


def test_bar_with_the_button_says_what_it_adds_to_the_cart(client):
    product = make.product("Undertow")

    [what] = html.fromstring(client.get(f"/products/{product.slug}").text).find_class("buy__what")

    assert what.text_content() == "Undertow€29.00"
    assert what.get("aria-hidden") == "true"


def test_value_says_aloud_whether_it_is_sold_out_or_not_made(client):
    whole = make.product("Undertow", options=SIZES, stock=0)
    catalog.save_product(replace(whole, variants=whole.variants[:3]))
    inventory.receive(whole.variants[0].id, 1, reason="one", actor="test")

    page = html.fromstring(client.get(f"/products/{whole.slug}?o1=Small&o2=Oak").text)

    words = {label.get("for"): label.text_content().split() for label in page.find_class("option__label")}
    assert words["o2-2"] == ["Oak", "(sold", "out)"]
    assert words["o1-2"] == ["Large", "(not", "made)"]
    assert words["o2-1"] == ["None"]


def test_sold_out_choice_leads_to_the_nearest_that_is_available(client):
    product = make.product("Undertow", options=SIZES, stock=0)
    small_oak, large_oak = product.variants[1], product.variants[3]
    for variant in (product.variants[0], large_oak):
        inventory.receive(variant.id, 1, reason="one", actor="test")

    page = html.fromstring(client.get(f"/products/{product.slug}?v={small_oak.id}").text)
    there = client.get(page.xpath("//a[contains(., 'is available')]/@href")[0])

    assert "Add to cart" not in page.text_content()
    assert f'value="{product.variants[0].id}"' in there.text


def test_sold_out_choice_keeps_its_size_rather_than_its_frame(client):
    product = make.product("Undertow", options=SIZES, stock=0)
    small_oak, large_plain, large_oak = product.variants[1:]
    for variant in (small_oak, large_plain):
        inventory.receive(variant.id, 1, reason="one", actor="test")

    page = client.get(f"/products/{product.slug}?v={large_oak.id}")

    assert "Large / None is available" in page.text


def test_sold_out_product_leads_on(client):
    product = make.product("Undertow", stock=0)

    page = html.fromstring(client.get(f"/products/{product.slug}").text)

    assert "/products" in page.xpath("//*[@id='product-choice']//a/@href")


def test_page_says_tax_and_delivery(client):
    cheap, dear = make.product("Undertow"), make.product("Atlas", price=20000)

    text = " ".join(client.get(f"/products/{cheap.slug}").text.split())

    assert "incl. VAT, plus" in text
    assert "Germany: with you in 1 to 3 working days, delivery €4.90" in text
    assert "delivery is free" in client.get(f"/products/{dear.slug}").text


def test_canonical_address_is_the_product_whatever_the_choice(client):
    product = make.product("Undertow", options=SIZES)

    page = html.fromstring(client.get(f"/products/{product.slug}?o1=Large&o2=Oak").text)

    [canonical] = page.xpath("//link[@rel='canonical']/@href")
    assert canonical.endswith(f"/products/{product.slug}")


def test_ids_are_unique(client):
    product = make.product("Undertow", options=SIZES)

    page = html.fromstring(client.get(f"/products/{product.slug}").text)

    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))


def test_product_of_a_thousand_variants_stays_within_its_budgets(client, count_queries, no_hurry):
    product = make.product("Many", stock=0, options={name: tuple("0123456789") for name in ("A", "B", "C")})
    inventory.receive(product.variants[-1].id, 1, reason="one", actor="test")
    client.get("/collections")

    with count_queries() as counted:
        answer = client.get(f"/products/{product.slug}?o1=9&o2=9&o3=9")

    assert "Only 1 left" in answer.text
    assert answer.text.count("option__input") == 30
    assert len(brotli.compress(answer.data)) <= 12_000
    assert counted.sql <= 2
    assert counted.mongo <= 2


def test_backorder_says_when_it_comes_to_people_and_to_search_engines(client):
    product = make.product("Undertow", stock=0, media=(catalog.Media(key="0" * 20, width=800, height=1000),))
    [variant] = product.variants
    inventory.allow_backorder(
        variant.id, 4, expected_on=date(2030, 12, 3), low_at=0, version=0, actor="staff:cleo"
    )  # fmt: skip

    page = client.get(f"/products/{product.slug}")
    feed = client.get("/feeds/google.xml")

    assert "More expected on 3 Dec 2030" in page.text
    assert "Add to cart" in page.text
    assert "https://schema.org/BackOrder" in page.text
    assert "<g:availability>backorder</g:availability>" in feed.text
    assert "<g:availability_date>2030-12-03T00:00Z</g:availability_date>" in feed.text


def test_feed_tells_no_day_that_has_passed(client):
    product = make.product("Undertow", stock=0, media=(catalog.Media(key="0" * 20, width=800, height=1000),))
    [variant] = product.variants
    inventory.allow_backorder(
        variant.id, 4, expected_on=clock.today(), low_at=0, version=0, actor="staff:cleo"
    )  # fmt: skip

    with clock.at(clock.now() + timedelta(days=1)):
        feed = client.get("/feeds/google.xml")

    assert "<g:availability>backorder</g:availability>" in feed.text
    assert "availability_date" not in feed.text


def test_unit_price_stands_wherever_the_price_does(client, app):
    oil = make.variant("Oil", price=1250, holds="750 ml")
    search.index_stale()
    slug = catalog.find_variants([oil.id])[oil.id].slug
    client.post("/cart/lines", data={"variant": oil.id, "quantity": "1"})

    for address in (f"/products/{slug}", "/products", "/cart"):
        assert "€16.67 / l" in client.get(address).text, address


@pytest.mark.parametrize(
    ("stock", "said"),
    [
        ((1, 1, 1), "from €19.00"),
        ((1, 0, 0), "€58.00"),
        ((1, 1, 0), "from €43.00"),
        ((0, 0, 1), "from €19.00"),
        ((0, 0, 0), "from €19.00"),
    ],
)
def test_list_and_suggestion_say_the_least_price_that_can_be_paid(client, stock, said):
    dear_first(stock)

    part = client.get("/search/suggestions?q=undertow", headers=PART)
    lists = [client.get(address).text for address in ("/products", "/search?q=undertow")]

    told = [html.fromstring(text).find_class("price")[0].text_content() for text in lists]
    told += [html.fromstring(part.text).find_class("suggestion__end")[0].text_content()]
    assert [" ".join(each.split()) for each in told] == [said] * 3


@pytest.mark.parametrize(("stock", "said"), [((1, 1, 1), "€19.00"), ((1, 1, 0), "€43.00"), ((0, 0, 0), "€58.00")])
def test_page_opens_at_the_cheapest_variant_that_can_be_bought(client, stock, said):
    product = dear_first(stock)

    page = html.fromstring(client.get(f"/products/{product.slug}").text)

    assert page.find_class("price__now")[0].text_content() == said


def dear_first(stock):
    """Make a product whose variants cost 58, 43 and 19 euros, `stock` of each on the shelf."""
    whole = make.product("Undertow", options={"Size": ("Large", "Medium", "Small")}, stock=0)
    priced = [
        replace(variant, price=Money(price, "EUR"))
        for variant, price in zip(whole.variants, (5800, 4300, 1900), strict=True)
    ]
    product = catalog.save_product(replace(whole, variants=tuple(priced)))
    for variant, pieces in zip(priced, stock, strict=True):
        if pieces:
            inventory.receive(variant.id, pieces, reason="some", actor="test")
    search.index_stale()
    return product


def test_fewer_than_are_sold_at_once_are_sold_out(client):
    product = make.product("Postcards", options={"Ink": ("Blue", "Red")}, stock=2)
    inventory.receive(product.variants[1].id, 1, reason="one more", actor="test")
    catalog.save_product(replace(product, batch=catalog.Batch(least=3)))
    search.index_stale()

    few, enough = (html.fromstring(client.get(f"/products/{product.slug}?o1={ink}").text) for ink in ("Blue", "Red"))

    assert "Sold out" in few.get_element_by_id("product-choice").text_content()
    assert few.find_class("buy") == []
    assert "Red is available" in few.get_element_by_id("product-choice").text_content()
    assert enough.get_element_by_id("quantity").get("value") == "3"


def test_a_card_and_machines_are_told_when_fewer_are_left_than_are_sold_at_once(client):
    product = make.product("Postcards", stock=2, media=(catalog.Media(key="0" * 20, width=800, height=1000),))
    catalog.save_product(replace(product, batch=catalog.Batch(least=3)))
    search.index_stale()

    page, feed = client.get(f"/products/{product.slug}").text, client.get("/feeds/google.xml").text

    assert [card.is_sold_out for card in search.recall([product.id])] == [True]
    assert "https://schema.org/OutOfStock" in page
    assert "<g:availability>out_of_stock</g:availability>" in feed


@pytest.mark.parametrize(("left", "availability"), [(6, "InStock"), (5, "OutOfStock")])
def test_more_are_sold_at_once_than_pages_count(client, left, availability):
    product = make.product("Postcards", stock=left)
    catalog.save_product(replace(product, batch=catalog.Batch(least=6)))
    search.index_stale()

    page = client.get(f"/products/{product.slug}").text

    assert f"https://schema.org/{availability}" in page
    assert [card.is_sold_out for card in search.recall([product.id])] == [left < 6]


def test_what_costs_nothing_is_not_for_sale(client):
    product = make.product("Postcards", price=0)

    page = client.get(f"/products/{product.slug}")
    put = client.post("/cart/lines", data={"variant": product.variants[0].id, "quantity": "1"})

    assert "Currently unavailable" in page.text
    assert html.fromstring(page.text).find_class("buy") == []
    assert put.status_code == 409


def test_returns_are_promised_beside_what_can_be_returned(client):
    goods, card = make.product(stock=3), make.gift_product(2500)

    assert "14-day returns</a>" in client.get(f"/products/{goods.slug}").text
    assert "14-day returns</a>" not in client.get(f"/products/{card.slug}").text
