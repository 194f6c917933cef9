"""Kept pages: the same for everybody, new within two seconds, with each visitor's own badge."""

import gzip
import threading
import time
from dataclasses import replace
from datetime import timedelta

import brotli
import pytest

from app import clock, stores
from app.services import catalog, inventory, pages, search
from tests import make

PAGE = pages.Packed.of(b"<p>0 pieces</p>", b"0")


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    """Have the state re-read after a tenth of a second, so that tests need not wait a whole one."""
    monkeypatch.setattr("app.services.pages.reading._FRESH", 0.1)


def page_of(client, product):
    time.sleep(0.12)
    return client.get(f"/products/{product.slug}")


def test_page_shows_a_new_price(client):
    product = make.product(price=2900)
    assert "€29.00" in page_of(client, product).text

    make.reprice(product.variants[0], 3100)

    assert "€31.00" in page_of(client, product).text


def test_page_shows_that_the_last_was_sold(client):
    product = make.product(stock=1)
    assert "Only 1 left" in page_of(client, product).text

    level = inventory.levels([product.variants[0].id])[product.variants[0].id]
    inventory.adjust(product.variants[0].id, 0, version=level.version, reason="broken", actor="test")

    assert "Sold out" in page_of(client, product).text


def test_kept_page_promises_no_day_that_has_passed_meanwhile(client):
    product = make.product(stock=0)
    inventory.allow_backorder(
        product.variants[0].id, 4, expected_on=clock.today(), low_at=0, version=0, actor="staff:cleo"
    )  # fmt: skip
    before = page_of(client, product).text

    with clock.at(clock.now() + timedelta(days=1)):
        after = page_of(client, product).text

    assert ("More expected on" in before, "More expected soon" in before) == (True, False)
    assert ("More expected on" in after, "More expected soon" in after) == (False, True)
    assert "Add to cart" in after


def test_purchase_of_one_of_fifty_leaves_pages_kept(client, count_queries):
    product = make.product(stock=50)
    page_of(client, product)
    reserve(product)

    time.sleep(0.12)
    with count_queries() as counted:
        answer = client.get(f"/products/{product.slug}")

    assert "In stock" in answer.text
    assert (counted.sql, counted.mongo) == (1, 1)  # the two generations


@pytest.mark.parametrize(("stock", "before", "after"), [(4, "In stock", "Only 3 left"), (1, "Only 1 left", "Sold out")])
def test_purchase_that_customers_are_to_see_is_seen_and_so_is_its_return(client, stock, before, after):
    product = make.product(stock=stock)
    first = page_of(client, product).text

    reserve(product)
    bought = page_of(client, product).text
    inventory.release("order-1")
    returned = page_of(client, product).text

    assert before in first
    assert after in bought
    assert before not in bought
    assert before in returned


def test_card_says_that_the_last_was_sold_and_that_it_came_back(client):
    product = make.product(stock=1)
    search.index_stale()
    first = page_after_a_while(client, "/products")

    reserve(product)
    bought = page_after_a_while(client, "/products")
    inventory.release("order-1")
    returned = page_after_a_while(client, "/products")

    assert ["Sold out" in each for each in (first, bought, returned)] == [False, True, False]


def reserve(product):
    inventory.reserve("order-1", {product.variants[0].id: 1}, until=clock.now() + timedelta(minutes=30))


def page_after_a_while(client, address):
    time.sleep(0.12)
    return client.get(address).text


def test_list_shows_what_was_published_once_it_is_indexed(client):
    product = make.product("Draft", is_published=False)
    search.index_stale()
    assert "Draft" not in client.get("/products").text

    catalog.save_product(replace(product, is_published=True))
    search.index_stale()
    time.sleep(0.12)

    assert "Draft" in client.get("/products").text


def test_page_of_what_was_unpublished_is_gone(client):
    product = make.product("Undertow")
    assert page_of(client, product).status_code == 200

    catalog.save_product(replace(catalog.get(product.slug), is_published=False))

    assert page_of(client, product).status_code == 404


def test_list_shows_a_new_price_though_its_cards_are_known(client):
    product = make.product("Tide", price=2900)
    search.index_stale()
    time.sleep(0.12)
    assert "€29.00" in client.get("/products").text

    make.reprice(product.variants[0], 3100)
    time.sleep(0.12)

    assert "€31.00" in client.get("/products?sort=title").text
    assert "€31.00" in client.get("/products").text


def test_visitor_with_a_cart_sees_the_kept_page_with_their_own_badge(client, app):
    product = make.product()
    stranger = app.test_client()
    plain = page_of(stranger, product)
    client.post("/cart/lines", data={"variant": product.variants[0].id, "quantity": "3"})

    own = page_of(client, product)

    assert '<span class="header__count">3</span>' in own.text
    assert "header__count" not in plain.text
    assert own.headers["ETag"] != plain.headers["ETag"]
    assert "CDN-Cache-Control" not in own.headers
    assert "header__count" not in page_of(stranger, product).text


def test_browser_that_has_the_page_is_told_so(client):
    product = make.product()
    first = page_of(client, product)

    again = client.get(f"/products/{product.slug}", headers={"If-None-Match": first.headers["ETag"]})

    assert again.status_code == 304
    assert again.data == b""
    assert first.headers["Cache-Control"] == "private, no-cache"
    assert {"HX-Request-Type", "Cookie"} <= set(first.headers["Vary"].replace(" ", "").split(","))


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip", "gzip"),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, br;q=0.5", "gzip"),
        ("br;q=0", None),
        ("identity", None),
        ("*", "br"),
    ],
)
def test_page_is_sent_in_the_coding_that_the_browser_likes_best(client, accepted, coding):
    product = make.product(description="<p>" + "Drawn by rule and by chance. " * 50 + "</p>")
    plain = page_of(client, product)

    for answer in [client.get(f"/products/{product.slug}", headers={"Accept-Encoding": accepted}) for _ in range(2)]:
        assert answer.headers.get("Content-Encoding") == coding
        assert int(answer.headers["Content-Length"]) == len(answer.data)
        assert _unpacked(answer) == plain.data


def test_visitor_with_a_cart_gets_the_page_packed_anew_around_the_badge(client):
    product = make.product()
    client.post("/cart/lines", data={"variant": product.variants[0].id, "quantity": "3"})
    plain = page_of(client, product)

    packed = client.get(f"/products/{product.slug}", headers={"Accept-Encoding": "gzip, br"})

    assert packed.headers["Content-Encoding"] == "gzip"
    assert _unpacked(packed) == plain.data
    assert b'<span class="header__count">3</span>' in plain.data


def test_page_from_the_door_has_every_header_of_the_first(client, count_queries, no_hurry):
    product = make.product()
    first = page_of(client, product)

    with count_queries() as counted:
        again = client.get(f"/products/{product.slug}", headers={"X-Request-Id": "asked"})
        head = client.head(f"/products/{product.slug}")

    assert (counted.sql, counted.mongo) == (0, 0)
    assert again.headers["X-Request-Id"] == "asked"
    assert first.headers["X-Request-Id"] != head.headers["X-Request-Id"]
    assert _lasting(again) == _lasting(first) == _lasting(head)
    assert "Content-Security-Policy" in first.headers
    assert head.data == b""


def test_answer_of_no_page_is_never_kept(client):
    for _ in range(2):
        assert client.get("/products/none").status_code == 404
        assert client.post("/").status_code == 405


def _unpacked(answer):
    unpack = {"gzip": gzip.decompress, "br": brotli.decompress, None: bytes}
    return unpack[answer.headers.get("Content-Encoding")](answer.data)


def _lasting(answer):
    return sorted((name, value) for name, value in answer.headers if name != "X-Request-Id")


def test_unknown_parameters_do_not_make_new_pages(client, count_queries, no_hurry):
    product = make.product()
    client.get(f"/products/{product.slug}")

    with count_queries() as counted:
        client.get(f"/products/{product.slug}?utm_source=mail&fbclid=1")

    assert counted.sql == 0
    assert counted.mongo == 0


def test_addresses_count_among_what_is_kept(app, client, no_hurry, monkeypatch):
    monkeypatch.setattr("app.blueprints._front._MOST_BYTES", 100_000)
    for number in range(4):
        client.get(f"/products?f=kind:{number}{'x' * 40_000}")

    assert len(app.wsgi_app._kept) == 2


@pytest.mark.parametrize(
    ("other", "asked"),
    [
        ("/search?q=&q=tide", "/search?q=tide"),
        ("/search?q=tide%00sort=price", "/search?q=tide&sort=price"),
        (f"/search?q={'+' * 200}none", f"/search?q={'+' * 200}tide"),
    ],
)
def test_page_made_for_another_question_is_not_given(client, no_hurry, other, asked):
    make.product("Tide")
    search.index_stale()
    client.get(other)

    answer = client.get(asked)

    assert "/products/tide" in answer.text
    assert 'name="q" type="search" value="tide"' in answer.text


def test_page_made_for_another_variant_is_not_given(client, no_hurry):
    product = make.product("Tide", options={"Size": ("Small", "Large")})
    large = product.variants[1].id
    client.get(f"/products/{product.slug}?v=&v={large}")

    answer = client.get(f"/products/{product.slug}?v={large}")

    assert f'name="variant" value="{large}"' in answer.text


def test_many_who_ask_at_once_have_the_page_made_once(app):
    made = []

    def make_page():
        made.append(1)
        time.sleep(0.1)
        return PAGE

    def ask(answers):
        with app.app_context():
            answers.append(pages.fetch(["one", "address"], make_page))

    answers: list[pages.Packed] = []
    threads = [threading.Thread(target=ask, args=(answers,)) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == [PAGE] * 12
    assert len(made) == 1


def test_page_that_cannot_be_made_leaves_the_next_try_free(app):
    def fail():
        raise LookupError("no")

    with pytest.raises(LookupError):
        pages.fetch(["address"], fail)

    assert pages.fetch(["address"], lambda: PAGE) == PAGE
    assert stores.cache().exists("page:making") == 0
