"""The cart page and its changes, with htmx and without."""

import re

import brotli
import pytest
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import text

from app import db
from app.services import inventory
from tests import make

PART = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def tide(app):
    return make.variant(price=2900, stock=5)


@pytest.fixture
def shopper(client: FlaskClient, tide) -> FlaskClient:
    """A browser with two of the variant in its cart."""
    client.post("/cart/lines", data={"variant": tide.id, "quantity": "2"})
    return client


def set_quantity(browser, variant, quantity, *, version="1", **options):
    return browser.post(f"/cart/lines/{variant.id}", data={"quantity": quantity, "version": version}, **options)


def test_cart_of_a_stranger_is_empty_and_costs_nothing(client, count_queries):
    with count_queries() as counted:
        answer = client.get("/cart")

    assert answer.status_code == 200
    assert "Your cart is empty" in answer.text
    assert "Set-Cookie" not in answer.headers
    assert counted.sql == 0
    assert counted.mongo <= 1, "the collections of the header, when this process has not read them yet"


def test_add_makes_a_cart_and_remembers_it(client, tide):
    answer = client.post("/cart/lines", data={"variant": tide.id, "quantity": "2"})

    assert (answer.status_code, answer.location) == (303, "/cart")
    assert "HttpOnly" in answer.headers["Set-Cookie"]
    assert "SameSite=Lax" in answer.headers["Set-Cookie"]
    assert "€58.00" in client.get("/cart").text


@pytest.mark.parametrize("headers", [{}, PART])
def test_cart_says_from_which_amount_delivery_is_free_and_what_is_missing(shopper, tide, headers):
    few = shopper.get("/cart", headers=headers).text
    set_quantity(shopper, tide, "3")
    many = shopper.get("/cart", headers=headers).text

    assert "Standard delivery to Germany is free from €80.00: €22.00 to go." in few
    assert "Standard delivery to Germany is free." in many


def test_cart_promises_no_free_delivery_where_there_is_none(shopper):
    shopper.post("/checkout/address", data=make.ADDRESSES["GB"] | {"email": "ada@example.com"})

    assert "is free" not in shopper.get("/cart").text


def test_removal_of_the_last_line_says_that_the_cart_is_empty(shopper, tide):
    answer = shopper.post(f"/cart/lines/{tide.id}/removal", headers=PART).text

    assert "Your cart is empty.</p>" in answer
    assert "0 pieces" not in answer


def test_first_add_asks_the_catalogue_once(client, tide, count_queries):
    with count_queries() as counted:
        client.post("/cart/lines", data={"variant": tide.id, "quantity": "1"}, headers=PART)

    assert counted.mongo == 1
    assert counted.sql <= 6


def test_address_of_a_line_that_none_can_have_is_not_found(shopper):
    for address in ("/cart/lines/a%00b", "/cart/lines/a%00b/removal"):
        assert shopper.post(address, data={"quantity": "1", "version": "1"}).status_code == 404


def test_add_again_sets_no_other_cookie(shopper, tide):
    answer = shopper.post("/cart/lines", data={"variant": tide.id})

    assert "Set-Cookie" not in answer.headers


def test_add_with_htmx_answers_the_badge_and_a_notice(client, tide):
    answer = client.post("/cart/lines", data={"variant": tide.id, "quantity": "2"}, headers=PART)

    assert answer.status_code == 200
    assert re.search(r'hx-target="#cart-badge".*<span class="header__count">2</span>', answer.text, re.DOTALL)
    assert "Slack Tide is in your cart." in answer.text
    assert '<a href="/cart">' in answer.text


@pytest.mark.parametrize("quantity", ["0", "-1", "1.5", "1000000000", "abc", ""])
def test_add_refuses_what_is_no_quantity(shopper, tide, quantity):
    answer = shopper.post("/cart/lines", data={"variant": tide.id, "quantity": quantity}, headers=PART)

    assert answer.status_code == 422
    assert "Enter a whole number from 1 to 99." in answer.text
    assert "€58.00" in shopper.get("/cart").text


def test_add_refuses_a_number_that_is_too_long_to_compare(shopper, tide):
    assert shopper.post("/cart/lines", data={"variant": tide.id, "quantity": "9" * 400}).status_code == 422


@pytest.mark.parametrize("quantity", ["0", "-1", "1.5", "1000000000", "abc", ""])
def test_set_refuses_what_is_no_quantity_with_the_same_part(shopper, tide, quantity):
    answer = set_quantity(shopper, tide, quantity, headers=PART)

    assert answer.status_code == 422
    assert answer.text.strip().startswith('<section class="stack stack--l" id="cart-lines"')
    assert "Enter a whole number from 1 to 99." in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert "€58.00" in shopper.get("/cart").text


def test_set_changes_the_line(shopper, tide):
    answer = set_quantity(shopper, tide, "3")

    assert (answer.status_code, answer.location) == (303, "/cart")
    assert "€87.00" in shopper.get("/cart").text


def test_set_with_htmx_answers_lines_and_badge(shopper, tide):
    answer = set_quantity(shopper, tide, "3", headers=PART)

    assert answer.text.count("<hx-partial") == 3
    assert "€87.00" in answer.text
    assert '<span class="header__count">3</span>' in answer.text


def test_set_refuses_more_than_are_left(shopper, tide):
    answer = set_quantity(shopper, tide, "6")

    assert answer.status_code == 409
    assert "Only 5 left" in answer.text
    assert 'value="6"' in answer.text, "what was typed is kept"
    assert "€58.00" in shopper.get("/cart").text


def test_set_refuses_a_stale_tab_with_the_fresh_lines(shopper, tide):
    set_quantity(shopper, tide, "3", version="1")

    answer = set_quantity(shopper, tide, "1", version="1", headers=PART)

    assert answer.status_code == 409
    assert "in another tab" in answer.text
    assert "€87.00" in answer.text
    assert html.fromstring(answer.text).xpath('//input[@name="quantity"]/@value') == ["3"]


def test_set_of_a_line_that_another_tab_removed_says_so(shopper, tide):
    shopper.post(f"/cart/lines/{tide.id}/removal")

    answer = set_quantity(shopper, tide, "3", headers=PART)

    assert answer.status_code == 409
    assert "taken out of your cart meanwhile" in answer.text


def test_remove_takes_the_line_out(shopper, tide):
    answer = shopper.post(f"/cart/lines/{tide.id}/removal")

    assert (answer.status_code, answer.location) == (303, "/cart")
    assert "Your cart is empty" in shopper.get("/cart").text


def test_another_browser_sees_another_cart(app, shopper):
    assert "Your cart is empty" in app.test_client().get("/cart").text


def test_forged_cookie_is_nobody(app, shopper, tide):
    stranger = app.test_client()
    for cookie in shopper._cookies.values():
        # A signature's first character: the last one holds spare bits, so two of them may mean the same.
        signed, dot, signature = cookie.value.rpartition(".")
        forged = ("a" if signature[0] != "a" else "b") + signature[1:]
        stranger.set_cookie(cookie.key, f"{signed}{dot}{forged}")

    assert "Your cart is empty" in stranger.get("/cart").text


def test_write_from_another_site_is_refused(shopper, tide):
    answer = shopper.post("/cart/lines", data={"variant": tide.id}, headers={"Sec-Fetch-Site": "cross-site"})

    assert answer.status_code == 403
    assert "€58.00" in shopper.get("/cart").text


def test_sold_out_line_closes_the_checkout(shopper, tide):
    level = inventory.level_as_staff(tide.id)
    inventory.adjust(tide.id, 0, version=level.version, reason="lost", actor="test")

    text = shopper.get("/cart").text

    assert "Sold out. Remove it to go on." in text
    assert 'href="/checkout"' not in text


def test_risen_price_shows_old_and_new_and_asks(shopper, tide):
    make.reprice(tide, 3500)

    before = shopper.get("/cart").text
    answer = shopper.post("/cart/consent", data={"subtotal": "7000"})
    after = shopper.get("/cart").text

    assert "risen from €29.00 to €35.00" in before
    assert 'href="/checkout"' not in before
    assert answer.status_code == 303
    assert 'href="/checkout"' in after


def test_consent_to_another_sum_is_refused(shopper, tide):
    make.reprice(tide, 3500)

    answer = shopper.post("/cart/consent", data={"subtotal": "5800"}, headers=PART)

    assert answer.status_code == 409
    assert "changed again" in answer.text


def test_fallen_price_is_told(shopper, tide):
    make.reprice(tide, 2000)

    text = shopper.get("/cart").text

    assert "fallen from €29.00 to €20.00" in text
    assert 'href="/checkout"' in text


def test_cart_shows_its_copies_while_the_catalogue_is_down(shopper, catalog_down):
    answer = shopper.get("/cart")

    assert answer.status_code == 200
    assert "The catalogue is taking a short break" in answer.text
    assert "Slack Tide" in answer.text
    assert 'href="/checkout"' not in answer.text


def test_add_while_the_catalogue_is_down_says_so(shopper, tide, catalog_down):
    answer = shopper.post("/cart/lines", data={"variant": tide.id}, headers=PART)

    assert answer.status_code == 503
    assert "try again" in answer.text


def test_words_of_a_product_are_shown_as_words(client, app):
    variant = make.variant(title="<script>alert(1)</script> {{7*7}}")

    client.post("/cart/lines", data={"variant": variant.id})

    text = client.get("/cart").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{7*7}}" in text
    assert "<script>alert(1)" not in text


def test_cart_stays_within_its_queries(shopper, count_queries):
    for number in range(12):
        shopper.post("/cart/lines", data={"variant": make.variant(title=f"Print {number}").id})
    shopper.get("/cart")  # this process now knows the collections of the header

    with count_queries() as counted:
        text = shopper.get("/cart").text

    assert text.count('class="cart-line"') == 13
    assert counted.sql <= 4
    assert counted.mongo <= 1


def test_cart_of_five_hundred_lines_stays_within_its_budgets(shopper, tide, count_queries):
    many = make.product("Many", stock=1, options={"Number": tuple(f"No. {number}" for number in range(499))})
    fill = text(
        "INSERT INTO cart_lines SELECT (jsonb_populate_record(line, jsonb_build_object('variant_id', added))).*"
        " FROM cart_lines AS line, unnest(CAST(:added AS text[])) AS added"
    )
    with db.orders.transaction() as session:
        session.execute(fill, {"added": [each.id for each in many.variants]})
    shopper.get("/terms")  # this process now knows the collections of the header

    with count_queries() as counted:
        page = shopper.get("/cart").text

    assert page.count('id="cart-line-') == 500
    assert counted.sql <= 4
    assert counted.mongo <= 1
    assert len(brotli.compress(page.encode())) <= 60_000


def test_drawer_is_answered_its_lines_and_the_badge(shopper):
    answer = shopper.get("/cart", headers=PART)

    assert answer.text.count("<hx-partial") == 2
    assert '<span class="header__count">2</span>' in answer.text
    assert "€58.00" in answer.text
    assert "#notices" not in answer.text


def test_cart_is_kept_by_no_cache(shopper):
    assert shopper.get("/cart").headers["Cache-Control"] == "no-store"


def test_badge_on_other_pages_counts_with_one_query(shopper, count_queries):
    with count_queries() as counted:
        text = shopper.get("/terms").text

    assert '<span class="header__count">2</span>' in text
    assert counted.sql == 1
