"""Real workers ended by `kill -9` in the middle of a label and of a mail, and Redis emptied under them."""

import random
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from app import db, queue, stores
from app.services import fulfilment, notifications, orders
from tests import make
from tests.companies import Companies
from tests.running import RunningShop, wait_until

HANG = 2500  # milliseconds that a company takes; long enough to be killed within

pytestmark = pytest.mark.slow


def test_a_worker_killed_while_it_buys_a_label_leaves_one_label(
    app: Flask, running: RunningShop, companies: Companies
) -> None:
    companies.pull("delay", company="ups", path="/api/shipments", milliseconds=HANG)
    order = make.paid_order()
    running.start_worker()
    wait_until(lambda: not companies.ledger()["levers"], what="the call at the carrier")

    running.kill("worker")
    stores.redis().flushdb()
    wait_until(lambda: companies.ledger()["labels"], what="the label, sold to a dead worker")
    _go_on(running)

    wait_until(lambda: _state(order) == "label_bought", what="the label found again")
    (label,) = companies.ledger()["labels"]
    assert fulfilment.shipments_of(order.id)[0].tracking_number == label["id"]
    wait_until(lambda: len(companies.ledger()["mails"]) == 2, what="both mails")


def test_a_worker_killed_while_it_mails_loses_none_and_repeats_at_most_that_one(
    app: Flask, running: RunningShop, companies: Companies
) -> None:
    companies.pull("delay", company="sendgrid", milliseconds=HANG)
    order = make.paid_order()
    running.start_worker()
    wait_until(lambda: not companies.ledger()["levers"], what="the mail at its company")

    running.kill("worker")
    stores.redis().flushdb()
    wait_until(lambda: companies.ledger()["mails"], what="the mail, taken from a dead worker")
    _go_on(running)

    wait_until(lambda: _mail_states(order) == ["sent", "sent"], what="both mails")
    copies = _copies(companies)
    assert set(copies) == {message.id for message in notifications.messages_of(order.id)}
    assert sum(copies.values()) <= 3


def test_workers_killed_at_random_lose_and_double_nothing(
    app: Flask, running: RunningShop, companies: Companies
) -> None:
    companies.pull("delay", company="ups", times=1000, milliseconds=120)
    companies.pull("delay", company="sendgrid", times=1000, milliseconds=120)
    placed = [make.paid_order() for _ in range(6)]
    deaths = 5

    for _ in range(deaths):
        running.start_worker()
        wait_until(_some_progress(placed), what="the worker doing something")
        time.sleep(random.uniform(0, 0.6))
        running.kill("worker")
        stores.redis().flushdb()
        time.sleep(0.3)  # what was asked of a company comes through
        _pass_time(timedelta(minutes=3))
        queue.relay()
    running.start_worker()

    def all_done() -> bool:
        _end_waits()
        queue.relay()
        return all(_state(order) == "label_bought" and _mail_states(order) == ["sent", "sent"] for order in placed)

    wait_until(all_done, seconds=180, what="every order labelled and mailed")
    labels, copies = companies.ledger()["labels"], _copies(companies)
    assert len(labels) == len({label["id"] for label in labels}) == len(placed)
    assert {label["id"] for label in labels} == {
        fulfilment.shipments_of(order.id)[0].tracking_number for order in placed
    }
    assert len(copies) == 2 * len(placed)
    assert sum(copies.values()) <= 2 * len(placed) + deaths


def _go_on(running: RunningShop) -> None:
    """The next morning: leases have ended, the relay pushes what Redis lost, a new worker is there."""
    _pass_time(timedelta(minutes=3))
    running.start_worker()
    queue.relay()


def _pass_time(span: timedelta) -> None:
    """Move everything that was noted into the past, as if `span` had gone by."""
    with db.orders.transaction() as session:
        session.execute(
            text(
                "UPDATE outbox SET due_at = due_at - :span, leased_until = leased_until - :span,"
                " pushed_at = pushed_at - :span WHERE done_at IS NULL"
            ),
            {"span": span},
        )
        session.execute(text("UPDATE label_attempts SET asked_at = asked_at - :span"), {"span": span})
        session.execute(text("UPDATE messages SET leased_until = leased_until - :span"), {"span": span})


def _end_waits() -> None:
    """Have what failed, and waits to be tried again, tried again now: after many deaths it would wait for minutes."""
    with db.orders.transaction() as session:
        session.execute(
            text(
                "UPDATE outbox SET due_at = now() WHERE done_at IS NULL AND failed_at IS NULL AND leased_until IS NULL"
                " AND due_at > now() AND (name LIKE 'fulfilment.%' OR name LIKE 'email.%')"
            )
        )


def _some_progress(placed: list[orders.Order]) -> Callable[[], Any]:
    def shape() -> list[tuple[str, list[str], bool]]:
        return [(_state(order), _mail_states(order), _asked(order)) for order in placed]

    before = shape()
    is_finished = all(state == "label_bought" for state, _, _ in before)
    return lambda: is_finished or shape() != before


def _state(order: orders.Order) -> str:
    return next((shipment.state for shipment in fulfilment.shipments_of(order.id)), "none")


def _asked(order: orders.Order) -> bool:
    with db.orders.reading() as session:
        return bool(
            session.scalar(
                text(
                    "SELECT count(*) FROM label_attempts JOIN shipments ON shipments.id = shipment_id"
                    " WHERE order_id = :order AND asked_at IS NOT NULL"
                ),
                {"order": order.id},
            )
        )


def _mail_states(order: orders.Order) -> list[str]:
    return [message.state for message in notifications.messages_of(order.id)]


def _copies(companies: Companies) -> Counter[str]:
    return Counter(mail["custom_args"]["stoa_message"] for mail in companies.ledger()["mails"])
