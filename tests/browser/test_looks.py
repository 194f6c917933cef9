"""Every kind of page in every state: nothing for axe to find (WCAG 2.2 AA), nothing wider than the window.

Run by `bin/screenshots`, the same tests photograph what they look at.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Browser, expect

from app import clock
from app.demo import drawing
from app.services import cart, catalog, images, orders, search
from tests import make
from tests.browser import gaze
from tests.browser.gaze import Gaze
from tests.browser.hands import PATIENCE, fill_address
from tests.pictures import picture_bytes
from tests.running import ROOT, RunningShop
from tests.working import work

LONG = "Donaudampfschifffahrtsgesellschaftskapitän und Rhabarberbarbara"


@pytest.fixture
def window(browser: Browser, app, running: RunningShop) -> Iterator[Gaze]:
    """A stranger's window at a shop that has no products yet."""
    running.start_web()
    with browser.new_context(bypass_csp=True) as context:
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        seen = Gaze(page, running.address)
        yield seen
    if gaze.FOLDER:
        gaze.write_index(Path(gaze.FOLDER))
    assert seen.faults == []


@pytest.fixture
def prints(app) -> list[catalog.Product]:
    """A shelf: prints with two pictures, one without, one sold out, one with a very long name."""
    images.make_bucket()
    pictures = tuple(replace(images.add(raw), alt="A print") for raw in _pictures())
    made = [
        make.product(
            f"Print {place}", slug=f"print-{place}", media=(each, pictures[0]),
            options={"Size": ("A4", "A3"), "Frame": ("None", "Oak")}, description="<p>Drawn by rule.</p>",
        )
        for place, each in enumerate(pictures)
    ]  # fmt: skip
    made.append(make.product("No picture", slug="no-picture"))
    made.append(make.product("Sold out", slug="sold-out", media=pictures[:1], stock=0))
    made.append(make.product(LONG, slug="long", media=pictures[1:2], options={"Paper": (LONG, "Short")}))
    ids = tuple(each.id for each in made)
    for slug, is_listed in ((catalog.HOME, False), ("drift", True)):
        shelf = catalog.Collection(
            id=f"c-{slug}", slug=slug, title="Drift", description="Drawn by rule.", product_ids=ids,
            cover=pictures[0], is_listed=is_listed,
        )  # fmt: skip
        catalog.save_collection(shelf)
    search.index_stale()
    return made


def _pictures() -> list[bytes]:
    """Return four pictures: the demo shop's when they are to be looked at, else plain ones."""
    if not gaze.FOLDER:
        return [picture_bytes(300 + place, 400) for place in range(4)]
    folder = ROOT / "var" / "demo"
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for each in [
        each for each in drawing.plan() if each.subject in {"low-island", "slack-tide", "three-ridges", "rose-window"}
    ]:
        if not (folder / each.files[0]).exists():
            drawing.draw(each, folder)
        files.append(folder / each.files[0])
    return [file.read_bytes() for file in files]


def put_in_cart(window: Gaze, product: catalog.Product, shop: str) -> cart.Shopper:
    """Give the window a cart with one of the product's first variant, and return whose it is."""
    page = window.page
    form = {"variant": product.variants[0].id}
    page.request.post(f"{shop}/cart/lines", form=form, headers={"Sec-Fetch-Site": "same-origin"})
    cookie = next(each for each in page.context.cookies() if "cart" in each.get("name", ""))
    return make.Buyer(cart_id=cookie.get("value", "").split(".")[0], variant_id=product.variants[0].id)


def test_shelves_products_and_refusals(window: Gaze, prints) -> None:
    window.at("/", "home")
    window.at("/collections", "collections")
    window.at("/collections/drift", "collection")
    window.at("/collections/drift?min=100000", "collection, nothing left by the filter")
    expect(window.page.get_by_text("No products match these filters")).to_be_visible()
    window.at("/search?q=print", "search")
    window.at("/search?q=zzzz", "search, nothing found")
    window.at(f"/search?q={'x' * 200}", "search for a long word")
    window.at("/products/print-0", "product")
    window.at("/products/no-picture", "product without a picture")
    window.at("/products/sold-out", "product sold out")
    window.at("/products/long", "product with a long name")
    window.at("/terms", "terms")
    window.at("/nowhere", "not found", status=404)
    window.page.goto(window.page.url.replace("/nowhere", "/search"))
    window.page.locator("#page-search").press_sequentially("pri")
    expect(window.page.get_by_role("option").first).to_be_visible()
    window.here("suggestions", whole=False)


def test_empty_shop_and_product_of_two_hundred_variants(window: Gaze) -> None:
    window.at("/", "home, empty shop")
    window.at("/products", "list, empty shop")
    window.at("/cart", "cart, empty")
    make.product("Many", slug="many", stock=0, options={"Size": tuple(map(str, range(20))), "Ink": tuple("abcdefghij")})
    window.at("/products/many", "product of two hundred variants")


def test_cart_and_checkout(window: Gaze, prints, running: RunningShop) -> None:
    page = window.page
    who = put_in_cart(window, prints[0], running.address)
    page.goto(f"{running.address}/products/print-1")
    page.get_by_role("button", name="Add to cart").click()
    expect(page.get_by_role("dialog", name="Cart")).to_be_visible()
    window.here("cart drawer", whole=False)
    cart.add(who, prints[-1].variants[0].id, 2)
    window.at("/cart", "cart of three lines")
    window.at("/checkout/address", "checkout, address")
    page.get_by_role("button", name="Continue to delivery").click()
    expect(page.locator("[aria-invalid=true]").first).to_be_visible()
    window.here("checkout, address refused")
    fill_address(page, "ada@example.org")
    page.get_by_role("button", name="Continue to delivery").click()
    page.wait_for_url("**/delivery")
    window.here("checkout, delivery")
    page.get_by_role("button", name="Continue to payment").click()
    page.wait_for_url("**/payment")
    window.here("checkout, payment")


def test_cart_of_two_hundred_lines(window: Gaze, prints, running: RunningShop) -> None:
    who = put_in_cart(window, prints[0], running.address)
    for variant in make.product("Sheet", options={"No.": tuple(map(str, range(1, 201)))}, stock=1).variants[:199]:
        cart.add(who, variant.id, 1)

    window.at("/cart", "cart of two hundred lines")


def test_order_pages(window: Gaze, app) -> None:
    waiting = make.place(make.buyer(make.variant()), method="element")
    transfer = make.place(make.buyer(make.variant()), method="transfer")
    paid = make.order(paid=True)
    window.at(f"/checkout/pay/{waiting.token}", "payment on this site")
    window.at(f"/orders/{waiting.token}", "order, waits for its payment")
    window.at(f"/orders/{transfer.token}", "order, waits for a transfer")
    work("documents")
    window.at(f"/orders/{orders.token_of(paid.id)}", "order, paid")
    window.at("/orders/nonsense", "order, not there", status=404)


def test_back_office(window: Gaze, prints, running: RunningShop) -> None:
    page = window.page
    added = make.staff()
    assert added.secret is not None
    window.at("/admin/sign-in", "admin, sign-in")
    page.get_by_label("Email").fill(added.staff.email)
    page.get_by_label("Password").fill(added.password)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_label("Code")).to_be_visible()
    window.here("admin, code")
    page.get_by_label("Code").fill(pyotp.TOTP(added.secret.text).at(clock.now()))
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/admin/orders/")
    window.here("admin, no orders")
    paid, card = make.order(paid=True), make.gift_card()
    transfer = make.place(make.buyer(make.variant()), method="transfer")
    make.promotion()
    assert transfer.payment is not None
    rooms = (
        "orders/", f"orders/{paid.number}", "stock/", "stock/low", f"stock/{prints[0].variants[0].id}",
        "stock/bookings/", "products/", f"products/{prints[0].id}", "collections/", "collections/c-drift", "home/",
        "gift-cards/", f"gift-cards/{card.id}", "transfers/", f"transfers/{transfer.payment.id}", "promotions/",
        "promotions/new", "taxes/", "returns/", "synonyms/", "jobs/", "jobs/inbox", "money/", "money/findings",
        "money/disputes", "sessions",
    )  # fmt: skip
    for room in rooms:
        kind = room.rsplit("/", 1)[0] + ", one" if any(letter.isdigit() for letter in room) else room.strip("/")
        window.at(f"/admin/{room}", "admin, " + kind.replace("/", ", "))
    window.at("/admin/orders/nonsense", "admin, not found", status=404)
