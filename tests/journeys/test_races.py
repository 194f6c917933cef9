"""Many at once, against real processes: threads over HTTP, one database."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import httpx
import pytest
from flask import Flask
from itsdangerous import Signer
from sqlalchemy import func, select

from app import config, db
from app.services import catalog, checkout, inventory, orders
from app.services.inventory.models import StockMovement
from app.services.orders.models import Order
from tests import make
from tests.companies import Companies
from tests.make import Buyer
from tests.running import WITHOUT_TLS, RunningShop, wait_until

Browsers = Callable[[Buyer], httpx.Client]

CARD = {"number": "4242424242424242", "expiry": "12 / 40", "cvc": "123", "name": "Ada"}


@pytest.fixture
def shop(running: RunningShop) -> RunningShop:
    running.start_web()
    return running


@pytest.fixture
def browser_of(shop: RunningShop) -> Iterator[Browsers]:
    """Open a browser that carries a buyer's cart."""
    with ExitStack() as windows:
        yield lambda buyer: windows.enter_context(_browser_of(buyer, shop))


def _browser_of(buyer: Buyer, shop: RunningShop) -> httpx.Client:
    settings = config.current()
    cookie = Signer(settings.secret_key, salt="cart-cookie").sign(buyer.cart_id or "").decode()
    headers = {"Sec-Fetch-Site": "same-origin"}
    return httpx.Client(
        base_url=shop.address, cookies={settings.cookie("cart"): cookie}, headers=headers, timeout=60, trust_env=False,
        verify=WITHOUT_TLS,
    )  # fmt: skip


def _last_page(buyer: Buyer) -> dict[str, str]:
    """What the last page of the checkout sends."""
    offer = checkout.quote(buyer)
    return {
        "revision": str(offer.cart.revision),
        "total": str(offer.totals.total.amount),
        "terms": "yes",
        "terms_version": offer.terms_version,
        "method": "hosted",
    }


def _on_hand_by_movements(variant: catalog.Variant) -> int:
    with db.orders.reading() as session:
        moved = session.scalar(select(func.sum(StockMovement.change)).where(StockMovement.variant_id == variant.id))
    return int(moved or 0)


def test_100_buyers_of_10_units_make_exactly_10_orders(app: Flask, browser_of: Browsers, companies: Companies) -> None:
    variant = make.variant(stock=10)
    buyers = [make.buyer(variant, email=f"buyer{number}@example.org") for number in range(100)]
    sent = [(browser_of(buyer), _last_page(buyer)) for buyer in buyers]

    def order(browser: httpx.Client, form: dict[str, str]) -> httpx.Response:
        answer = browser.post("/checkout/orders", data=form)
        if answer.status_code == 303 and answer.headers["Location"].startswith(companies.address):
            paid = httpx.post(answer.headers["Location"], data=CARD, timeout=60, verify=WITHOUT_TLS)
            browser.get(paid.headers["Location"])
        return answer

    with ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(lambda pair: order(*pair), sent))

    assert {answer.status_code for answer in answers} == {303}
    to_payment = [answer.headers["Location"].startswith(companies.address) for answer in answers]
    assert to_payment.count(True) == 10
    refused = next(browser for (browser, _), paid in zip(sent, to_payment, strict=True) if not paid)
    assert "sold out" in refused.get("/checkout/payment", follow_redirects=True).text.lower()
    level = inventory.levels([variant.id])[variant.id]
    assert (level.on_hand, level.reserved) == (0, 0)
    assert _on_hand_by_movements(variant) == 0
    assert len([charge for charge in companies.ledger()["charges"] if charge["paid"]]) == 10


def test_a_button_pressed_ten_times_at_once_makes_one_order_and_one_payment(
    app: Flask, browser_of: Browsers, companies: Companies
) -> None:
    buyer = make.buyer(make.variant(stock=5))
    form, browser = _last_page(buyer), browser_of(buyer)

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: browser.post("/checkout/orders", data=form), range(10)))

    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.headers["Location"] for answer in answers}) == 1
    with db.orders.reading() as session:
        assert session.scalar(select(func.count()).select_from(Order)) == 1
    assert len(companies.ledger()["sessions"]) == 1


def test_two_tabs_that_order_different_revisions_leave_one_live_order(
    app: Flask, browser_of: Browsers, companies: Companies
) -> None:
    buyer = make.buyer(make.variant(stock=5))
    first, browser = _last_page(buyer), browser_of(buyer)
    assert browser.post("/checkout/orders", data=first).status_code == 303
    browser.post("/cart/lines", data={"variant": buyer.variant_id, "quantity": "1"})
    second = _last_page(buyer)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda form: browser.post("/checkout/orders", data=form), [first, second] * 4))

    assert {answer.status_code for answer in answers} <= {303, 409}
    with db.orders.reading() as session:
        live = session.scalars(select(Order).where(Order.state != "cancelled")).all()
    assert len(live) == 1
    level = inventory.levels([buyer.variant_id])[buyer.variant_id]
    assert level.reserved == sum(line.quantity for line in live[0].lines)
    assert len([session for session in companies.ledger()["sessions"] if session["status"] == "open"]) == 1


def test_20_parallel_adds_with_one_cookie_make_one_cart_with_all_of_it(app: Flask, browser_of: Browsers) -> None:
    variant = make.variant(stock=50)
    buyer = make.buyer(variant)
    browser = browser_of(buyer)

    with ThreadPoolExecutor(10) as pool:
        form = {"variant": variant.id, "quantity": "1"}
        answers = list(pool.map(lambda _: browser.post("/cart/lines", data=form), range(20)))

    assert {answer.status_code for answer in answers} == {303}
    offer = checkout.quote(buyer)
    assert [(line.variant_id, line.quantity) for line in offer.cart.lines] == [(variant.id, 21)]


def test_the_same_event_ten_times_at_once_acts_once(app: Flask, shop: RunningShop, companies: Companies) -> None:
    shop.start_worker()
    companies.pull("webhooks", company="stripe", repeat=10, reverse=True)
    placed = make.place(make.buyer(make.variant(stock=5)))

    make.pay(placed)
    wait_until(lambda: orders.get_for_job(placed.order.id).state == "confirmed", what="the order being paid")
    wait_until(lambda: len(companies.ledger()["mails"]) == 2, what="the mails")

    kinds = Counter(event.kind for event in orders.timeline(placed.order.id))
    assert kinds["confirmed"] == 1
    assert inventory.levels([placed.order.lines[0].variant_id])[placed.order.lines[0].variant_id].on_hand == 4
    assert len(companies.ledger()["labels"]) == 1
