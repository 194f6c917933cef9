"""Back to a page that refused what was entered, or that is older than what came of it."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import make
from tests.browser.hands import PATIENCE, fill_address
from tests.running import RunningShop


@pytest.fixture(params=[True, False], ids=["with a script", "without"])
def shopper(request: pytest.FixtureRequest, browser: Browser, running: RunningShop):
    """A browser on the address step, with something in the cart."""
    running.start_web()
    variant = make.variant()
    with browser.new_context(java_script_enabled=request.param) as context:
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        sent = page.request.post(
            f"{running.address}/cart/lines", form={"variant": variant.id}, headers={"Sec-Fetch-Site": "same-origin"}
        )
        assert sent.ok
        page.goto(f"{running.address}/checkout/address")
        yield page


def test_back_from_delivery_to_an_address_that_was_wrong_at_first(shopper: Page):
    fill_address(shopper, "gull@example.org")
    right = shopper.input_value("#postal_code")
    shopper.fill("#postal_code", "1")
    shopper.get_by_role("button", name="Continue to delivery").click()
    expect(shopper.locator("#postal_code")).to_have_attribute("aria-invalid", "true")
    shopper.fill("#postal_code", right)
    shopper.get_by_role("button", name="Continue to delivery").click()
    expect(shopper.get_by_role("button", name="Continue to payment")).to_be_visible()

    shopper.go_back()

    expect(shopper.locator("#email")).to_have_value("gull@example.org")
    shopper.get_by_role("button", name="Continue to delivery").click()


def test_back_to_a_review_that_missed_the_terms(shopper: Page):
    fill_address(shopper, "gull@example.org")
    shopper.get_by_role("button", name="Continue to delivery").click()
    shopper.get_by_role("button", name="Continue to payment").click()
    shopper.locator("#terms").evaluate("element => element.form.noValidate = true")
    shopper.get_by_role("button", name="Order and pay €33.90", exact=True).click()
    expect(shopper.locator("#terms-error")).to_be_visible()
    shopper.goto(shopper.url.replace("/checkout/orders", "/terms"))

    shopper.go_back()

    expect(shopper.get_by_role("button", name="Order and pay €33.90", exact=True)).to_be_visible()


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
