"""Cards on telephones and tablets: how many stand beside each other, and whether their pictures are sharp."""

import pytest
from playwright.sync_api import Browser, expect

from app.services import images, search
from tests import make
from tests.browser.hands import PATIENCE
from tests.pictures import picture_bytes
from tests.running import RunningShop

DOTS_A_PIXEL = 2


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
