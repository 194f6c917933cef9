"""The back office with JavaScript: tables change in place, and nothing breaks the Content-Security-Policy."""

from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Page, expect

from app import clock
from app.services import catalog, inventory, orders, payments, search
from tests import make

_BEYOND_THE_EDGE = "all => all.map((one) => one.scrollWidth - one.clientWidth).filter((beyond) => beyond > 0)"


@pytest.fixture
def cleo(app, running, page: Page) -> Page:
    """A window in which an owner is signed in."""
    added = make.staff()
    running.start_web()
    page.goto(f"{running.address}/admin/")
    page.get_by_label("Email").fill(added.staff.email)
    page.get_by_label("Password").fill(added.password)
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Code").fill(pyotp.TOTP(added.secret.text).at(clock.now()))
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(f"{running.address}/admin/orders/")
    return page


def test_stock_is_counted_in_the_table(cleo: Page, running):
    product = make.product("Slack Tide", sku="SLK-1", stock=5)
    search.index_products([product.id])
    variant = product.variants[0].id
    cleo.goto(f"{running.address}/admin/stock/")
    field = cleo.get_by_label("On hand, with what is sold and not sent yet: Slack Tide")

    field.fill("12")
    field.press("Enter")
    expect(cleo.locator(f"#stock-{variant}")).to_have_class("table__row--changed")
    assert inventory.level_as_staff(variant).on_hand == 12

    inventory.receive(variant, 3, reason="delivery", actor="shop")
    field.fill("11")
    field.press("Enter")
    expect(cleo.get_by_role("alert")).to_contain_text("15 are on hand now")
    expect(field).to_have_value("11")
    field.press("Enter")
    expect(cleo.locator(f"#stock-{variant}")).to_have_class("table__row--changed")
    assert inventory.level_as_staff(variant).on_hand == 11


def test_stock_is_found_while_typing(cleo: Page, running):
    search.index_products([make.product(name, slug=name.lower()).id for name in ("Ebb", "Flow")])
    cleo.goto(f"{running.address}/admin/stock/")

    cleo.get_by_label("Title or SKU").press_sequentially("ebb", delay=30)

    expect(cleo.get_by_role("link", name="Flow")).to_have_count(0)
    expect(cleo.get_by_role("link", name="Ebb")).to_be_visible()
    expect(cleo).to_have_url(f"{running.address}/admin/stock/?q=ebb")
    expect(cleo.get_by_label("Title or SKU")).to_be_focused()


def test_refund_changes_the_payment_and_the_timeline(cleo: Page, running):
    order = make.order(paid=True)
    cleo.goto(f"{running.address}/admin/orders/{order.number}")

    cleo.get_by_role("link", name="Refund").click()
    cleo.get_by_label("Additional amount").fill("5")
    cleo.get_by_role("button", name="Preview").click()
    cleo.get_by_label("Reason").fill("Came damaged")
    cleo.get_by_role("button", name="Refund €5.00").click()

    expect(cleo.locator("#order-payment")).to_contain_text("Partly refunded")
    expect(cleo.locator("#order-timeline")).to_contain_text("5.00 EUR")
    assert [refund.amount for refund in payments.refunds_of(order.id)] == [500]


def test_sections_of_the_home_page_move_in_place_and_are_published(cleo: Page, running):
    cleo.goto(f"{running.address}/admin/home/")

    cleo.get_by_role("button", name="Move down: New in the shop").click()
    expect(cleo.locator("#home-sections li").last).to_contain_text("New in the shop")
    cleo.get_by_role("button", name="Publish").click()
    expect(cleo.locator("#home-sections")).to_contain_text("Customers see this")

    assert [section.id for section in catalog.get_home().sections] == ["collections", "products"]


def test_section_is_moved_again_with_the_same_key(cleo: Page, running):
    for kind in ("story", "story"):
        catalog.add_section("staff:cleo", kind, version=catalog.get_home().revision)
    cleo.goto(f"{running.address}/admin/home/")
    first = catalog.get_home().draft[0]
    down = cleo.get_by_role("button", name=f"Move down: {first.title}")

    down.press("Enter")
    expect(cleo.locator("#home-sections li").nth(1)).to_contain_text(first.title)
    expect(down).to_be_focused()
    cleo.keyboard.press("Enter")

    expect(cleo.locator("#home-sections li").nth(2)).to_contain_text(first.title)


def test_price_is_written_in_its_row(cleo: Page, running):
    product = make.product("Slack Tide", sku="SLK-1", price=2900)
    cleo.goto(f"{running.address}/admin/products/{product.id}")
    field = cleo.get_by_label("Price: the only variant", exact=True)

    field.fill("31,50")
    field.press("Enter")

    expect(cleo.locator(f"#variant-{product.variants[0].id}")).to_have_class("table__row--changed")
    assert catalog.get_product_as_staff(product.id).variants[0].price.amount == 3150


def test_promotion_asks_only_for_what_its_kind_gives_and_keeps_the_rest(cleo: Page, running):
    fields = {name: cleo.get_by_label(name, exact=True) for name in ("Percent", "Amount in EUR", "Buy", "Get")}
    cleo.goto(f"{running.address}/admin/promotions/new")
    fields["Percent"].fill("15")

    def shown() -> list[str]:
        return [name for name, field in fields.items() if field.is_visible()]

    at_first = shown()
    cleo.get_by_label("Gives").select_option("buy_get")
    for_pieces = shown()
    cleo.get_by_label("Gives").select_option("free_delivery")
    for_delivery = shown()
    cleo.get_by_label("Gives").select_option("fixed")
    for_an_amount = shown()
    cleo.get_by_role("button", name="Create promotion").click()
    expect(cleo.get_by_role("alert")).to_be_visible()

    assert (at_first, for_pieces) == (["Percent"], ["Percent", "Buy", "Get"])
    assert (for_delivery, for_an_amount) == ([], ["Amount in EUR"])
    assert shown() == ["Amount in EUR"]
    expect(fields["Percent"]).to_have_value("15")


def test_picture_that_is_too_large_is_not_sent(cleo: Page, running, tmp_path: Path):
    large = tmp_path / "large.jpg"
    large.write_bytes(bytes(20_000_001))
    product = make.product("Slack Tide")
    sent: list[str] = []
    cleo.goto(f"{running.address}/admin/products/{product.id}")
    cleo.on("request", lambda request: sent.append(request.method))
    cleo.get_by_label("What it shows").fill("Three ridges")

    cleo.get_by_label("Picture", exact=True).set_input_files(large)
    cleo.get_by_role("button", name="Add", exact=True).click()

    expect(cleo.get_by_role("alert")).to_have_text("That file is too large. Choose a file of at most 20 MB.")
    expect(cleo.get_by_label("What it shows")).to_have_value("Three ridges")
    assert "POST" not in sent


@pytest.mark.parametrize("room", ["taxes", "products", "promotions", "stock", "gift-cards", "orders", "collections"])
def test_wide_tables_scroll_by_themselves_on_a_phone(cleo: Page, running, room):
    make.tax_rate("DE", "19")
    search.index_products([make.product("Slack Tide", sku="SLK-1").id])
    make.promotion("Friends", code="FRIENDS")
    make.order(paid=True)
    cleo.set_viewport_size({"width": 390, "height": 844})

    cleo.goto(f"{running.address}/admin/{room}/")

    assert cleo.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("room", ["taxes", "products", "promotions", "stock", "gift-cards", "orders", "collections"])
def test_rows_stand_whole_in_view_on_a_phone(cleo: Page, running, room):
    make.tax_rate("DE", "19")
    product = make.product("Slack Tide", slug="slack-tide-on-three-papers-and-more", sku="SLK-1")
    search.index_products([product.id])
    shelf = catalog.Collection(id="c1", slug="drift-and-more", title="Drift", product_ids=(product.id,))
    catalog.save_collection(shelf)
    make.promotion("Friends", code="FRIENDS")
    make.gift_card()
    make.order(paid=True)
    cleo.set_viewport_size({"width": 390, "height": 844})

    cleo.goto(f"{running.address}/admin/{room}/")

    expect(cleo.locator("tbody th").first).to_be_visible()
    assert cleo.locator(".table-scroll").evaluate_all(_BEYOND_THE_EDGE) == []


def test_price_is_in_view_on_a_phone(cleo: Page, running):
    product = make.product("Slack Tide", options={"Size": ("A4", "A3"), "Frame": ("None", "Oak")})
    cleo.set_viewport_size({"width": 390, "height": 844})

    cleo.goto(f"{running.address}/admin/products/{product.id}")

    field, save = cleo.get_by_label("Price: A3 / Oak", exact=True), cleo.locator("tbody tr button").last
    for box in (field.bounding_box(), save.bounding_box()):
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
    assert cleo.locator(".table-scroll").evaluate_all(_BEYOND_THE_EDGE) == []


def test_longest_words_stay_within_a_phone(cleo: Page, running):
    word = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
    product, order = make.product(word), make.order(paid=True)
    orders.note(order.id, "return", f"19.00 EUR are given back: 1 × {word}.")
    cleo.set_viewport_size({"width": 390, "height": 844})

    for page in (f"products/{product.id}", f"orders/{order.number}"):
        cleo.goto(f"{running.address}/admin/{page}")
        expect(cleo.locator("main")).to_contain_text(word)
        assert cleo.evaluate("document.documentElement.scrollWidth") <= 390
