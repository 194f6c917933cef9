"""Suggestions by keyboard in a real browser; without a script the box searches."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from app.services import search
from tests import make
from tests.running import RunningShop


@pytest.fixture
def address(app, running: RunningShop) -> str:
    make.product("Slack Tide", slug="slack-tide")
    make.product("Slate", slug="slate")
    make.product("Fern", slug="fern")
    search.index_stale()
    running.start_web()
    return f"{running.address}/search"


def test_suggestion_is_chosen_by_keyboard(page: Page, address):
    page.goto(address)
    box = page.get_by_role("combobox", name="Search")

    box.press_sequentially("sla")

    options = page.get_by_role("option")
    expect(options).to_have_count(3)
    expect(box).to_have_attribute("aria-expanded", "true")
    box.press("ArrowDown")
    box.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", "suggested-2")
    name = options.nth(1).locator(".suggestion__name").text_content()
    box.press("Enter")
    expect(page.locator("h1")).to_have_text(name or "")
    expect(page).to_have_url(re.compile("/products/"))


def test_escape_closes_and_enter_searches(page: Page, address):
    page.goto(address)
    box = page.get_by_role("combobox", name="Search")
    box.press_sequentially("sla")
    expect(page.get_by_role("option").first).to_be_visible()

    box.press("Escape")
    expect(page.get_by_role("option").first).to_be_hidden()
    expect(box).to_have_value("sla")
    box.press("Enter")

    expect(page).to_have_url(re.compile(r"/search\?q=sla$"))
    expect(page.locator(".card__name")).to_have_count(2)


def test_box_searches_without_a_script(browser: Browser, address):
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(address)
        page.get_by_role("searchbox", name="Search").fill("fern")
        page.keyboard.press("Enter")

        expect(page.locator(".card__name")).to_have_text(["Fern"])
