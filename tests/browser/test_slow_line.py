"""A slow or broken line: what is asked for comes late, or does not come."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import make
from tests.browser.hands import held
from tests.running import RunningShop

_ASKS_AGAIN = 5000  # milliseconds after which the delivery step does, told to the page's clock instead of waited for


@pytest.fixture
def address(app, running: RunningShop) -> str:
    """The page of a print in two sizes."""
    make.product("Undertow", slug="undertow", options={"Size": ("Small", "Large")}, stock=5)
    running.start_web()
    return f"{running.address}/products/undertow"


def choose_large(page: Page) -> None:
    page.get_by_role("radio", name="Large").check()
    expect(page.get_by_role("button", name="Show this choice")).to_be_visible()


def test_what_is_chosen_cannot_be_mistaken_while_its_answer_is_slow(page: Page, address):
    page.goto(address)
    add = page.get_by_role("button", name="Add to cart")

    with held(page, "**/undertow?*"):
        choose_large(page)
        expect(add).to_be_hidden()

    expect(add).to_be_visible()
    expect(page.get_by_role("button", name="Show this choice")).to_be_hidden()
    expect(page.locator("legend")).to_contain_text("Large")


def test_what_is_chosen_can_be_asked_for_again_when_no_answer_came(page: Page, address):
    page.goto(address)
    page.route("**/undertow?*", lambda route: route.abort())
    choose_large(page)
    expect(page.locator("#notices")).to_contain_text("The shop did not answer.")
    page.unroute("**/undertow?*")

    page.get_by_role("button", name="Show this choice").click()

    expect(page.locator("legend")).to_contain_text("Large")
    expect(page.get_by_role("button", name="Add to cart")).to_be_visible()


@pytest.mark.parametrize("stock", [5, 0])
def test_what_is_chosen_is_shown_before_it_is_bought_without_a_script(browser: Browser, address, stock):
    make.product("Ebb", slug="ebb", options={"Size": ("Small", "Large")}, stock=stock)
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(address.replace("undertow", "ebb"))

        choose_large(page)

        expect(page.get_by_role("button", name="Add to cart")).to_be_hidden()


def test_refused_addition_leaves_the_focus_where_it_was(page: Page, address):
    page.goto(address)
    page.route("**/cart/lines", lambda route: route.abort())
    page.get_by_role("button", name="Add to cart").focus()

    page.keyboard.press("Enter")

    expect(page.locator("#notices")).to_contain_text("The shop did not answer.")
    expect(page.get_by_role("button", name="Add to cart")).to_be_focused()


def test_addition_without_an_answer_leads_to_the_cart_first(page: Page, address):
    page.goto(address)
    page.route("**/cart/lines", lambda route: (route.fetch(), route.abort()))

    page.get_by_role("button", name="Add to cart").click()

    expect(page.locator("#notices")).to_contain_text("The shop did not answer. It may be in your cart already")
    page.locator("#notices").get_by_role("link", name="look there").click()
    expect(page.locator("#cart-lines")).to_contain_text("Undertow")


def test_badge_shows_that_the_cart_is_on_its_way(page: Page, address):
    page.goto(address)

    with held(page, "**/cart"):
        page.locator("#cart-badge").click()
        expect(page.locator("#cart-badge")).to_have_css("cursor", "progress")
        expect(page.locator("#cart-badge")).to_have_css("opacity", "0.6")

    expect(page.get_by_role("dialog", name="Cart")).to_be_visible()
    expect(page.locator("#cart-badge")).to_have_css("opacity", "1")


PROXY = "<html>\r\n<head><title>429 Too Many Requests</title></head><body>nginx</body></html>"


def answer_as_a_proxy(page: Page, pattern: str, status: int = 429) -> None:
    page.route(pattern, lambda route: route.fulfill(status=status, body=PROXY, content_type="text/html"))


@pytest.fixture
def cart(page: Page, shop, tide) -> Page:
    """The page of a cart with one of the variant in it."""
    page.request.post(
        f"{shop.address}/cart/lines", form={"variant": tide.id}, headers={"Sec-Fetch-Site": "same-origin"}
    )
    page.goto(f"{shop.address}/cart")
    return page


@pytest.mark.parametrize("status", [200, 403, 429])
def test_what_a_proxy_answers_is_kept_out_of_the_cart(cart: Page, tide, status):
    answer_as_a_proxy(cart, "**/cart/lines/**", status)

    cart.locator(f"#remove-{tide.id}").click()

    expect(cart.locator("#notices")).to_contain_text("The shop did not answer.")
    expect(cart.locator(f"#cart-line-{tide.id}")).to_be_visible()
    expect(cart.get_by_text("nginx")).to_have_count(0)


def test_step_that_could_not_be_saved_is_taken_back(cart: Page, tide):
    cart.route("**/cart/lines/**", lambda route: route.abort())

    cart.get_by_role("button", name="One more of Slack Tide").click()

    expect(cart.locator("#notices")).to_contain_text("The shop did not answer.")
    expect(cart.locator(f"#quantity-{tide.id}")).to_have_value("1")


def test_change_whose_answer_was_lost_is_shown_as_the_shop_has_it(cart: Page, tide):
    cart.route("**/cart/lines/*", lambda route: (route.fetch(), route.abort()))

    cart.get_by_role("button", name="One more of Slack Tide").click()

    expect(cart.locator("#notices")).to_contain_text("The shop did not answer.")
    expect(cart.locator(f"#quantity-{tide.id}")).to_have_value("2")
    expect(cart.locator("#cart-sum")).to_contain_text("€58.00")
    expect(cart.locator("#notices")).to_contain_text("The shop did not answer.")


def test_number_typed_on_the_product_page_outlives_a_failure(page: Page, address):
    page.goto(address)
    page.fill("#quantity", "3")
    answer_as_a_proxy(page, "**/cart/lines", 502)

    page.get_by_role("button", name="Add to cart").click()

    expect(page.locator("#notices")).to_contain_text("The shop did not answer.")
    expect(page.locator("#quantity")).to_have_value("3")


def test_suggestions_fail_without_a_word(page: Page, address):
    page.goto(address)
    answer_as_a_proxy(page, "**/search/suggestions*")
    page.evaluate("""() => addEventListener("shop:unanswered", () => document.body.setAttribute("data-failed", ""))""")

    page.locator("#header-search").press_sequentially("under")
    expect(page.locator("body")).to_have_attribute("data-failed", "")

    expect(page.locator("#notices")).to_be_empty()
    expect(page.get_by_text("nginx")).to_have_count(0)


def test_suggestions_asked_for_too_often_say_nothing(page: Page, address):
    page.goto(address)
    words = '<hx-partial hx-target="#notices" hx-swap="innerHTML"><p>A little too fast.</p></hx-partial>'
    page.route("**/search/suggestions*", lambda route: route.fulfill(status=429, body=words, content_type="text/html"))
    page.evaluate("""() => addEventListener("shop:unanswered", () => document.body.setAttribute("data-failed", ""))""")

    page.locator("#header-search").press_sequentially("under")
    expect(page.locator("body")).to_have_attribute("data-failed", "")

    expect(page.locator("#notices")).to_be_empty()


def test_shop_is_as_without_a_script_where_htmx_did_not_come(page: Page, address):
    page.route("**/htmx-*.js", lambda route: route.abort())
    page.goto(address)
    choose_large(page)
    page.get_by_role("button", name="Show this choice").click()
    expect(page.locator("legend")).to_contain_text("Large")

    page.get_by_role("button", name="Add to cart").click()
    expect(page.get_by_role("button", name="Update")).to_be_visible()
    expect(page.get_by_role("button", name="One more")).to_have_count(0)
    page.goto(address)
    page.locator("#cart-badge").click()

    expect(page.get_by_role("heading", name="Cart")).to_be_visible()
    expect(page.locator("#cart-lines")).to_contain_text("Large")


@pytest.mark.parametrize("answer", [None, 500, 503])
def test_sum_puts_itself_right_when_the_delivery_chosen_was_not_answered(page: Page, address, running, answer):
    variant = make.variant(price=2900, stock=5)
    same = {"Sec-Fetch-Site": "same-origin"}
    page.request.post(f"{running.address}/cart/lines", form={"variant": variant.id}, headers=same)
    details = make.ADDRESSES["DE"] | {"email": "ada@example.com"}
    page.request.post(f"{running.address}/checkout/address", form=details, headers=same)
    page.clock.install()
    page.goto(f"{running.address}/checkout/delivery")
    lost = '<hx-partial hx-target="#notices" hx-swap="innerHTML"><p>The shop did not answer.</p></hx-partial>'
    told = {"status": answer, "content_type": "text/html", "body": lost if answer == 503 else "<p>down</p>"}
    page.route("**/delivery?*", lambda route: route.fulfill(**told) if answer else route.abort())
    page.get_by_role("radio", name="Express").check()
    expect(page.locator("#notices")).to_contain_text("The shop did not answer.")
    page.locator("#notices").evaluate("(notices) => notices.replaceChildren()")
    with page.expect_event("requestfinished" if answer else "requestfailed", lambda sent: "/delivery?" in sent.url):
        page.clock.run_for(_ASKS_AGAIN)
    page.wait_for_load_state("networkidle")
    assert page.locator("#notices").inner_text() == ""

    page.unroute("**/delivery?*")
    page.clock.run_for(_ASKS_AGAIN)

    expect(page.locator("#checkout-sum")).to_contain_text("Delivery (Express)")
    expect(page.get_by_role("radio", name="Express")).to_be_checked()
