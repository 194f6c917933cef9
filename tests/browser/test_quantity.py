"""The buttons beside a number: a step each, saved as what is typed is, and what no step leads to."""

from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page, expect

from app.services import catalog
from tests import make


def button(page: Page, name: str):
    return page.get_by_role("button", name=name, exact=True)


def test_steps_on_the_product_page_and_in_the_drawer(page: Page, shop, tide):
    page.goto(f"{shop.address}/products/slack-tide")
    expect(button(page, "One less of Slack Tide")).to_be_disabled()

    button(page, "One more of Slack Tide").click()

    expect(page.locator("#quantity")).to_have_value("2")
    button(page, "Add to cart").click()
    drawer = page.get_by_role("dialog", name="Cart")
    drawer.get_by_role("button", name="One less of Slack Tide").click()
    expect(drawer.locator("#cart-sum")).to_contain_text("€29.00")
    expect(drawer.get_by_role("button", name="One less of Slack Tide")).to_be_disabled()
    drawer.get_by_role("button", name="One more of Slack Tide").click()
    expect(drawer.locator("#cart-sum")).to_contain_text("€58.00")
    expect(drawer.get_by_role("button", name="One more of Slack Tide")).to_be_focused()


def test_quick_steps_all_count(page: Page, shop, tide):
    page.request.post(
        f"{shop.address}/cart/lines", form={"variant": tide.id}, headers={"Sec-Fetch-Site": "same-origin"}
    )
    page.goto(f"{shop.address}/cart")

    page.eval_on_selector(f"#quantity-{tide.id}-more", "more => { more.click(); more.click(); more.click(); }")

    expect(page.locator("#cart-sum")).to_contain_text("€116.00")
    expect(page.locator(f"#quantity-{tide.id}")).to_have_value("4")
    expect(page.locator("#cart-lines [role=alert]")).to_have_count(0)


def test_step_pressed_before_the_answer_is_shown_waits_for_it(page: Page, shop, tide):
    page.request.post(
        f"{shop.address}/cart/lines", form={"variant": tide.id}, headers={"Sec-Fetch-Site": "same-origin"}
    )
    page.goto(f"{shop.address}/cart")

    page.evaluate(
        """more => {
            const press = () => document.getElementById(more).click(), send = window.fetch;
            window.fetch = async (...request) => {
                const answer = await send(...request);
                window.fetch = send;
                press();
                return answer;
            };
            press();
        }""",
        f"quantity-{tide.id}-more",
    )

    expect(page.locator("#cart-sum")).to_contain_text("€87.00")
    expect(page.locator(f"#quantity-{tide.id}")).to_have_value("3")
    expect(page.locator("#cart-lines [role=alert]")).to_have_count(0)


def test_steps_are_as_large_as_what_is_sold_at_once(page: Page, shop):
    cards = make.product("Cards", slug="cards", stock=40)
    catalog.save_product(replace(cards, batch=catalog.Batch(least=6, step=6, most=12)))
    page.goto(f"{shop.address}/products/cards")

    button(page, "6 more of Cards").click()

    expect(page.locator("#quantity")).to_have_value("12")
    expect(button(page, "6 more of Cards")).to_be_disabled()
    expect(button(page, "6 less of Cards")).to_be_enabled()


def test_number_stands_alone_without_a_script(browser: Browser, shop, tide):
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{shop.address}/products/slack-tide")

        expect(page.get_by_label("Quantity of Slack Tide")).to_be_visible()
        expect(page.locator(".quantity__step").first).to_be_hidden()


@pytest.mark.parametrize(
    ("button", "arrives"), [("Update", "/cart"), ("Remove Spring", "/cart"), ("Checkout", "/checkout/address")]
)
def test_numbers_of_two_lines_are_saved_by_one_button_without_a_script(browser: Browser, shop, tide, button, arrives):
    other, third = make.variant(title="Neap", stock=5), make.variant(title="Spring")
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        for each in (tide, other, third):
            page.request.post(
                f"{shop.address}/cart/lines", form={"variant": each.id}, headers={"Sec-Fetch-Site": "same-origin"}
            )
        page.goto(f"{shop.address}/cart")
        page.get_by_label("Quantity of Slack Tide").fill("2")
        page.get_by_label("Quantity of Neap").fill("3")

        page.get_by_role("button", name=button, exact=True).first.click()

        page.wait_for_url(f"{shop.address}{arrives}")
        page.goto(f"{shop.address}/cart")
        expect(page.get_by_label("Quantity of Slack Tide")).to_have_value("2")
        expect(page.get_by_label("Quantity of Neap")).to_have_value("3")
        expect(page.get_by_role("link", name="Spring")).to_have_count(0 if "Spring" in button else 1)


def test_enter_saves_the_number_and_removes_nothing_without_a_script(browser: Browser, shop, tide):
    gone = make.variant(title="Ebb", stock=1)
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        for each in (gone, tide):
            page.request.post(
                f"{shop.address}/cart/lines", form={"variant": each.id}, headers={"Sec-Fetch-Site": "same-origin"}
            )
        make.place(make.buyer(gone))
        page.goto(f"{shop.address}/cart")
        expect(page.locator("#cart-lines")).to_contain_text("Sold out. Remove it to go on.")
        page.get_by_label("Quantity of Slack Tide").fill("2")

        with page.expect_navigation():
            page.keyboard.press("Enter")

        expect(page.locator("#cart-sum")).to_contain_text("€58.00")
        expect(page.locator("#cart-lines")).to_contain_text("Ebb")
