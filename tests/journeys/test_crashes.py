"""What a power cut leaves: processes killed with -9 between the steps of an order, and Redis emptied under it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta

import httpx
import pytest
from flask import Flask
from itsdangerous import Signer
from sqlalchemy import update

from app import clock, config, db, stores
from app.outbox import OrdersOutbox
from app.services import checkout, inventory, orders, payments
from tests import make
from tests.companies import Companies
from tests.make import Buyer
from tests.running import RunningShop, wait_until

SLOW = 4000  # milliseconds: less than the shop waits for Stripe, and long enough to kill a process in the middle


@pytest.fixture
def window(running: RunningShop) -> Iterator[httpx.Client]:
    """A browser of the shop, which its buyer's cookie is put into."""
    with httpx.Client(
        base_url=running.address, headers={"Sec-Fetch-Site": "same-origin"}, timeout=60, trust_env=False
    ) as browser:
        yield browser


def _carry_cart(window: httpx.Client, buyer: Buyer) -> dict[str, str]:
    """Put the buyer's cookie into the window; return what the last page of the checkout sends."""
    settings = config.current()
    cookie = Signer(settings.secret_key, salt="cart-cookie").sign(buyer.cart_id or "").decode()
    window.cookies.set(settings.cookie("cart"), cookie)
    offer = checkout.quote(buyer)
    return {
        "revision": str(offer.cart.revision),
        "total": str(offer.totals.total.amount),
        "terms": "yes",
        "terms_version": offer.terms_version,
        "method": "hosted",
    }


def _order_again(window: httpx.Client, form: dict[str, str]) -> httpx.Response:
    """Press the button until it leads on: while Stripe is still at the dead process's call, we ask to try again."""
    answers: list[httpx.Response] = []

    def leads_on() -> bool:
        answers.append(window.post("/checkout/orders", data=form))
        return answers[-1].status_code != 503

    wait_until(leads_on, what="Stripe being done with the call of the dead process")
    return answers[-1]


def _let_leases_and_pushes_end() -> None:
    """Let the time pass after which a dead worker's job is free again, and Redis is asked what it lost."""
    long_ago = clock.now() - timedelta(hours=1)
    with db.orders.transaction() as session:
        session.execute(update(OrdersOutbox).where(OrdersOutbox.leased_until > long_ago).values(leased_until=long_ago))
        session.execute(update(OrdersOutbox).where(OrdersOutbox.pushed_at > long_ago).values(pushed_at=long_ago))


def _paid(companies: Companies) -> int:
    return len([charge for charge in companies.ledger()["charges"] if charge["paid"]])


def test_web_killed_after_stripe_said_yes_and_before_our_commit(
    app: Flask, running: RunningShop, window: httpx.Client, companies: Companies
) -> None:
    running.start_web()
    buyer = make.buyer(make.variant(stock=3))
    form = _carry_cart(window, buyer)
    companies.pull("delay", company="stripe", milliseconds=SLOW, when="after", path="/v1/checkout/sessions")

    with ThreadPoolExecutor(1) as pool, suppress(httpx.HTTPError):
        sending = pool.submit(window.post, "/checkout/orders", data=form)
        wait_until(lambda: companies.ledger()["sessions"], what="Stripe making the session")
        running.kill("web")
        sending.result()
    order = orders.find_of_cart(buyer.cart_id or "")
    assert order is not None
    assert [payment.state for payment in payments.of_order(order.id)] == ["created"]
    running.start_web()
    answer = _order_again(window, form)

    assert answer.headers["Location"] == companies.ledger()["sessions"][0]["url"]
    assert len(companies.ledger()["sessions"]) == 1
    assert inventory.levels([buyer.variant_id])[buyer.variant_id].reserved == 1


def test_web_killed_before_the_payment_opened_and_the_customer_gone(
    app: Flask, running: RunningShop, window: httpx.Client, companies: Companies
) -> None:
    running.start_web()
    buyer = make.buyer(make.variant(stock=3))
    form = _carry_cart(window, buyer)
    companies.pull("delay", company="stripe", milliseconds=SLOW, when="before", path="/v1/checkout/sessions")

    with ThreadPoolExecutor(1) as pool, suppress(httpx.HTTPError):
        sending = pool.submit(window.post, "/checkout/orders", data=form)
        wait_until(lambda: orders.find_of_cart(buyer.cart_id or ""), what="the order being written")
        running.kill("web")
        sending.result()
    companies.pull("reset")
    order = orders.find_of_cart(buyer.cart_id or "")
    assert order is not None
    make.expire(order.id)

    assert orders.get_for_job(order.id).state == "cancelled"
    assert inventory.levels([buyer.variant_id])[buyer.variant_id].available == 3
    assert _paid(companies) == 0


def test_worker_killed_while_it_settles_and_redis_emptied(
    app: Flask, running: RunningShop, companies: Companies
) -> None:
    placed = make.place(make.buyer(make.variant(stock=3)))
    running.start_web()
    running.start_worker()
    companies.pull("delay", company="stripe", milliseconds=SLOW, when="after", method="GET", path="/v1/checkout")

    make.pay(placed)
    wait_until(lambda: _is_leased("payments.process_event"), what="the worker reading the truth")
    running.kill("worker")
    companies.pull("reset")
    stores.redis().flushdb()
    _let_leases_and_pushes_end()
    running.start_worker()
    running.start_scheduler()
    wait_until(lambda: len(companies.ledger()["mails"]) == 2, what="the mails")

    assert orders.get_for_job(placed.order.id).state == "confirmed"
    assert [event.kind for event in orders.timeline(placed.order.id)].count("confirmed") == 1
    assert _paid(companies) == 1
    assert len(companies.ledger()["labels"]) == 1


def test_redis_emptied_after_the_webhook_loses_nothing(app: Flask, running: RunningShop, companies: Companies) -> None:
    placed = make.place(make.buyer(make.variant(stock=3)))
    running.start_web()
    make.pay(placed)
    wait_until(payments.events_as_staff, what="the webhook")

    stores.redis().flushdb()
    _let_leases_and_pushes_end()
    running.start_worker()
    running.start_scheduler()
    wait_until(lambda: len(companies.ledger()["mails"]) == 2, what="the mails")

    assert orders.get_for_job(placed.order.id).state == "confirmed"
    assert len(companies.ledger()["labels"]) == 1


def test_late_events_in_the_wrong_order_settle_once(app: Flask, running: RunningShop, companies: Companies) -> None:
    companies.pull("webhooks", company="stripe", reverse=True, late=1.0, repeat=3)
    placed = make.place(make.buyer(make.variant(stock=3)))
    running.start_web()
    running.start_worker()

    make.pay(placed)
    with httpx.Client(trust_env=False, timeout=60) as browser:
        page = browser.get(f"{orders.link_of(placed.order.id)}?from=payment").text
    wait_until(lambda: len(companies.ledger()["mails"]) == 2, what="the mails")

    assert "Thank you" in page  # the return page asked for the truth before any webhook came
    assert [event.kind for event in orders.timeline(placed.order.id)].count("confirmed") == 1


def _is_leased(name: str) -> bool:
    with db.orders.reading() as session:
        rows = session.query(OrdersOutbox).where(OrdersOutbox.name == name, OrdersOutbox.leased_until.is_not(None))
        return rows.first() is not None
