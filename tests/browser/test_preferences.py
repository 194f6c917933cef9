"""What people set in their system is heeded: less motion, their own colours."""

import pytest
from playwright.sync_api import Locator, Page, expect

from app.services import catalog, inventory
from tests import make
from tests.running import RunningShop, wait_until

MOVING = """[...document.querySelectorAll("*")].filter((each) => {
  const { animationName, transitionDuration } = getComputedStyle(each);
  return animationName !== "none" || transitionDuration.split(",").some((one) => parseFloat(one) > 0);
}).map((each) => each.outerHTML.slice(0, 100))"""
SEEN = """(element) => {
  const { backgroundColor, borderColor, borderWidth, color, outlineStyle, outlineColor } = getComputedStyle(element);
  return [backgroundColor, borderColor, borderWidth, color, outlineStyle, outlineColor].join();
}"""


def look(of: Locator) -> str:
    """Everything of an element's own look that shows a state."""
    seen: str = of.evaluate(SEEN)
    return seen


@pytest.fixture
def shopper(page: Page, app, running: RunningShop) -> Page:
    """A browser at a product with a choice to make."""
    make.product("Slack Tide", slug="slack-tide", options={"Size": ("A4", "A3")})
    running.start_web()
    page.goto(f"{running.address}/products/slack-tide")
    return page


def test_nothing_moves_when_less_motion_is_wished_for(shopper: Page):
    shopper.emulate_media(reduced_motion="reduce")

    shopper.get_by_role("button", name="Add to cart").click()
    expect(shopper.get_by_role("dialog", name="Cart")).to_be_visible()

    assert shopper.evaluate(MOVING) == []


def test_choice_button_and_focus_are_seen_in_forced_colours(shopper: Page):
    shopper.emulate_media(forced_colors="active")

    chosen, other = (shopper.locator("label", has_text=size).first for size in ("A4", "A3"))
    assert look(chosen) != look(other)
    button = shopper.get_by_role("button", name="Add to cart")
    assert button.evaluate("(one) => parseFloat(getComputedStyle(one).borderTopWidth)") > 0
    before = look(button)
    button.focus()
    shopper.keyboard.press("Shift+Tab")
    shopper.keyboard.press("Tab")
    assert look(button) != before


def test_choice_that_is_sold_out_is_seen_in_forced_colours(page: Page, app, shop: RunningShop):
    _here, gone = make.product("Fern", slug="fern", options={"Size": ("A4", "A3")}).variants
    inventory.adjust(gone.id, 0, version=inventory.levels([gone.id])[gone.id].version, reason="broken", actor="test")
    page.emulate_media(forced_colors="active")

    page.goto(f"{shop.address}/products/fern")

    struck = [
        page.locator("label", has_text=size).first.evaluate("label => getComputedStyle(label).textDecorationLine")
        for size in ("A4", "A3")
    ]
    assert struck == ["none", "line-through"]


def test_collection_that_is_open_is_seen_in_forced_colours(shopper: Page, running: RunningShop):
    for slug in ("drift", "fern"):
        catalog.save_collection(catalog.Collection(id=f"c-{slug}", slug=slug, title=slug.title()))
    shopper.emulate_media(forced_colors="active")
    current, other = (shopper.locator(".nav").get_by_role("link", name=name) for name in ("Drift", "Fern"))

    def is_listed() -> bool:  # pages may be two seconds behind
        shopper.goto(f"{running.address}/collections/drift")
        return other.count() > 0

    wait_until(is_listed)
    assert look(current) != look(other)
