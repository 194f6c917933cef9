"""The focus after an answer that took away what had it."""

from playwright.sync_api import Page, expect

from app.services import inventory, search
from tests import make


def test_focus_of_a_filter_that_was_cleared_goes_to_the_list(page: Page, shop):
    make.product("Fern", slug="fern", options={"Size": ("A4", "A3")})
    make.product("Slate", slug="slate")
    search.index_stale()
    page.goto(f"{shop.address}/products")
    page.get_by_role("checkbox", name="A4").check()

    page.get_by_role("link", name="Clear all").press("Enter")

    expect(page.get_by_role("link", name="Clear all")).to_have_count(0)
    expect(page.locator("#product-list")).to_be_focused()


def test_focus_of_what_leads_to_another_variant_goes_to_the_product(page: Page, shop):
    made = make.product("Fern", slug="fern", options={"Size": ("A4", "A3")}, stock=0)
    inventory.receive(made.variants[1].id, 3, reason="one", actor="test")
    page.goto(f"{shop.address}/products/fern?v={made.variants[0].id}")

    page.get_by_role("link", name="A3 is available").press("Enter")

    expect(page.get_by_role("button", name="Add to cart")).to_be_visible()
    expect(page.locator("#product")).to_be_focused()
