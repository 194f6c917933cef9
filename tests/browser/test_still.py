"""Nothing moves while a page loads: pictures that come late find their place kept (cumulative layout shift of 0)."""

import pytest
from playwright.sync_api import Page, Route, expect

from app.services import catalog, images, search
from tests import make
from tests.pictures import picture_bytes
from tests.running import RunningShop

WATCH = """window.shifts = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    shifts.push([entry.value, ...entry.sources.map(({ node }) => node?.parentElement?.outerHTML.slice(0, 120))]);
  }
}).observe({ type: "layout-shift", buffered: true });"""


@pytest.fixture
def shop(app, running: RunningShop) -> RunningShop:
    """A shop with a shelf of six prints; the first is the picture of its window too."""
    images.make_bucket()
    pictures = [images.add(picture_bytes(600 + place, 800 - 40 * place)) for place in range(6)]
    prints = [
        make.product(f"Print {place}", slug=f"print-{place}", media=(pictures[place], pictures[place - 1]))
        for place in range(6)
    ]
    ids = tuple(each.id for each in prints)
    for slug, is_listed in ((catalog.HOME, False), ("drift", True)):
        catalog.save_collection(
            catalog.Collection(
                id=f"c-{slug}", slug=slug, title="Drift", description="Drawn by rule.", product_ids=ids,
                cover=pictures[0], is_listed=is_listed,
            )
        )  # fmt: skip
    search.index_stale()
    running.start_web()
    return running


def hold_pictures(page: Page) -> list[Route]:
    """Have every picture wait; return those that were asked for."""
    waiting: list[Route] = []

    def hold(route: Route) -> None:
        waiting.append(route)

    page.route("**/media/**", hold)
    return waiting


@pytest.mark.parametrize("width", [390, 1280])
def test_pages_stand_still_while_their_pictures_come(page: Page, shop, width):
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{shop.address}/terms")  # the fonts are here now; what follows is about pictures and late parts
    page.add_init_script(WATCH)
    [variant] = catalog.find_by_slug("print-0").variants
    page.request.post(
        f"{shop.address}/cart/lines", form={"variant": variant.id}, headers={"Sec-Fetch-Site": "same-origin"}
    )

    for address in ("/", "/collections/drift", "/products/print-1", "/products/print-0", "/cart"):
        waiting = hold_pictures(page)
        page.goto(shop.address + address, wait_until="domcontentloaded")
        expect(page.locator("main img").first).to_be_attached()
        for late in waiting:
            late.continue_()
        page.unroute("**/media/**")
        page.wait_for_load_state("networkidle")
        page.evaluate("scrollTo({ top: document.body.scrollHeight, behavior: 'instant' })")
        page.wait_for_load_state("networkidle")

        assert waiting, f"{address} asked for no picture before it was whole"
        assert page.evaluate("shifts") == [], address


def test_a_browser_that_knows_avif_asks_for_no_jpeg(page: Page, app, running: RunningShop):
    image = catalog.Media(key="k", width=1200, height=1500, alt="Waves", preview="abc" * 9, formats=("avif",))
    product = make.product(media=(image,))
    running.start_web()
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "/media/" in request.url else None)

    page.goto(f"{running.address}{product.url}")

    assert {address.rpartition(".")[2] for address in asked} == {"avif"}


@pytest.mark.parametrize("width", [390, 1280])
def test_place_kept_for_what_was_looked_at_is_as_high_as_what_comes(page: Page, shop, width):
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{shop.address}/products/print-1")
    page.evaluate("new Promise(requestIdleCallback)")  # what is viewed is remembered in a quiet moment
    page.goto(f"{shop.address}/products/print-0")
    shelf = page.locator("recently-viewed:not([hidden])")
    kept = shelf.evaluate("element => element.getBoundingClientRect().height")

    shelf.scroll_into_view_if_needed()

    expect(shelf.get_by_role("link", name="Print 1")).to_be_visible()
    assert kept == shelf.evaluate("element => element.getBoundingClientRect().height")
