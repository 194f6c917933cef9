"""The same attacks as a stranger can make them: many requests at once against running processes."""

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from flask import Flask
from itsdangerous import Signer
from sqlalchemy import select

from app import config, db
from app.services import cart, checkout, health, inventory, orders, payments
from app.services.orders import Order
from tests import make
from tests.companies import Companies
from tests.make import Buyer
from tests.running import WITHOUT_TLS, RunningShop

CARD = {"number": "4242424242424242", "expiry": "12 / 40", "cvc": "123", "name": "Ada"}
TABS = 8


@pytest.fixture
def attack(running: RunningShop, app: Flask):
    """Send requests at once, `(address, form)` each, with a buyer's cookie; return the answers in that order."""
    running.start_web()

    def send(who: Buyer, *requests: tuple[str, dict[str, str]]) -> list[httpx.Response]:
        settings = config.current()
        cookie = Signer(settings.secret_key, salt="cart-cookie").sign(who.cart_id or "").decode()
        with (
            httpx.Client(
                base_url=running.address, cookies={settings.cookie("cart"): cookie}, timeout=60, trust_env=False,
                headers={"Sec-Fetch-Site": "same-origin"}, verify=WITHOUT_TLS,
            ) as browser,
            ThreadPoolExecutor(len(requests)) as pool,
        ):  # fmt: skip
            return list(pool.map(lambda pair: browser.post(pair[0], data=pair[1]), requests))

    return send


def _last_page(who: Buyer) -> dict[str, str]:
    offer = checkout.quote(who)
    return {
        "revision": str(offer.cart.revision), "total": str(offer.totals.total.amount), "terms": "yes",
        "terms_version": offer.terms_version, "method": "hosted",
    }  # fmt: skip


def _faults() -> list[str]:
    names = ("stock.", "orders.", "payments.")
    return [fault.says for name in names for each in health.examine(only=name) for fault in each.faults]


def test_cart_attack_no_request_gets_more_than_it_pays_for(app: Flask, attack, companies: Companies) -> None:
    cheap, dear = make.variant(price=500, stock=50), make.variant("Dear", price=90000, stock=50)

    for number in range(5):
        who = make.buyer(cheap, email=f"buyer{number}@example.org")
        order, add = ("/checkout/orders", _last_page(who)), ("/cart/lines", {"variant": dear.id, "quantity": "1"})
        answers = attack(who, *[order, add] * (TABS // 2))
        for answer in answers[::2]:
            if answer.status_code == 303 and answer.headers["Location"].startswith(companies.address):
                httpx.post(answer.headers["Location"], data=CARD, timeout=60, verify=WITHOUT_TLS)
        assert {answer.status_code for answer in answers} <= {303, 409}

    with db.orders.reading() as session:
        placed = session.scalars(select(Order)).all()
    asked = {session["id"]: session["amount_total"] for session in companies.ledger()["sessions"]}
    for order in placed:
        for payment in payments.of_order(order.id):
            checkout.settle(payment.id)
            assert payment.amount == order.total == asked[payment.session_id]
        assert order.subtotal == sum(line.unit_price * line.quantity for line in order.lines)
        assert inventory.reservations_of([order.id])[order.id][0].quantity == order.lines[0].quantity
    assert _faults() == []


def test_stock_attack_one_cart_cannot_hold_more_than_there_is(app: Flask, attack) -> None:
    few = make.variant(stock=3)
    who = make.buyer(few)

    answers = attack(who, *[("/cart/lines", {"variant": few.id, "quantity": "1"})] * TABS)

    assert [line.quantity for line in cart.of(who).lines] == [3]
    assert all(answer.status_code < 500 for answer in answers)


def test_a_cart_is_ordered_once_while_it_is_emptied_and_filled(app: Flask, attack) -> None:
    variant = make.variant(stock=20)
    who = make.buyer(variant)
    order = ("/checkout/orders", _last_page(who))
    more = (f"/cart/lines/{variant.id}", {"quantity": "2", "version": str(cart.of(who).revision)})

    answers = attack(who, *[order, more] * (TABS // 2))

    assert all(answer.status_code < 500 for answer in answers)
    with db.orders.reading() as session:
        live = session.scalars(select(Order).where(Order.state != "cancelled")).all()
    assert len(live) <= 1
    assert inventory.levels([variant.id])[variant.id].reserved == sum(o.lines[0].quantity for o in live)
    assert all(orders.get_for_job(o.id).total == payments.of_order(o.id)[0].amount for o in live)
    assert _faults() == []
