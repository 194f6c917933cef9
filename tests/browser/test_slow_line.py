"""A slow or broken line: what is asked for comes late, or does not come."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import make
from tests.running import RunningShop


@pytest.fixture
def address(app, running: RunningShop) -> str:
    """The page of a print in two sizes."""
    make.product("Undertow", slug="undertow", options={"Size": ("Small", "Large")}, stock=5)
    running.start_web()
    return f"{running.address}/products/undertow"


@contextmanager
def held(page: Page, pattern: str) -> Iterator[None]:
    """Leave what is asked for unanswered until the block ends."""
    page.route(pattern, lambda _: None)
    yield
    page.unroute(pattern)


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
