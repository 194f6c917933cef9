"""What people set in their system is heeded: less motion, their own colours."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests import make
from tests.running import RunningShop

MOVING = """[...document.querySelectorAll("*")].filter((each) => {
  const { animationName, transitionDuration } = getComputedStyle(each);
  return animationName !== "none" || transitionDuration.split(",").some((one) => parseFloat(one) > 0);
}).map((each) => each.outerHTML.slice(0, 100))"""
SEEN = """(element) => {
  const { backgroundColor, borderColor, borderWidth, color, outlineStyle, outlineColor } = getComputedStyle(element);
  return [backgroundColor, borderColor, borderWidth, color, outlineStyle, outlineColor].join();
}"""


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

    def look(of: Locator) -> str:
        seen: str = of.evaluate(SEEN)
        return seen

    chosen, other = (shopper.locator("label", has_text=size).first for size in ("A4", "A3"))
    assert look(chosen) != look(other)
    button = shopper.get_by_role("button", name="Add to cart")
    assert button.evaluate("(one) => parseFloat(getComputedStyle(one).borderTopWidth)") > 0
    before = look(button)
    button.focus()
    shopper.keyboard.press("Shift+Tab")
    shopper.keyboard.press("Tab")
    assert look(button) != before
