"""Back to a page that refused what was entered, or that is older than what came of it."""

from playwright.sync_api import Page, expect

from tests import make
from tests.browser.hands import fill_address
from tests.running import RunningShop


def test_back_from_delivery_to_an_address_that_was_wrong_at_first(at_address: Page):
    fill_address(at_address, "gull@example.org")
    right = at_address.input_value("#postal_code")
    at_address.fill("#postal_code", "1")
    at_address.get_by_role("button", name="Continue to delivery").click()
    expect(at_address.locator("#postal_code")).to_have_attribute("aria-invalid", "true")
    at_address.fill("#postal_code", right)
    at_address.get_by_role("button", name="Continue to delivery").click()
    expect(at_address.get_by_role("button", name="Continue to payment")).to_be_visible()

    at_address.go_back()

    expect(at_address.locator("#email")).to_have_value("gull@example.org")
    at_address.get_by_role("button", name="Continue to delivery").click()


def test_back_to_a_review_that_missed_the_terms(at_address: Page):
    fill_address(at_address, "gull@example.org")
    at_address.get_by_role("button", name="Continue to delivery").click()
    at_address.get_by_role("button", name="Continue to payment").click()
    at_address.locator("#terms").evaluate("element => element.form.noValidate = true")
    at_address.get_by_role("button", name="Order and pay €33.90", exact=True).click()
    expect(at_address.locator("#terms-error")).to_be_visible()
    at_address.goto(at_address.url.replace("/checkout/orders", "/terms"))

    at_address.go_back()

    expect(at_address.get_by_role("button", name="Order and pay €33.90", exact=True)).to_be_visible()


def test_last_page_that_comes_back_from_memory_tells_of_its_order(page: Page, running: RunningShop):
    running.start_web()
    page.request.post(
        f"{running.address}/cart/lines", form={"variant": make.variant().id}, headers={"Sec-Fetch-Site": "same-origin"}
    )
    page.goto(f"{running.address}/checkout/address")
    fill_address(page, "gull@example.org")
    for step in ("delivery", "payment"):
        page.get_by_role("button", name=f"Continue to {step}").click()
    other = page.context.new_page()
    other.goto(page.url)
    other.get_by_role("radio", name="Bank transfer").check()
    other.locator("#terms").check()
    other.get_by_role("button", name="Order and pay").click()
    expect(other.locator("#order")).to_be_visible()

    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")

    expect(page.locator("#cart-lines")).to_contain_text("was placed meanwhile, so nothing is left here to order.")
    page.get_by_role("link", name="See the order").click()
    expect(page.locator("#order")).to_be_visible()
