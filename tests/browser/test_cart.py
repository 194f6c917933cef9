"""Cart and checkout in a real browser, with JavaScript on."""

import pytest
from playwright.sync_api import Page, expect

from tests import make


@pytest.fixture
def shopper(page: Page, shop, tide) -> Page:
    """A browser on the cart page with two of the variant in it."""
    sent = page.request.post(
        f"{shop.address}/cart/lines",
        form={"variant": tide.id, "quantity": "2"},
        headers={"Sec-Fetch-Site": "same-origin"},
    )
    assert sent.ok
    page.goto(f"{shop.address}/cart")
    return page


def test_quantity_changes_lines_sum_and_badge_in_place(shopper: Page, tide):
    shopper.evaluate("window.isSamePage = true")

    shopper.fill(f"#quantity-{tide.id}", "3")
    shopper.keyboard.press("Tab")

    expect(shopper.locator("#cart-sum")).to_contain_text("€87.00")
    expect(shopper.locator("#cart-badge .header__count")).to_have_text("3")
    expect(shopper.locator(f"#remove-{tide.id}")).to_be_focused()
    assert shopper.evaluate("window.isSamePage")


def test_quantity_is_set_by_enter(shopper: Page, tide):
    sent: list[str] = []
    shopper.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)

    shopper.fill(f"#quantity-{tide.id}", "4")
    shopper.keyboard.press("Enter")

    expect(shopper.locator("#cart-sum")).to_contain_text("€116.00")
    expect(shopper.locator("#cart-badge .header__count")).to_have_text("4")
    assert len(sent) <= 2, "the change and the enter may both be sent; the later one replaces the earlier"


def test_refusal_stands_at_the_line(shopper: Page, tide):
    shopper.fill(f"#quantity-{tide.id}", "7")
    shopper.keyboard.press("Tab")

    expect(shopper.locator(f"#cart-line-{tide.id} [role=alert]")).to_have_text("Only 5 left. Please choose fewer.")
    expect(shopper.locator("#cart-sum")).to_contain_text("€58.00")


def test_code_that_counts_moves_the_focus_to_the_cart(shopper: Page):
    make.promotion(code="FRIENDS")

    shopper.fill("#coupon-code", "friends")
    shopper.keyboard.press("Enter")

    expect(shopper.locator("#cart-sum")).to_contain_text("FRIENDS")
    expect(shopper.locator("#cart-lines")).to_be_focused()


def test_removal_empties_the_cart_and_moves_the_focus(shopper: Page, tide):
    shopper.locator(f"#remove-{tide.id}").click()

    expect(shopper.locator("#cart-lines")).to_contain_text("Your cart is empty")
    expect(shopper.locator("#cart-lines")).to_be_focused()
    expect(shopper.locator("#cart-badge .header__count")).to_have_count(0)


def test_back_shows_the_cart_as_it_is(shopper: Page, shop, tide):
    shopper.goto(f"{shop.address}/terms")
    shopper.request.post(
        f"{shop.address}/cart/lines", form={"variant": tide.id}, headers={"Sec-Fetch-Site": "same-origin"}
    )

    shopper.go_back()

    expect(shopper.locator("#cart-sum")).to_contain_text("€87.00")


def test_other_country_brings_its_fields_and_keeps_what_was_typed(shopper: Page, shop):
    shopper.goto(f"{shop.address}/checkout/address")
    shopper.fill("#name", "O’Brien-Ñandú 🎉")

    shopper.focus("#country")
    shopper.select_option("#country", "JP")

    expect(shopper.locator("#address-fields label").first).to_have_text("Postcode")
    expect(shopper.get_by_label("Prefecture")).to_be_visible()
    expect(shopper.locator("#name")).to_have_value("O’Brien-Ñandú 🎉")
    expect(shopper.locator("#country")).to_be_focused()


def test_of_quick_changes_of_country_the_last_one_counts(shopper: Page, shop):
    shopper.goto(f"{shop.address}/checkout/address")

    shopper.eval_on_selector(
        "#country",
        """country => { for (const each of ["KR", "US", "JP"]) {
            country.value = each; country.dispatchEvent(new Event("change", {bubbles: true})); } }""",
    )

    expect(shopper.get_by_label("Prefecture")).to_be_visible()
    shopper.wait_for_load_state("networkidle")
    expect(shopper.get_by_label("Prefecture")).to_be_visible()


def test_cities_follow_the_region(shopper: Page, shop):
    shopper.goto(f"{shop.address}/checkout/address")
    shopper.select_option("#country", "KR")

    shopper.select_option("#region", "강원도")

    expect(shopper.locator("#city option", has_text="Gangneung-si")).to_have_count(1)


def test_mistakes_are_announced_and_lead_to_their_fields(shopper: Page, shop):
    shopper.goto(f"{shop.address}/checkout/address")
    shopper.get_by_role("button", name="Continue to delivery").click()

    summary = shopper.locator(".form-errors")
    expect(summary).to_be_focused()
    summary.get_by_role("link", name="Email").click()
    expect(shopper.locator("#email")).to_be_focused()


def test_checkout_leads_to_both_ways_to_pay(shopper: Page, shop):
    shopper.get_by_role("link", name="Checkout").click()
    fields = {
        "email": "ada@example.com",
        "name": "Ada",
        "line1": "Torstraße 1",
        "postal_code": "10119",
        "city": "Berlin",
    }
    for name, text in fields.items():
        shopper.fill(f"#{name}", text)
    shopper.get_by_role("button", name="Continue to delivery").click()
    for method, total in (("Express", "€70.90"), ("Standard", "€62.90")):
        shopper.get_by_role("radio", name=method).check()
        expect(shopper.locator("#checkout-sum")).to_contain_text(total)
    shopper.get_by_role("button", name="Continue to payment").click()

    expect(shopper.get_by_role("button", name="Order and pay €62.90", exact=True)).to_be_visible()
    expect(shopper.get_by_role("radio", name="Card On Stripe's secure page")).to_be_checked()
    expect(shopper.get_by_role("radio", name="Card, on this site")).to_be_visible()
    expect(shopper.get_by_role("checkbox")).not_to_be_checked()
