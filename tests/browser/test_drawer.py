"""The cart over the page: opened, changed and closed by mouse and keyboard, and a badge that is true everywhere."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import make
from tests.browser.hands import tab_to
from tests.running import RunningShop


@pytest.fixture
def address(running: RunningShop, tide) -> str:
    """The page of the one product of a running shop."""
    running.start_web()
    return f"{running.address}/products/slack-tide"


def count_of(page: Page):
    return page.locator("#cart-badge .header__count")


def add(page: Page) -> None:
    page.get_by_role("button", name="Add to cart").click()
    expect(page.get_by_role("dialog", name="Cart")).to_be_visible()


def test_double_click_adds_once_and_opens_the_cart(page: Page, address):
    page.goto(address)

    page.get_by_role("button", name="Add to cart").dblclick()

    drawer = page.get_by_role("dialog", name="Cart")
    expect(drawer).to_be_visible()
    expect(drawer).to_have_accessible_description("Slack Tide is in your cart.")
    expect(drawer.locator("#cart-sum")).to_contain_text("€29.00")
    expect(count_of(page)).to_have_text("1")


@pytest.mark.parametrize("width", [320, 1280])
def test_long_word_and_high_price_stay_within_page_and_cart(page: Page, app, shop: RunningShop, width):
    make.product("Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen", slug="long", price=123_456_789)
    page.set_viewport_size({"width": width, "height": 700})
    page.goto(f"{shop.address}/products/long")

    add(page)

    for place in (page.locator(":root"), page.get_by_role("dialog", name="Cart")):
        assert place.evaluate("place => place.scrollWidth - place.clientWidth") == 0


def test_cart_is_filled_changed_and_left_by_keyboard(page: Page, address, tide):
    page.goto(address)
    tab_to(page.get_by_role("button", name="Add to cart"))
    page.keyboard.press("Enter")
    drawer = page.get_by_role("dialog", name="Cart")
    expect(drawer.get_by_role("button", name="Close the cart")).to_be_focused()

    tab_to(drawer.get_by_label("Quantity of Slack Tide"))
    page.keyboard.type("4")
    page.keyboard.press("Tab")
    expect(drawer.locator("#cart-sum")).to_contain_text("€116.00")
    expect(drawer.get_by_role("status")).to_have_text("Your cart now holds 4 pieces, €116.00.")
    expect(drawer.get_by_role("button", name="Remove Slack Tide")).to_be_focused()
    page.keyboard.press("Enter")
    expect(drawer).to_contain_text("Your cart is empty")
    page.keyboard.press("Escape")

    expect(drawer).to_be_hidden()
    expect(page.get_by_role("button", name="Add to cart")).to_be_focused()
    expect(count_of(page)).to_have_count(0)


def test_sum_adds_up_in_the_drawer_where_tax_comes_on_top(page: Page, shop_settings, app, tide):
    shop = RunningShop(shop_settings | {"SHOP_PRICES_INCLUDE_TAX": "false"})
    try:
        shop.start_web()
        page.goto(f"{shop.address}/products/slack-tide")
        add(page)
        expect(page.locator("#cart-sum").get_by_text("VAT (19%)")).to_be_visible()
    finally:
        shop.close()


def test_refusal_stands_at_the_line_in_the_drawer(page: Page, address, tide):
    page.goto(address)
    add(page)

    page.fill(f"#quantity-{tide.id}", "7")
    page.keyboard.press("Tab")

    expect(page.locator(f"#cart-line-{tide.id} [role=alert]")).to_contain_text("Only 5 left")


def test_refused_addition_opens_nothing_and_says_why(page: Page, address, tide):
    page.goto(address)
    page.request.post(
        address.replace("/products/slack-tide", "/cart/lines"),
        form={"variant": tide.id, "quantity": "5"}, headers={"Sec-Fetch-Site": "same-origin"},
    )  # fmt: skip

    page.get_by_role("button", name="Add to cart").click()

    expect(page.locator("#notices")).to_contain_text("Only 5 left, 5 of them in your cart already.")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_badge_is_true_on_a_page_that_another_page_outdated(page: Page, address):
    page.goto(address)
    other = page.context.new_page()
    other.goto(address)
    add(other)
    expect(count_of(page)).to_have_text("1")

    page.goto(f"{address}?v=other")
    add(page)
    page.goto(address.replace("/products/slack-tide", "/terms"))
    page.go_back()

    expect(count_of(page)).to_have_text("2")


def test_page_that_comes_back_from_memory_asks_what_is_true_now(page: Page, address, tide):
    page.goto(address)
    page.request.post(
        address.replace("/products/slack-tide", "/cart/lines"),
        form={"variant": tide.id}, headers={"Sec-Fetch-Site": "same-origin"},
    )  # fmt: skip

    with page.expect_request(lambda request: request.url == f"{address}?v={tide.id}"):
        page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")

    expect(count_of(page)).to_have_text("1")


def test_badge_leads_to_the_drawer_and_a_click_beside_it_closes(page: Page, address):
    page.goto(address)
    add(page)
    page.keyboard.press("Escape")

    page.locator("#cart-badge").click()
    drawer = page.get_by_role("dialog", name="Cart")
    expect(drawer).to_contain_text("Slack Tide")
    expect(drawer.get_by_role("link", name="Checkout")).to_be_visible()
    page.evaluate("document.querySelector('cart-drawer').openedAt -= 1000")  # so this is no double click's second
    page.mouse.click(100, 300)

    expect(drawer).to_be_hidden()
    expect(page.locator("#cart-badge")).to_be_focused()


@pytest.mark.parametrize("width", [320, 390])
def test_drawer_fits_a_phone(page: Page, address, width):
    page.set_viewport_size({"width": width, "height": 640})
    page.goto(address)

    add(page)

    drawer = page.get_by_role("dialog", name="Cart")
    assert drawer.evaluate("element => element.scrollWidth <= element.clientWidth")
    expect(drawer.get_by_role("link", name="Checkout")).to_be_in_viewport(ratio=1)


def test_way_out_of_a_full_cart_stays_in_view_on_a_phone(page: Page, running: RunningShop, address):
    page.set_viewport_size({"width": 390, "height": 640})
    headers = {"Sec-Fetch-Site": "same-origin"}
    for variant in make.product("Sheet", options={"No.": tuple("123456")}).variants:
        page.request.post(f"{running.address}/cart/lines", form={"variant": variant.id}, headers=headers)
    page.goto(address)

    add(page)

    expect(page.locator(".cart-line--added")).to_be_in_viewport()
    expect(page.get_by_role("button", name="Close the cart")).to_be_in_viewport(ratio=1)


def test_cart_is_a_page_without_a_script(browser: Browser, address):
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(address)

        page.get_by_role("button", name="Add to cart").click()

        expect(page).to_have_url(address.replace("/products/slack-tide", "/cart"))
        expect(page.locator("#cart-lines")).to_contain_text("Slack Tide")
