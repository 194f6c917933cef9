"""Cards on telephones and tablets: how many stand beside each other, and whether their pictures are sharp."""

import pytest
from playwright.sync_api import Browser, Page, expect

from app.services import images, search
from tests import make
from tests.browser.hands import PATIENCE
from tests.pictures import picture_bytes
from tests.running import RunningShop

DOTS_A_PIXEL = 2
RING = 6  # how far the ring of what has the focus goes beyond a card


@pytest.fixture
def address(app, running: RunningShop) -> str:
    """The list of four products with a large picture."""
    images.make_bucket()
    picture = images.add(picture_bytes(900, 1200), "A print")
    for place in range(4):
        make.product(f"Print {place}", slug=f"print-{place}", media=(picture,))
    search.index_stale()
    running.start_web()
    return f"{running.address}/products"


@pytest.mark.parametrize(("width", "beside"), [(320, 2), (360, 2), (768, 3)])
def test_cards_stand_beside_each_other_in_sharp_pictures(browser: Browser, address, width, beside):
    screen = {"width": width, "height": 800}
    with browser.new_context(viewport=screen, device_scale_factor=DOTS_A_PIXEL) as context:
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.goto(address)
        first = page.locator(".card img").first
        expect(first).to_have_js_property("complete", value=True)

        tops = page.locator(".card").evaluate_all("cards => cards.map(card => card.getBoundingClientRect().top)")
        dots = first.evaluate("img => parseInt(img.currentSrc.split('/').pop()) / img.width")

    assert tops.count(tops[0]) == beside
    assert dots > DOTS_A_PIXEL * 0.8


@pytest.mark.parametrize("width", [390, 1280])
def test_what_is_far_below_waits_and_back_leads_to_where_one_was(page: Page, running: RunningShop, width):
    for place in range(24):
        make.product(f"Print {place:02}", slug=f"print-{place:02}")
    search.index_stale()
    running.start_web()
    page.set_viewport_size({"width": width, "height": 700})
    page.goto(f"{running.address}/products")
    last, middle = page.locator(".card").last, page.locator(".card").nth(12)
    is_laid_out = "card => card.checkVisibility({ contentVisibilityAuto: true })"
    assert not last.evaluate(is_laid_out)
    middle.scroll_into_view_if_needed()
    before, clip = middle.bounding_box(), middle.locator("..").bounding_box()
    assert before
    assert clip
    assert before["x"] - clip["x"] >= RING
    assert clip["y"] + clip["height"] - before["y"] - before["height"] >= RING

    page.goto(f"{running.address}/cart")
    page.go_back()

    expect(middle).to_be_in_viewport()
    found = middle.bounding_box()
    assert found
    assert found["y"] == pytest.approx(before["y"], abs=30)  # what is above has a guessed height
    last.scroll_into_view_if_needed()
    assert last.evaluate(is_laid_out)
