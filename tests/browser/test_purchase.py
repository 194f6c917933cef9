"""The purchase in a real browser with JavaScript on, against the whole shop as processes and its companies."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import ConsoleMessage, Locator, Page, expect

from app.services import checkout, orders
from tests import make
from tests.browser.hands import card_form, fill_address, fill_card, tab_to
from tests.companies import Companies
from tests.engines import Stores
from tests.running import RunningShop, wait_until

GOOD, DECLINED, ASKS_THE_BANK = "4242424242424242", "4000000000000002", "4000000000003220"
NARROW = {"width": 320, "height": 640}
# What Chromium itself prints for every answer above 399, however well the page handles it.
A_DECLINE = "Failed to load resource: the server responded with a status of 402"


@pytest.fixture(scope="module")
def shop(
    shop_settings: dict[str, str], worker_stores: Stores, all_companies: Companies, one_app: Flask
) -> Iterator[RunningShop]:
    """The whole shop, started once: the tests here share it and its stores, each with a product of its own."""
    worker_stores.empty()
    all_companies.reset()
    running = RunningShop(shop_settings)
    try:
        running.start_web()
        running.start_worker()
        running.start_scheduler()
        with one_app.app_context():
            yield running
    finally:
        running.close()


@pytest.fixture
def complaints(page: Page, shop: RunningShop) -> Iterator[list[str]]:
    """What the console said in anger on the shop's pages. A test takes out what it provokes; the rest fails it."""
    said: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and page.url.startswith(shop.address):
            said.append(f"{message.text} ({page.url})")

    page.on("console", note)
    page.on("pageerror", lambda error: said.append(str(error)))
    yield said
    assert said == []


@pytest.fixture
def shopper(page: Page, shop: RunningShop, complaints: list[str]) -> Page:
    """A stranger's browser whose console stays silent."""
    return page


@pytest.fixture
def waiting() -> checkout.Placed:
    """An order that waits for its payment in the shop's own page: €29.00 and €4.90 for its delivery."""
    return make.place(make.buyer(make.variant()), method="element")


def pay_button(page: Page) -> Locator:
    return page.get_by_role("button", name="Pay €33.90")


def thanks(page: Page) -> Locator:
    return page.get_by_role("heading", name="Thank you, it is yours.")


def test_a_print_is_chosen_changed_ordered_and_paid_on_this_site(
    shopper: Page, shop: RunningShop, all_companies: Companies
) -> None:
    product = make.product("Herring Gull", options={"Size": ("A4", "A3")}, stock=5)

    shopper.goto(f"{shop.address}/products/{product.slug}")
    shopper.evaluate("window.isSamePage = true")
    shopper.get_by_role("radio", name="A3").check()
    expect(shopper.locator(".option-picker__chosen")).to_have_text("A3")
    expect(shopper).to_have_url(re.compile(r"\?.*=A3"))
    shopper.get_by_role("button", name="Add to cart").click()
    expect(shopper.locator("#cart-badge .header__count")).to_have_text("1")
    expect(shopper.get_by_role("dialog", name="Cart")).to_contain_text("Herring Gull, A3, is in your cart.")
    shopper.get_by_label("Quantity of Herring Gull, A3").fill("2")
    shopper.keyboard.press("Tab")
    expect(shopper.locator("#cart-sum")).to_contain_text("€58.00")
    assert shopper.evaluate("window.isSamePage")

    shopper.get_by_role("link", name="Checkout").click()
    shopper.evaluate("window.isSamePage = true")
    shopper.select_option("#country", "US")
    expect(shopper.get_by_label("State")).to_be_visible()
    shopper.select_option("#country", "DE")
    expect(shopper.get_by_label("State")).to_have_count(0)
    assert shopper.evaluate("window.isSamePage")
    fill_address(shopper, "gull@example.org")
    shopper.get_by_role("button", name="Continue to delivery").click()
    shopper.get_by_role("button", name="Continue to payment").click()
    expect(shopper.locator("#checkout-sum")).to_contain_text("€62.90")
    shopper.get_by_role("checkbox").check()
    shopper.get_by_role("radio", name="Card, on this site").check()
    shopper.get_by_role("button", name="Order and pay").click()
    fill_card(shopper, GOOD)
    shopper.get_by_role("button", name="Pay €62.90").click()

    expect(thanks(shopper)).to_be_visible()
    expect(shopper.locator("#cart-badge .header__count")).to_have_count(0)
    wait_until(
        lambda: [mail for mail in all_companies.ledger()["mails"] if mail["to"] == "gull@example.org"],
        what="the mail that confirms the order",
    )


def test_stripes_own_page_leads_back_to_the_thanks(shopper: Page, shop: RunningShop) -> None:
    product = make.product("Cormorant", stock=1)
    shopper.goto(f"{shop.address}/products/{product.slug}")
    shopper.get_by_role("button", name="Add to cart").click()
    expect(shopper.locator("#cart-badge .header__count")).to_have_text("1")
    shopper.goto(f"{shop.address}/checkout/address")
    fill_address(shopper, "cormorant@example.org")
    shopper.get_by_role("button", name="Continue to delivery").click()
    shopper.get_by_role("button", name="Continue to payment").click()
    shopper.get_by_role("checkbox").check()

    shopper.get_by_role("button", name="Order and pay €33.90", exact=True).click()
    shopper.get_by_label("Card number").fill(GOOD)
    shopper.get_by_label("Expiry").fill("12/40")
    shopper.get_by_label("CVC").fill("123")
    shopper.get_by_role("button", name="Pay").click()

    expect(thanks(shopper)).to_be_visible()
    assert shopper.url.startswith(f"{shop.address}/orders/")


def test_declined_card_is_told_and_another_one_pays(
    shopper: Page, shop: RunningShop, waiting: checkout.Placed, complaints: list[str]
) -> None:
    shopper.goto(f"{shop.address}/checkout/pay/{waiting.token}")
    fill_card(shopper, DECLINED)

    pay_button(shopper).click()

    expect(shopper.get_by_role("alert")).to_have_text("Your card was declined.")
    expect(pay_button(shopper)).to_be_focused()
    fill_card(shopper, GOOD)
    pay_button(shopper).click()
    expect(thanks(shopper)).to_be_visible()
    assert len([line for line in complaints if line.startswith(A_DECLINE)]) == 1
    complaints[:] = [line for line in complaints if not line.startswith(A_DECLINE)]


def test_bank_asks_and_is_answered(shopper: Page, shop: RunningShop, waiting: checkout.Placed) -> None:
    shopper.goto(f"{shop.address}/checkout/pay/{waiting.token}")
    fill_card(shopper, ASKS_THE_BANK)
    pay_button(shopper).click()

    shopper.frame_locator("iframe[name=stripe-challenge-frame]").get_by_role("button", name="Complete").click()

    expect(thanks(shopper)).to_be_visible()


def test_bank_says_no_and_the_order_still_waits(shopper: Page, shop: RunningShop, waiting: checkout.Placed) -> None:
    shopper.goto(f"{shop.address}/checkout/pay/{waiting.token}")
    fill_card(shopper, ASKS_THE_BANK)
    pay_button(shopper).click()

    shopper.frame_locator("iframe[name=stripe-challenge-frame]").get_by_role("button", name="Fail").click()

    expect(shopper.get_by_role("alert")).to_contain_text("authenticate")
    expect(pay_button(shopper)).to_be_enabled()
    shopper.goto(f"{shop.address}/orders/{waiting.token}")
    expect(shopper.get_by_role("button", name="Pay by card on this site")).to_be_visible()


def test_abandoned_payment_waits_and_is_paid_later(shopper: Page, shop: RunningShop, waiting: checkout.Placed) -> None:
    shopper.goto(f"{shop.address}/checkout/pay/{waiting.token}")
    shopper.goto(f"{shop.address}/orders/{waiting.token}")
    expect(shopper.get_by_role("heading", name="Your order is awaiting payment.")).to_be_visible()

    shopper.get_by_role("button", name="Pay by card on this site").click()
    fill_card(shopper, GOOD)
    pay_button(shopper).click()

    expect(thanks(shopper)).to_be_visible()


def test_second_tab_that_pays_what_is_paid_shows_the_order(
    shopper: Page, shop: RunningShop, waiting: checkout.Placed, complaints: list[str]
) -> None:
    tabs = [shopper.context.new_page(), shopper]
    for tab in tabs:
        tab.goto(f"{shop.address}/checkout/pay/{waiting.token}")
        fill_card(tab, GOOD)

    for tab in tabs:
        pay_button(tab).click()
        expect(thanks(tab)).to_be_visible()
    complaints[:] = [line for line in complaints if "the server responded with a status of 400" not in line]


def test_back_after_paying_shows_the_truth(
    shopper: Page, shop: RunningShop, waiting: checkout.Placed, all_companies: Companies
) -> None:
    shopper.goto(f"{shop.address}/checkout/pay/{waiting.token}")
    fill_card(shopper, GOOD)
    pay_button(shopper).click()
    expect(thanks(shopper)).to_be_visible()
    charges = len(all_companies.ledger()["charges"])

    shopper.go_back()

    expect(thanks(shopper)).to_be_visible()
    expect(pay_button(shopper)).to_have_count(0)
    assert len(all_companies.ledger()["charges"]) == charges


def test_order_page_turns_by_itself_when_the_payment_is_told(
    shopper: Page, shop: RunningShop, waiting: checkout.Placed
) -> None:
    shopper.goto(f"{shop.address}/orders/{waiting.token}?from=payment")
    expect(shopper.get_by_role("heading", name="Confirming your payment…")).to_be_visible()
    shopper.evaluate("window.isSamePage = true")
    again = shopper.get_by_role("link", name="Payment not completed? Pay again")
    again.focus()
    with shopper.expect_response("**from=payment"):
        pass
    expect(again).to_be_focused()

    other = shopper.context.new_page()
    other.goto(f"{shop.address}/checkout/pay/{waiting.token}")
    fill_card(other, GOOD)
    pay_button(other).click()

    expect(thanks(shopper)).to_be_visible()
    assert shopper.evaluate("window.isSamePage")


def test_purchase_by_keyboard_alone(shopper: Page, shop: RunningShop) -> None:
    product = make.product("Sandpiper", options={"Size": ("A4", "A3")}, stock=2)
    shopper.goto(f"{shop.address}/products/{product.slug}")

    tab_to(shopper.get_by_role("radio", name="A4"))
    shopper.keyboard.press("ArrowRight")
    expect(shopper.locator(".option-picker__chosen")).to_have_text("A3")
    expect(shopper.get_by_role("radio", name="A3")).to_be_focused()
    tab_to(shopper.get_by_role("button", name="Add to cart"))
    shopper.keyboard.press("Enter")
    expect(shopper.locator("#cart-badge .header__count")).to_have_text("1")
    tab_to(shopper.get_by_role("link", name="Checkout"))
    shopper.keyboard.press("Enter")
    for name, text in ({"email": "sandpiper@example.org"} | make.ADDRESSES["DE"]).items():
        if name != "country":
            tab_to(shopper.locator(f"#{name}"))
            shopper.keyboard.type(text)
    shopper.keyboard.press("Enter")  # in a field: it must not press the button that only brings other fields
    tab_to(shopper.get_by_role("radio").first)
    shopper.keyboard.press("Enter")
    tab_to(shopper.get_by_role("radio", checked=True))
    shopper.keyboard.press("ArrowDown")
    tab_to(shopper.get_by_role("checkbox"))
    shopper.keyboard.press("Space")
    tab_to(shopper.get_by_role("button", name="Order and pay"))
    shopper.keyboard.press("Enter")
    for name, text in {"number": GOOD, "expiry": "1240", "cvc": "123"}.items():
        tab_to(card_form(shopper).locator(f"[name={name}]"))
        shopper.keyboard.type(text)
    tab_to(pay_button(shopper))
    shopper.keyboard.press("Enter")

    expect(thanks(shopper)).to_be_visible()


def test_no_page_of_the_purchase_is_wider_than_a_small_telephone(
    shopper: Page, shop: RunningShop, waiting: checkout.Placed
) -> None:
    title = "Donaudampfschifffahrtsgesellschaftskapitän"
    product = make.product(title, options={"Paper": ("Hahnemühle Photo Rag Baryta 315 g", "A3")}, stock=2)
    shopper.set_viewport_size(NARROW)
    too_wide: list[str] = []

    def look() -> None:
        # A scrollbar that takes room is part of the 320 px.
        widths = "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        whole, seen = shopper.evaluate(widths)
        if whole > seen:
            too_wide.append(f"{shopper.url}: {whole} px in {seen}")

    def see(address: str) -> None:
        shopper.goto(f"{shop.address}{address}")
        look()

    words = ("/terms", "/privacy", "/imprint", "/shipping")
    for address in ("/", "/products", "/collections", "/search?q=gull", "/cart", *words):
        see(address)
    see(f"/products/{product.slug}")
    shopper.get_by_role("button", name="Add to cart").click()
    expect(shopper.locator("#cart-lines")).to_contain_text("is in your cart")
    look()
    see("/cart")
    see("/checkout/address")
    fill_address(shopper, "a-rather-long-name-of-a-mailbox@mail.donaudampfschifffahrt.example.org")
    shopper.get_by_role("button", name="Continue to delivery").click()
    expect(shopper.get_by_role("heading", name="Choose delivery")).to_be_visible()
    look()
    shopper.get_by_role("button", name="Continue to payment").click()
    expect(shopper.get_by_role("heading", name="Review and pay")).to_be_visible()
    look()
    see(f"/checkout/pay/{waiting.token}")
    expect(pay_button(shopper)).to_be_enabled()
    look()
    see(f"/orders/{waiting.token}")
    see(f"/orders/{orders.token_of(make.order(paid=True).id)}")

    assert too_wide == []
