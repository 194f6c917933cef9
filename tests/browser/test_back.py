"""Back to a page that refused what was entered: the browser shows it, not an error page of its own."""

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
