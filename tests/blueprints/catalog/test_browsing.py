"""Home, collections, products and search over HTTP: what works, what is refused, what it costs."""

from dataclasses import replace

import pytest
from lxml import html

from app import config, stores
from app.services import catalog, images, search
from tests import make
from tests.pictures import picture_bytes
from tests.running import free_port

PART = {"HX-Request-Type": "partial"}


def shelf(*products, slug="drift", title="Drift", **fields):
    """Put products on a shelf and index everything."""
    collection = catalog.Collection(
        id=f"c-{slug}", slug=slug, title=title, product_ids=tuple(each.id for each in products), **fields
    )
    catalog.save_collection(collection)
    search.index_stale()
    return collection


def titles(answer):
    return [name.text_content() for name in html.fromstring(answer.text or "<p>").find_class("card__name")]


def test_home_shows_the_shelf_that_is_its_window(client):
    print_, other = make.product("Slack Tide"), make.product("Undertow")
    shelf(print_, slug=catalog.HOME, title="Stoa", description="Pictures drawn by rule.", is_listed=False)
    shelf(other)

    answer = client.get("/")

    assert answer.status_code == 200
    assert titles(answer) == ["Slack Tide"]
    assert "Pictures drawn by rule." in answer.text
    assert "/collections/drift" in answer.text
    assert "Set-Cookie" not in answer.headers


def test_home_of_a_shop_without_anything_is_a_page(client):
    answer = client.get("/")

    assert answer.status_code == 200
    assert "still empty" in answer.text


def test_collection_keeps_its_order_and_sorts_by_address(client):
    dear, cheap = make.product("Dear", price=9900), make.product("Cheap", price=900)
    shelf(dear, cheap)

    assert titles(client.get("/collections/drift")) == ["Dear", "Cheap"]
    assert titles(client.get("/collections/drift?sort=price")) == ["Cheap", "Dear"]
    assert titles(client.get("/collections/drift?sort=price", headers=PART)) == ["Cheap", "Dear"]


def test_collection_pages_by_address(client):
    shelf(*(make.product(f"Print {number:02}") for number in range(search.PAGE_SIZE + 1)))

    second = client.get("/collections/drift?page=2")

    assert titles(second) == [f"Print {search.PAGE_SIZE:02}"]
    assert 'rel="prev"' in second.text


@pytest.mark.parametrize(
    "address",
    [
        "/collections/drift?page=999",
        "/collections/drift?page=0",
        "/collections/drift?page=-1",
        "/collections/drift?page=²",
        "/collections/drift?page=1e3",
        "/collections/none",
        "/products/none",
        "/products?page=99999999999999999999",
        "/media/none/320.jpg",
        "/media/00000000000000000000/320.jpg",
        "/media/00000000000000000000/%2e%2e%2fmaster.jpg",
        "/search?q=drift&page=7",
    ],
)
def test_address_of_nothing_is_not_found(client, address):
    shelf(make.product("Drift"))

    answer = client.get(address)

    assert answer.status_code == 404
    assert "<h1" in answer.text


@pytest.mark.parametrize(
    "query", ["%00", "%ff", "'", "%22%3E%3Cscript%3E", "a" * 5000, "%F0%9F%8E%89", "_", "%25", "\\", ":*&|!()"]
)
def test_odd_query_is_answered(client, query):
    product = make.product("Drift", options={"Size": ("Small", "Large")})
    shelf(product)

    for address in (f"/search?q={query}", f"/products?sort={query}", f"/products/{product.slug}?o1={query}&v={query}"):
        answer = client.get(address)
        assert answer.status_code == 200
        assert "<script>" not in answer.text.replace("<script src", "")


def test_product_shows_the_variant_of_its_address(client):
    product = make.product("Undertow", options={"Size": ("Small", "Large"), "Frame": ("None", "Oak")}, sku="DR02")
    large_oak = product.variants[3]

    by_id = client.get(f"/products/{product.slug}?v={large_oak.id}")
    by_values = client.get(f"/products/{product.slug}?o1=Large&o2=Oak")
    part = client.get(f"/products/{product.slug}?o1=Large&o2=Oak", headers=PART)

    for answer in (by_id, by_values, part):
        assert f'value="{large_oak.id}"' in answer.text
        assert large_oak.sku in answer.text
    assert part.text.lstrip().startswith('<div class="product" id="product"')


def test_product_can_be_put_in_the_cart_from_its_form(client):
    product = make.product("Undertow")
    page = html.fromstring(client.get(f"/products/{product.slug}").text)
    [form] = [form for form in page.forms if form.action == "/cart/lines"]

    answer = client.post(form.action, data=dict(form.form_values()))

    assert answer.status_code == 303
    assert "Undertow" in client.get("/cart").text


def test_product_says_which_combination_is_not_made(client):
    whole = make.product("Undertow", options={"Size": ("Small", "Large"), "Frame": ("None", "Oak")})
    product = catalog.save_product(replace(whole, variants=whole.variants[:3]))

    answer = client.get(f"/products/{product.slug}?o1=Large&o2=Oak")

    assert answer.status_code == 200
    assert "Not available in this combination" in answer.text
    assert "Add to cart" not in answer.text
    assert answer.text.count("option--gone") == 2  # each of the two choices that led there


def test_product_says_what_is_left(client):
    plenty, few, none = (make.product(title, stock=stock) for title, stock in (("A", 9), ("B", 2), ("C", 0)))

    assert "In stock" in client.get(f"/products/{plenty.slug}").text
    assert "Only 2 left" in client.get(f"/products/{few.slug}").text
    sold_out = client.get(f"/products/{none.slug}").text
    assert "Sold out" in sold_out
    assert "Add to cart" not in sold_out


def test_product_without_picture_price_or_words_is_a_page(client):
    product = make.product("Bare", price=None)
    shelf(product)

    assert "Currently unavailable" in client.get(f"/products/{product.slug}").text
    assert titles(client.get("/products")) == ["Bare"]


def test_unpublished_product_is_not_shown(client):
    product = make.product("Draft", is_published=False)
    shelf(product)

    assert client.get(f"/products/{product.slug}").status_code == 404
    assert titles(client.get("/products")) == []
    assert titles(client.get("/search?q=draft")) == []


def test_description_keeps_no_script(client):
    product = make.product("Loud", description=catalog.clean_html("<p onclick=x>Yes<script>alert(1)</script></p>"))

    text = client.get(f"/products/{product.slug}").text

    assert "<p>Yes</p>" in text
    assert "alert(1)" not in text


def test_catalogue_down_is_a_plain_page(client, catalog_down):
    for address in ("/", "/collections", "/products", "/products/x"):
        answer = client.get(address)
        assert answer.status_code == 503
        assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/collections/drift",
        "/collections/drift?f=Size:M&f=kind:Print&stock=in&min=1",
        "/products",
        "/products/print-3",
        "/search?q=print",
        "/search?q=print&f=Size:M&f=collection:drift&max=90",
    ],
)
def test_page_stays_within_its_queries(client, count_queries, no_hurry, address):
    products = [make.product(f"Print {n}", slug=f"print-{n}", options={"Size": ("S", "M", "L")}) for n in range(12)]
    shelf(*products, slug=catalog.HOME, is_listed=False)
    shelf(*products)
    client.get("/collections")  # the process knows the state of the shop; what follows is the page's own

    with count_queries() as cold:
        client.get(address)
    with count_queries() as warm:
        client.get(address)

    assert cold.sql <= 2
    assert cold.mongo <= 2
    assert (warm.sql, warm.mongo) == (0, 0)


@pytest.mark.parametrize(
    ("number", "last", "said"),
    [
        (1, 3, "1 2 3"),
        (1, 4, "1 2 3 4"),
        (4, 4, "1 2 3 4"),
        (1, 5, "1 2 … 5"),
        (4, 7, "1 2 3 4 5 6 7"),
        (5, 9, "1 … 4 5 6 … 9"),
    ],
)
def test_gap_of_the_pager_hides_more_than_one_page(app, number, last, said):
    with app.test_request_context():
        pager = app.jinja_env.get_template("ui/pager.html").module.pages(number, last, "/products?page={}".format)

    words = html.fromstring(pager).text_content().replace("Previous", "").replace("Next", "")
    assert " ".join(words.split()) == said


def test_picture_is_sent_for_good(client):
    images.make_bucket()
    media = images.add(picture_bytes(400, 500))

    answer = client.get(f"/media/{media.key}/320.jpg")

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.data.startswith(b"\xff\xd8")
    assert client.get(f"/media/{media.key}/321.jpg").status_code == 404
    assert client.get(f"/media/{media.key}/master.jpg").status_code == 404


def test_picture_says_that_the_bucket_does_not_answer(client, monkeypatch):
    nowhere = replace(config.current(), s3_url=f"http://127.0.0.1:{free_port()}")
    monkeypatch.setitem(vars(client.application.extensions["stores"]), "s3", stores.Stores(nowhere).s3)

    answer = client.get("/media/00000000000000000000/320.jpg")

    assert answer.status_code == 503
    assert "cannot be read at the moment" in answer.text


def test_empty_list_leads_to_all_products_from_elsewhere_only(client):
    shelf(slug="empty")

    for path, leads_on in (("/products", False), ("/collections/empty", True)):
        page = client.get(path).text
        assert "No products here yet" in page
        assert ("See everything</a>" in page) == leads_on


def test_search_without_hits_promises_no_results(client):
    make.product("Slack Tide")
    search.index_stale()

    found, missed = client.get("/search?q=tide").text, client.get("/search?q=qwertzuiop").text

    assert "<h1>Results for “tide”</h1>" in found
    assert "Results for" not in missed
    assert "No results for “qwertzuiop”" in missed
    assert all(f'href="{address}"' in missed for address in ("/shipping", "/terms#withdrawal", "/orders/look-up"))


def test_search_names_above_the_hits_what_they_are_hits_for(client):
    make.product("Slack Tide")
    search.index_stale()

    corrected = client.get("/search?q=slakc").text

    assert "<h1>Results for “slack”</h1>" in corrected
    assert "No results for “slakc”." in corrected


def test_pages_are_served_without_redis(client, monkeypatch):
    product = make.product("Undertow")
    monkeypatch.setattr("app.services.pages._rests_until", 0.0)
    broken = stores.Stores(_without_cache())
    monkeypatch.setitem(vars(client.application.extensions["stores"]), "cache", broken.cache)

    assert client.get(f"/products/{product.slug}").status_code == 200
    monkeypatch.setattr("app.services.pages._rests_until", 0.0)


def _without_cache():
    return replace(config.current(), cache_url=f"redis://127.0.0.1:{free_port()}/0")


def test_lists_without_end_are_refused_to_one_network(client):
    answers = [
        client.get(f"/search/suggestions?n={number}", environ_base={"REMOTE_ADDR": "203.0.113.9"}).status_code
        for number in range(600)
    ]

    other = client.get("/products", environ_base={"REMOTE_ADDR": "203.0.113.9"})

    assert set(answers) == {200}
    assert other.status_code == 429
    assert client.get("/products", environ_base={"REMOTE_ADDR": "203.0.113.10"}).status_code == 200
