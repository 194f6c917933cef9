"""Choosing, looking and buying on the product page, with and without a script, by mouse, touch and keyboard."""

import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from app.services import catalog, images, search
from tests import make
from tests.browser.hands import tab_to
from tests.pictures import picture_bytes
from tests.running import RunningShop, wait_until

CLEAR_OF_THE_BAR = """element => {
  const box = element.getBoundingClientRect(), bar = document.querySelector(".product__buy");
  return bar.contains(element) || (box.bottom > 0 && box.top < bar.getBoundingClientRect().top);
}"""


@pytest.fixture
def address(app, running: RunningShop) -> str:
    """The page of a print in two sizes and two frames: the large one has a picture of its own and no oak."""
    images.make_bucket()
    pictures = tuple(images.add(picture_bytes(900 + place, 1200), f"View {place}") for place in range(3))
    whole = make.product(
        "Undertow", slug="undertow", options={"Size": ("Small", "Large"), "Frame": ("None", "Oak")}, media=pictures,
        description="<p>Drawn by rule and by chance.</p>" * 12,
    )  # fmt: skip
    large = replace(whole.variants[2], price=whole.variants[2].price * 2, media_key=pictures[2].key)
    catalog.save_product(replace(whole, variants=(*whole.variants[:2], large)))
    search.index_stale()
    running.start_web()
    return f"{running.address}/products/undertow"


def choose(page: Page, value: str) -> None:
    page.get_by_role("radio", name=value).check()


def test_choice_changes_address_price_picture_and_stock_at_once(page: Page, address):
    page.goto(address)
    page.evaluate("window.isSamePage = true")

    choose(page, "Large")

    expect(page.locator(".price__now")).to_have_text("€58.00")
    expect(page).to_have_url(f"{address}?o1=Large&o2=None")
    expect(page.locator("#picture-3")).to_be_in_viewport(ratio=0.5)
    expect(page.locator(".gallery__thumb").nth(2)).to_have_attribute("aria-current", "true")
    assert page.evaluate("window.isSamePage")


def test_choice_says_its_price_to_who_cannot_see_it(page: Page, address):
    page.goto(address)

    choose(page, "Large")

    expect(page.get_by_role("status").filter(has_text="€58.00")).to_be_visible()


def test_choice_that_leaves_the_picture_leaves_its_mark(page: Page, address):
    page.emulate_media(reduced_motion="reduce")
    page.goto(address)
    page.locator(".gallery__thumb").nth(1).click()
    expect(page.locator(".gallery__thumb[aria-current=true] img")).to_have_attribute("alt", "Picture 2")

    choose(page, "Oak")

    expect(page.locator("#product-choice legend").nth(1)).to_contain_text("Oak")
    expect(page.locator("#picture-2")).to_be_in_viewport(ratio=0.5)
    expect(page.locator(".gallery__thumb[aria-current=true] img")).to_have_attribute("alt", "Picture 2")


def test_back_and_forward_show_the_choice_of_their_address(page: Page, address):
    page.goto(address)
    choose(page, "Large")
    expect(page.locator(".price__now")).to_have_text("€58.00")
    choose(page, "Oak")
    expect(page.locator("#product-choice")).to_contain_text("Not available in this combination")

    page.go_back()
    expect(page.locator(".price__now")).to_have_text("€58.00")
    page.go_back()
    expect(page.locator(".price__now")).to_have_text("€29.00")
    expect(page.get_by_role("radio", name="Small")).to_be_checked()
    page.go_forward()
    expect(page.get_by_role("radio", name="Large")).to_be_checked()


def test_choice_keeps_the_focus_and_a_number_typed(page: Page, address):
    page.goto(address)
    page.fill("#quantity", "3")
    tab_to(page.get_by_role("radio", name="Small"))

    page.keyboard.press("ArrowDown")

    expect(page.locator(".price__now")).to_have_text("€58.00")
    expect(page.get_by_role("radio", name="Large")).to_be_focused()
    expect(page.locator("#quantity")).to_have_value("3")


def test_choice_works_without_a_script(browser: Browser, address):
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(address)
        choose(page, "Large")

        page.get_by_role("button", name="Show this choice").click()

        expect(page.locator(".price__now")).to_have_text("€58.00")
        expect(page.locator("#picture-3")).to_be_in_viewport(ratio=0.5)


def test_chosen_picture_is_in_view_without_a_script_also_when_it_comes_late(browser: Browser, address):
    whole = httpx.get(f"{address}?o1=Large&o2=None").text.replace("<head>", f'<head><base href="{address}">', 1)
    before, mark, after = whole.partition('<div class="gallery__slide gallery__slide--current"')
    assert mark
    rest = threading.Event()

    class SlowLine(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(before.encode())
            self.wfile.flush()
            rest.wait(30)
            self.wfile.write((mark + after).encode())

    with ThreadingHTTPServer(("127.0.0.1", 0), SlowLine) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            with browser.new_context(java_script_enabled=False) as context:
                page = context.new_page()
                page.goto(f"http://127.0.0.1:{server.server_port}", wait_until="commit")
                expect(page.locator("#picture-1")).to_be_in_viewport(ratio=0.5)
                rest.set()
                expect(page.locator("#picture-3")).to_be_in_viewport(ratio=0.5)
        finally:
            rest.set()
            server.shutdown()


def test_picture_opens_in_the_middle_of_a_telephone(page: Page, address):
    product = catalog.get("undertow")
    shown = replace(product.media[0], formats=images.make_better(product.media[0].key))
    catalog.save_product(replace(product, media=(shown, *product.media[1:])))
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(address)

    page.locator(".gallery__zoom").first.click()
    large = page.get_by_role("dialog").get_by_alt_text("View 0")
    expect(large).to_have_js_property("complete", value=True)

    box = large.bounding_box()
    assert (box["width"], box["height"]) == (390, 520)
    assert box["y"] == pytest.approx((844 - 520) / 2, abs=1)


def test_picture_opens_large_turns_and_closes_by_keyboard(page: Page, address):
    page.goto(address)
    tab_to(page.get_by_role("link", name="Open picture 1 large"))

    page.keyboard.press("Enter")
    zoom = page.get_by_role("dialog")
    expect(zoom.get_by_alt_text("View 0")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(zoom.get_by_alt_text("View 1")).to_be_visible()
    expect(zoom.locator("output")).to_have_text("2 / 3")
    page.keyboard.press("Escape")

    expect(zoom).to_be_hidden()
    expect(page.get_by_role("link", name="Open picture 1 large")).to_be_focused()
    expect(page).to_have_url(address)


def test_picture_comes_nearer_where_it_is_clicked(page: Page, address):
    page.goto(address)
    page.get_by_role("link", name="Open picture 1 large").click()
    stage = page.locator("[data-stage]")
    expect(stage.locator("img")).to_have_js_property("complete", True)
    before = stage.locator("img").bounding_box()

    stage.locator("img").click()

    assert stage.locator("img").bounding_box()["width"] > before["width"] * 1.3
    assert stage.evaluate("element => element.scrollHeight > element.clientHeight")
    stage.locator("img").click()
    assert stage.locator("img").bounding_box() == before


def test_picture_is_a_file_without_a_script(browser: Browser, address):
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(address)

        answer = page.request.get(address + "/../.." + page.locator(".gallery__zoom").first.get_attribute("href"))

        assert answer.headers["content-type"] == "image/jpeg"


@pytest.mark.parametrize("width", [320, 390])
def test_bar_on_phones_stays_in_view_and_hides_no_focus(page: Page, address, width):
    page.emulate_media(reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 640})
    page.goto(address)
    add = page.get_by_role("button", name="Add to cart")
    expect(add).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth") == width

    for _ in range(30):
        page.keyboard.press("Tab")
        if page.locator("main :focus").count():
            wait_until(
                lambda: page.locator(":focus").evaluate(CLEAR_OF_THE_BAR), what="what has the focus being in view"
            )
        if page.locator(".footer :focus").count():
            break

    page.locator(".prose").scroll_into_view_if_needed()
    expect(add).to_be_in_viewport(ratio=1)


def test_link_is_copied(page: Page, address):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(address)
    choose(page, "Large")
    expect(page).to_have_url(f"{address}?o1=Large&o2=None")

    page.get_by_role("button", name="Share").click()

    expect(page.locator("share-link")).to_contain_text("The link is copied.")
    assert page.evaluate("navigator.clipboard.readText()") == f"{address}?o1=Large&o2=None"
