"""Filters of lists over HTTP: the whole state is in the address, and works as a plain form."""

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from lxml import html

from app.services import catalog, search
from tests import make

PART = {"HX-Request-Type": "partial"}


@pytest.fixture
def shop(app):
    tide = make.product("Tide", price=1900, options={"Size": ("Small", "Large")})
    dune = make.product("Dune", price=2950, options={"Size": ("Small",)})
    make.product("Fern", price=9900, options={"Size": ("Large",)}, stock=0)
    catalog.save_collection(catalog.Collection(id="c1", slug="sea", title="The Sea", product_ids=(tide.id, dune.id)))
    search.index_stale()


def titles(answer):
    return [name.text_content() for name in html.fromstring(answer.text).find_class("card__name")]


def chips(answer):
    return [
        chip.text_content().removeprefix("Remove ").strip() for chip in html.fromstring(answer.text).find_class("chip")
    ]


@pytest.mark.parametrize(
    ("query", "shown", "chosen"),
    [
        ("f=Size:Small", ["Dune", "Tide"], ["Small"]),
        ("f=Size:Small&f=Size:Large", ["Dune", "Fern", "Tide"], ["Large", "Small"]),
        ("f=collection:sea&max=20", ["Tide"], ["The Sea", "up to €20"]),
        ("min=29,50&max=", ["Dune", "Fern"], ["from €29.50"]),
        ("min=99&max=20", ["Dune", "Fern"], ["€20 – €99"]),
        ("stock=in", ["Dune", "Tide"], ["In stock"]),
        ("f=Size:Gold", [], ["Gold"]),
    ],
)
def test_list_is_narrowed_by_its_address(client, shop, query, shown, chosen):
    answer = client.get(f"/products?sort=title&{query}")

    assert titles(answer) == shown
    assert chips(answer) == chosen
    assert answer.text == client.get(f"/products?sort=title&{query}").text
    assert titles(client.get(f"/products?sort=title&{query}", headers=PART)) == shown


def test_form_of_a_list_sends_its_state(client, shop):
    page = html.fromstring(client.get("/products?sort=title&f=Size:Small&stock=in&max=25").text)
    [form] = [form for form in page.forms if form.get("id") == "list-form"]

    assert form.get("action") == "/products"
    sent = [(name, value) for name, value in form.form_values() if value]
    assert sorted(sent) == [("f", "Size:Small"), ("max", "25"), ("sort", "title"), ("stock", "in")]


def test_of_very_many_values_the_most_common_are_offered_and_what_is_chosen(client, shop):
    tagged = make.product("Gull", price=1000)
    rare = tuple(f"Rare {number:03}" for number in range(130))
    catalog.save_product(replace(tagged, tags=("Common", *rare)))
    other = make.product("Reef", price=1000)
    catalog.save_product(replace(other, tags=("Common",)))
    search.index_stale()

    def offered(query):
        [theme] = html.fromstring(client.get(f"/products?{query}").text).xpath("//*[@id='facets-Theme']")
        return [box.get("value") for box in theme.iter("input")], theme.text_content()

    values, words = offered("")
    assert values == ["tag:Common", *(f"tag:{tag}" for tag in rare[:99])]
    assert "Rarer ones are left out" in words
    values, words = offered("f=tag:Rare+129")
    assert "tag:Rare 129" in values
    assert len(values) == 100


def test_chip_takes_one_filter_back_and_clear_all(client, shop):
    page = html.fromstring(client.get("/search?q=tide&f=Size:Small&stock=in").text)

    addresses = [chip.get("href") for chip in page.find_class("chip")]

    assert addresses == ["/search?q=tide&stock=in", "/search?q=tide&f=Size%3ASmall"]
    assert page.find_class("chips")[0].findall(".//a")[-1].get("href") == "/search?q=tide"


def test_filters_that_leave_nothing_offer_the_way_back(client, shop):
    answer = client.get("/collections/sea?f=Size:Large&min=50")

    assert answer.status_code == 200
    assert "No products match these filters" in answer.text
    assert 'href="/collections/sea"' in answer.text


@pytest.mark.parametrize("address", ["/products", "/collections/sea", "/search?q=tide"])
@pytest.mark.parametrize(
    "bad",
    ["f=", "f=Size", "f=:x", "f=%00:%00", "min=abc", "min=-1", "max=1e999", "min=nan", "max=9999999999999999",
     "stock=yes", "f=" + "a:" * 300, "&".join(f"f=Size:{n}" for n in range(60)), "f=collection:none", "f='%3B--:\""],
)  # fmt: skip
def test_bad_filter_is_answered(client, shop, address, bad):
    answer = client.get(f"{address}{'&' if '?' in address else '?'}{bad}")

    assert answer.status_code == 200


def test_search_says_what_it_looked_for_instead(client, shop):
    answer = client.get("/search?q=tidde")

    assert titles(answer) == ["Tide"]
    assert "“tide”" in answer.text


def test_search_is_kept_like_every_page_of_strangers(client, shop):
    first = client.get("/search?q=tide")

    again = client.get("/search?q=tide", headers={"If-None-Match": first.headers["ETag"]})

    assert again.status_code == 304
    assert "Set-Cookie" not in first.headers


def test_search_is_ready_to_be_typed_into_until_something_is_asked(client, shop):
    empty, asked, elsewhere = (html.fromstring(client.get(path).text) for path in ("/search", "/search?q=tide", "/"))

    assert [each.get("id") for each in empty.xpath("//*[@id='main']//*[@autofocus]")] == ["page-search"]
    assert asked.xpath("//input[@name='q'][@autofocus]") == elsewhere.xpath("//input[@name='q'][@autofocus]") == []


@pytest.mark.parametrize(("query", "typed"), [("min=abc", "abc"), ("max=12-20", "12-20"), ("min=-1&max=50", "-1")])
def test_what_is_no_price_is_said_at_its_field_and_kept(client, shop, query, typed):
    page = html.fromstring(client.get(f"/products?sort=title&{query}").text)

    [wrong] = page.xpath("//input[@aria-invalid='true']")
    [said] = page.xpath(f"//*[@id='{wrong.get('aria-describedby')}']")
    assert wrong.get("value") == typed
    assert "Write a price in figures" in said.text_content()
    assert f"“{typed}” is not a price" in page.text_content()


@pytest.mark.parametrize(
    ("name", "value"),
    [("Frame: wood", "Oak: dark"), ("100%: 3A", "50%"), ("Size", "A sheet " + "of the very long kind " * 6)],
)
def test_choice_finds_what_has_it_however_it_is_called(client, app, name, value):
    make.product("Tide", options={name: (value.strip(), "Other")})
    make.product("Dune", options={name: ("Other",)})
    search.index_stale()
    page = html.fromstring(client.get("/products").text)
    [box] = [box for box in page.xpath("//input[@name='f']") if box.getnext().text_content() == value.strip()]

    answer = client.get("/products", query_string={"f": box.get("value")})

    assert titles(answer) == ["Tide"]
    assert chips(answer) == [value.strip()]
    [still] = html.fromstring(answer.text).xpath("//input[@name='f'][@checked]")
    assert still.get("value") == box.get("value")


@pytest.mark.parametrize(("typed", "read"), [("1,000", "€1,000"), ("12,345,678.5", "€12,345,678.50"), ("1,5", "€1.50")])
def test_commas_between_thousands_are_read_as_such(client, shop, typed, read):
    answer = client.get("/products", query_string={"max": typed})

    assert chips(answer) == [f"up to {read}"]


@pytest.mark.parametrize("typed", ["€20", "€ 20", "20€", "20 €", " 20,00\N{NO-BREAK SPACE}€ "])
def test_sign_of_the_currency_may_be_typed_too(client, shop, typed):
    page = html.fromstring(client.get("/products", query_string={"max": typed}).text)

    assert page.xpath("//input[@aria-invalid]") == []
    assert page.get_element_by_id("price-max").get("value") == "20"


def test_price_that_is_one_is_not_marked(client, shop):
    page = html.fromstring(client.get("/products?min=12,50&max=").text)

    assert page.xpath("//input[@aria-invalid]") == []
    assert page.get_element_by_id("price-min").get("value") == "12.5"


def test_part_names_its_address_without_empty_fields(client, shop):
    narrowed = client.get("/products?sort=&min=&max=&f=Size:Small", headers=PART)
    wrong = client.get("/products?sort=title&min=abc&max=", headers=PART)
    whole = client.get("/products?min=&max=")

    assert narrowed.headers["HX-Push-Url"] == "/products?f=Size%3ASmall"
    assert wrong.headers["HX-Push-Url"] == "/products?sort=title&min=abc"
    assert "HX-Push-Url" not in whole.headers


def test_page_beyond_the_last_leads_back_to_the_first(client, shop):
    answer = client.get("/products?f=Size:Small&stock=in&min=25&max=90&sort=&page=999")

    assert answer.status_code == 404
    [way] = html.fromstring(answer.text).xpath("//a[text()='To the first page of the list']/@href")
    assert parse_qs(urlsplit(way).query) == {"f": ["Size:Small"], "stock": ["in"], "min": ["25"], "max": ["90"]}
    assert titles(client.get(way)) == ["Dune"]


def test_suggestions_name_products_and_collections(client, shop):
    part = client.get("/search/suggestions?q=ti", headers=PART)
    shelf = client.get("/search/suggestions?q=sea", headers=PART)

    assert "/products/tide" in part.text
    assert "€19.00" in part.text
    assert 'href="/collections/sea"' in shelf.text
    assert "option" not in client.get("/search/suggestions?q=x").text
    assert client.get("/search/suggestions").status_code == 200


def test_most_bought_is_offered_once_there_are_figures(client, shop):
    assert "Most bought" not in client.get("/products").text

    search.rank({search.list_products(sort="title").cards[0].id: 2})
    client.application.extensions.pop("page_state")

    assert titles(client.get("/products?sort=popular"))[0] == "Dune"
    assert "Most bought" in client.get("/products").text
