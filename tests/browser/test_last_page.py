"""The last page before an order, by keyboard: Enter where a code is typed, and where the terms are agreed to."""

import re

import pytest
from playwright.sync_api import Page, expect

from app.services import gift_cards
from tests import make
from tests.browser.hands import fill_address, tab_to


@pytest.fixture
def last_page(at_address: Page) -> Page:
    """A browser on the last page, with the terms agreed to and bank transfer chosen."""
    fill_address(at_address, "gull@example.org")
    for step in ("delivery", "payment"):
        at_address.get_by_role("button", name=f"Continue to {step}").click()
    at_address.get_by_role("radio", name="Bank transfer").check()
    at_address.locator("#terms").check()
    return at_address


def test_enter_in_a_field_has_its_code_count_and_leaves_what_was_chosen(last_page: Page):
    make.promotion(code="FRIENDS")
    card = gift_cards.code_of(make.gift_card(1000).id)

    tab_to(last_page.locator("#coupon-code"))
    last_page.keyboard.type("friends")
    last_page.keyboard.press("Enter")
    expect(last_page.get_by_role("status").filter(has_text="Your code counts")).to_be_focused()
    tab_to(last_page.get_by_text("Pay with a gift card"))
    last_page.keyboard.press("Enter")
    last_page.keyboard.press("Tab")
    last_page.keyboard.type(card)
    last_page.keyboard.press("Enter")

    expect(last_page.get_by_text("Gift card ending in")).to_be_visible()
    expect(last_page.get_by_role("button", name="Remove the code FRIENDS")).to_be_visible()
    expect(last_page.get_by_role("radio", name="Bank transfer")).to_be_checked()
    expect(last_page.locator("#terms")).to_be_checked()


def test_enter_at_the_terms_orders_nothing(last_page: Page):
    last_page.locator("#terms").press("Enter")

    expect(last_page).to_have_url(re.compile("/checkout/payment"))
    expect(last_page.locator("#terms")).to_be_checked()
    expect(last_page.get_by_role("button", name="Order and pay")).to_be_visible()


def test_code_that_was_typed_only_counts_before_it_is_ordered(last_page: Page):
    make.promotion(code="FRIENDS")
    last_page.fill("#coupon-code", "friends")

    last_page.get_by_role("button", name="Order and pay €33.90").click()
    expect(last_page.get_by_role("status").filter(has_text="Your code counts")).to_be_focused()
    last_page.get_by_role("button", name="Order and pay €31.00").click()

    expect(last_page.locator("#order")).to_be_visible()
