"""Someone quicker than the line: what is asked for before the last answer came counts, and is shown in the end."""

import pytest
from playwright.sync_api import Page, expect

from app.services import inventory
from tests import make
from tests.browser.hands import held


@pytest.fixture
def cart(page: Page, shop) -> Page:
    """The page of a cart with one each of three variants in it, of which nine, three and nine are left."""
    for slug, stock in (("ebb", 9), ("neap", 3), ("surge", 9)):
        variant = make.product(slug.title(), slug=slug, stock=stock).variants[0]
        page.request.post(
            f"{shop.address}/cart/lines", form={"variant": variant.id}, headers={"Sec-Fetch-Site": "same-origin"}
        )
    page.goto(f"{shop.address}/cart")
    return page


def number(page: Page, name: str):
    return page.get_by_label(f"Quantity of {name}", exact=True)


def test_two_removals_in_a_row_are_both_shown(cart: Page):
    cart.eval_on_selector_all("[id^=remove-]", "(buttons) => { buttons[0].click(); buttons[2].click(); }")

    expect(cart.locator(".cart-line__name")).to_have_text(["Neap"])
    expect(cart.locator("#cart-sum")).to_contain_text("€29.00")
    expect(cart.locator("#cart-badge .header__count")).to_have_text("1")


def test_numbers_typed_in_a_row_both_count(cart: Page):
    number(cart, "Ebb").fill("2")
    number(cart, "Surge").fill("3")
    cart.keyboard.press("Tab")

    expect(cart.locator("#cart-sum")).to_contain_text("€174.00")
    expect(number(cart, "Ebb")).to_have_value("2")
    expect(number(cart, "Surge")).to_have_value("3")


def test_refusal_of_the_second_number_is_shown(cart: Page):
    number(cart, "Ebb").fill("2")
    number(cart, "Neap").fill("4")
    cart.keyboard.press("Tab")

    expect(cart.get_by_role("alert")).to_have_text("Only 3 left. Please choose fewer.")
    expect(number(cart, "Neap")).to_have_value("4")
    expect(cart.locator("#cart-sum")).to_contain_text("€116.00")


def test_number_typed_twice_is_no_change_in_another_tab(cart: Page):
    with held(cart, "**/cart/lines/*"):
        for typed in "25":
            number(cart, "Ebb").fill(typed)
            number(cart, "Ebb").press("Enter")

    expect(cart.locator("#cart-sum")).to_contain_text("€203.00")
    expect(number(cart, "Ebb")).to_have_value("5")
    expect(cart.get_by_role("alert")).to_have_count(0)


def test_number_and_removal_in_a_row_both_count(cart: Page):
    cart.eval_on_selector_all("[data-way=stepUp]", "(buttons) => { buttons[0].click(); buttons[0].click(); }")
    cart.locator("[id^=remove-]").last.click()

    expect(cart.locator(".cart-line__name")).to_have_text(["Ebb", "Neap"])
    expect(number(cart, "Ebb")).to_have_value("3")
    expect(cart.locator("#cart-sum")).to_contain_text("€116.00")


def test_what_is_being_typed_outlives_an_answer(cart: Page):
    with held(cart, "**/cart/lines/*"):
        number(cart, "Ebb").fill("2")
        cart.locator("#coupon-code").press_sequentially("FRIE")

    expect(cart.locator("#cart-sum")).to_contain_text("€116.00")
    cart.keyboard.type("NDS")
    expect(cart.locator("#coupon-code")).to_have_value("FRIENDS")


def test_number_goes_back_where_the_shop_refuses_it_for_now(cart: Page):
    words = '<hx-partial hx-target="#notices" hx-swap="innerHTML"><p>A little too fast.</p></hx-partial>'
    cart.route("**/cart/lines/*", lambda route: route.fulfill(status=429, body=words, content_type="text/html"))

    number(cart, "Ebb").fill("2")
    cart.keyboard.press("Tab")

    expect(cart.locator("#notices")).to_have_text("A little too fast.")
    expect(number(cart, "Ebb")).to_have_value("1")


def test_checkout_waits_for_the_numbers_before_it(cart: Page):
    with held(cart, "**/cart/lines/*"):
        cart.eval_on_selector("[data-way=stepUp]", "(more) => { more.click(); more.click(); }")
        cart.get_by_role("link", name="Checkout").click()
        expect(cart.get_by_role("link", name="Checkout")).to_have_attribute("aria-busy", "true")

    expect(cart.locator("#checkout-sum")).to_contain_text("3 × €29.00")


def test_checkout_is_not_gone_to_when_a_number_was_refused(cart: Page):
    with held(cart, "**/cart/lines/*"):
        number(cart, "Neap").fill("4")
        cart.get_by_role("link", name="Checkout").click()

    expect(cart.get_by_role("alert")).to_have_text("Only 3 left. Please choose fewer.")
    expect(cart.get_by_role("link", name="Checkout")).not_to_have_attribute("aria-busy", "true")
    cart.get_by_role("link", name="Checkout").click()
    expect(cart.locator("#checkout-sum")).to_contain_text("Neap")


def test_what_is_typed_while_the_fields_of_a_country_come_stays(cart: Page, shop):
    cart.goto(f"{shop.address}/checkout/address")
    cart.fill("#name", "Ada")

    with held(cart, "**/checkout/address"):
        cart.select_option("#country", "JP")
        cart.fill("#name", "Ada Gull")
        cart.locator("#postal_code").press_sequentially("100-0")
    expect(cart.get_by_label("Prefecture")).to_be_visible()
    cart.keyboard.type("001")

    expect(cart.locator("#name")).to_have_value("Ada Gull")
    expect(cart.locator("#postal_code")).to_have_value("100-0001")


def test_what_is_typed_before_the_fields_of_a_country_have_settled_stays(cart: Page, shop):
    cart.goto(f"{shop.address}/checkout/address")
    cart.evaluate("htmx.config.defaultSettleDelay = 500")  # ms; 1 as it comes, and more where the machine is busy

    with held(cart, "**/checkout/address"):
        cart.select_option("#country", "JP")
        cart.locator("#postal_code").press_sequentially("100-0")
    expect(cart.locator(".htmx-settling").get_by_label("Prefecture")).to_be_visible()
    cart.keyboard.type("001")
    expect(cart.locator(".htmx-settling")).to_have_count(0)

    expect(cart.locator("#postal_code")).to_have_value("100-0001")


def test_addition_is_told_though_what_is_chosen_since_is_sold_out(page: Page, app, shop):
    made = make.product("Fern", slug="fern", options={"Size": ("A4", "A3")}, stock=0)
    inventory.receive(made.variants[0].id, 3, reason="some", actor="test")
    page.goto(f"{shop.address}/products/fern?v={made.variants[0].id}")

    with held(page, "**/cart/lines"):
        page.get_by_role("button", name="Add to cart").click()
        page.get_by_role("radio", name="A3").check()
        expect(page.get_by_text("Sold out", exact=True)).to_be_visible()

    expect(page.get_by_role("dialog", name="Cart")).to_contain_text("Fern, A4, is in your cart.")
    expect(page.locator("#cart-badge .header__count")).to_have_text("1")
