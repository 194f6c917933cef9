"""The product gallery under a script, and what is left of it without one."""

import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from tests import showcase


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    app = showcase.make_app()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/dev/ui"
    server.shutdown()
    thread.join()
    server.server_close()


def test_thumbnail_shows_its_picture_without_moving_the_page(page: Page, address):
    page.emulate_media(reduced_motion="reduce")
    page.goto(address)
    page.locator(".gallery").evaluate("gallery => gallery.scrollIntoView({ block: 'end' })")  # the thumbnails in view
    before = page.evaluate("scrollY")

    page.locator(".gallery__thumb").nth(2).click()

    expect(page.locator("#picture-3")).to_be_in_viewport(ratio=0.5)
    expect(page.locator(".gallery__thumb[aria-current=true] img")).to_have_attribute("alt", "Picture 3")
    assert page.evaluate("scrollY") == before


def test_arrow_keys_turn_the_pictures(page: Page, address):
    page.emulate_media(reduced_motion="reduce")
    page.goto(address)
    page.locator(".gallery__track").focus()

    page.keyboard.press("ArrowRight")

    expect(page.locator(".gallery__thumb[aria-current=true] img")).to_have_attribute("alt", "Picture 2")


@pytest.mark.parametrize("width", [390, 393])  # at some, four fifths of a height end within a pixel
def test_finger_that_moves_up_over_a_picture_moves_the_page(browser: Browser, address, width):
    phone = {"width": width, "height": 800}
    with browser.new_context(viewport=phone, has_touch=True, is_mobile=True, reduced_motion="reduce") as context:
        page = context.new_page()
        page.goto(address)
        page.locator(".gallery__track").evaluate("track => track.scrollIntoView({ block: 'center' })")
        before = page.evaluate("scrollY")

        finger = context.new_cdp_session(page)
        finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": 190, "y": 500}]})
        for y in range(490, 290, -10):
            finger.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": 190, "y": y}]})
        finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

        page.wait_for_function("before => scrollY > before + 50", arg=before)


def test_thumbnail_leads_to_its_picture_without_a_script(browser: Browser, address):
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(address)

        page.locator(".gallery__thumb").nth(2).click()

        expect(page).to_have_url(f"{address}#picture-3")
        expect(page.locator("#picture-3")).to_be_in_viewport(ratio=0.5)


@pytest.mark.parametrize("width", [320, 390, 768, 1360])
def test_components_fit_the_width(page: Page, address, width):
    page.set_viewport_size({"width": width, "height": 800})

    page.goto(address)

    expect(page.locator("h1").first).to_have_text("Components")
    assert page.evaluate("document.documentElement.scrollWidth") == width
