"""Filters and Back in a real browser, with a script and without."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from app.services import search
from tests import make
from tests.running import RunningShop


@pytest.fixture
def address(app, running: RunningShop) -> str:
    make.product("Tide", price=1900, options={"Size": ("Small", "Large")})
    make.product("Dune", price=2900, options={"Size": ("Small",)})
    make.product("Fern", price=9900, options={"Size": ("Large",)})
    search.index_stale()
    running.start_web()
    return f"{running.address}/products?sort=title"


def test_filter_swaps_list_facets_and_address_and_back_restores_them(page: Page, address):
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(address)
    page.evaluate("window.isSamePage = true")

    page.get_by_label(re.compile("^Large")).check()

    expect(page.locator(".card__name")).to_have_text(["Fern", "Tide"])
    expect(page.locator(".chip")).to_have_text(re.compile("Large"))
    expect(page).to_have_url(f"{address}&f=Size%3ALarge")  # without the empty fields of the price
    expect(page.get_by_label(re.compile("^Large"))).to_be_focused()
    assert page.evaluate("window.isSamePage")
    page.go_back()
    expect(page.locator(".card__name")).to_have_text(["Dune", "Fern", "Tide"])
    expect(page.get_by_label(re.compile("^Large"))).not_to_be_checked()
    page.go_forward()
    expect(page.locator(".card__name")).to_have_text(["Fern", "Tide"])
    expect(page.get_by_label(re.compile("^Large"))).to_be_checked()


def test_filter_and_order_share_a_row_on_the_smallest_telephone(page: Page, address):
    page.set_viewport_size({"width": 320, "height": 640})

    page.goto(f"{address}&f=Size%3ALarge&f=Size%3ASmall")

    opener, order = page.get_by_role("button", name="Filter (2)"), page.get_by_label("Sort by")
    tops = [each.evaluate("control => control.getBoundingClientRect().top") for each in (opener, order)]
    assert tops[0] == tops[1]


def test_only_what_was_chosen_is_ticked(page: Page, app, running: RunningShop):
    frames, papers = ("None", "Oak", "Black"), ("Matte", "Rag")
    for number in range(4):
        make.product(f"Framed {number}", options={"Size": ("A4", "A3"), "Frame": frames})
        make.product(f"On paper {number}", options={"Size": ("A4", "A3"), "Paper": papers})
    make.product("Notebook", options={"Ruling": ("Plain", "Dotted")}, stock=0)
    search.index_stale()
    running.start_web()
    page.set_viewport_size({"width": 1280, "height": 1200})
    boxes = page.locator("#list-facets input[type=checkbox]")
    page.goto(f"{running.address}/products")
    values = boxes.evaluate_all("boxes => boxes.map(box => box.value)")
    assert len(values) >= 9

    wrong = {}
    for value in values:
        page.goto(f"{running.address}/products")
        page.locator(f'#list-facets input[value="{value}"]').check()
        expect(page.locator(".chip")).to_have_count(1)
        ticked = boxes.evaluate_all("boxes => boxes.filter(box => box.checked).map(box => box.value)")
        if ticked != [value]:
            wrong[value] = ticked

    assert wrong == {}


def test_facets_of_a_phone_stay_open_while_choosing(page: Page, address):
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(address)
    expect(page.locator("#list-facets")).to_be_hidden()

    page.get_by_role("button", name="Filter").click()
    page.get_by_label(re.compile("^Large")).check()
    expect(page.get_by_role("button", name="Show 2 products")).to_be_visible()
    page.get_by_role("button", name="Show 2 products").click()

    expect(page.locator("#list-facets")).to_be_hidden()
    expect(page.locator(".card__name")).to_have_text(["Fern", "Tide"])
    expect(page.get_by_role("button", name="Filter (1)")).to_be_visible()


@pytest.mark.parametrize("answer", ["none", "refused"])
def test_choice_that_was_not_answered_is_taken_back_and_told_of(page: Page, address, answer):
    refusal = (
        '<hx-partial hx-target="#notices" hx-swap="innerHTML"><p class="notice">A little too fast.</p></hx-partial>'
    )
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(address)
    page.route("**/products?*", lambda route: route.abort() if answer == "none" else route.fulfill(
        status=429, body=refusal, content_type="text/html"
    ))  # fmt: skip
    page.get_by_role("button", name="Filter").click()

    page.get_by_label(re.compile("^Large")).click()

    expect(page.locator("#notices")).to_contain_text("did not answer" if answer == "none" else "too fast")
    expect(page.locator("#list-facets")).to_be_hidden()  # it would stand over what the notice says
    page.get_by_role("button", name="Filter").click()
    expect(page.get_by_label(re.compile("^Large"))).not_to_be_checked()
    expect(page.get_by_role("button", name="Show 3 products")).to_be_visible()

    page.get_by_label("Highest price").fill("50")
    page.keyboard.press("Tab")

    expect(page.locator("#list-facets")).to_be_hidden()
    expect(page.get_by_label("Highest price")).to_have_value("50")


def test_filter_is_a_plain_form_without_a_script(browser: Browser, address):
    with browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 800}) as context:
        page = context.new_page()
        page.goto(address)

        page.get_by_role("button", name="Filter").click()
        page.get_by_label(re.compile("^Large")).check()
        page.get_by_label("Highest price").fill("50")
        page.get_by_role("button", name="Show these").click()

        expect(page.locator(".card__name")).to_have_text(["Tide"])
        expect(page).to_have_url(re.compile("f=Size%3ALarge"))
