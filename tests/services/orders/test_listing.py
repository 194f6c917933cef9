"""The list of orders for staff: found by pay state, and as cheap among a hundred thousand orders as among ten."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, text
from sqlalchemy.engine import Engine

from app import db
from app.services import accounts, orders, payments
from tests import make

_MANY = 100_000
_BIG = {"orders", "payments"}
_MOST_ROWS = 4_000  # that one statement may look at: a few pages of candidates with their payments
_ORDERS = """
INSERT INTO orders (id, number, state, cart_id, cart_revision, email, address, currency, prices_include_tax, subtotal,
                    discount, delivery_full, delivery, delivery_tax, tax, total, rates, reductions, delivery_method,
                    delivery_name, terms_version, placed_at, confirmed_at)
SELECT 'o' || lpad(i::text, 9, '0'), 'N' || lpad(i::text, 9, '0'),
       CASE WHEN i = 7 OR i % 20000 = 0 THEN 'placed' WHEN i % 11 = 0 THEN 'cancelled' ELSE 'confirmed' END,
       'c' || i, 1, CASE WHEN i % 50000 = 3 THEN 'Rare@example.org' ELSE 'c' || i % 5000 || '@example.org' END,
       '{"name": "Ada"}', 'EUR', true, 1000, 0, 0, 0, 0, 0, 1000, '[]', '[]', 'standard', 'Standard', '1', now(), now()
FROM generate_series(1, :many) AS i
"""
_PAYMENTS = """
INSERT INTO payments (id, order_id, provider, method, state, amount, currency, captured, refunded, released, capturing,
                      lanes, request, try_number, try_failed, capture_try, created_at, authorized_at)
SELECT 'p' || lpad(i::text, 9, '0'), 'o' || lpad(i::text, 9, '0'), 'stripe', 'hosted',
       CASE WHEN i = 7 OR i % 20000 = 0 THEN 'open' WHEN i IN (9, 90009) THEN 'authorized'
            WHEN i % 11 = 0 OR i = 21 THEN 'cancelled' ELSE 'paid' END,
       1000, 'EUR',
       CASE WHEN i = 7 OR i % 20000 = 0 OR i IN (9, 90009, 21) OR i % 11 = 0 THEN 0 ELSE 1000 END,
       CASE WHEN i = 7 OR i % 20000 = 0 OR i IN (9, 90009, 21) OR i % 11 = 0 THEN 0
            WHEN i = 13 THEN 400 WHEN i % 30 = 1 THEN 1000 ELSE 0 END,
       0, 0, '{}', '{}', 1, false, 1, now(), CASE WHEN i IN (9, 21, 90009) THEN now() END
FROM generate_series(1, :many) AS i
"""

_PAID = """
INSERT INTO payments (id, order_id, provider, method, state, amount, currency, captured, refunded, released, capturing,
                      lanes, request, try_number, try_failed, capture_try, created_at)
SELECT 'p' || id, id, 'stripe', 'hosted', 'paid', total, 'EUR', total, 0, 0, 0, '{}', '{}', 1, false, 1, now()
FROM orders
"""
_DISPUTE = """
INSERT INTO disputes (id, external_id, payment_id, order_id, amount, currency, reason, status, opened_at)
VALUES ('d', 'dp', 'p000000031', 'o000000031', 1, 'EUR', 'fraudulent', 'needs_response', now())
"""
_EVENT = """
INSERT INTO order_events (id, order_id, at, kind, text, actor, needs_attention)
VALUES ('e', 'o000000041', now(), 'dispute', 'x', 'shop', true)
"""


@pytest.fixture
def _many_orders(app: Flask) -> None:
    with db.orders.transaction() as session:
        for statement in (_ORDERS, _PAYMENTS):
            session.execute(text(statement), {"many": _MANY})
        session.execute(text(_DISPUTE))
        session.execute(text(_EVENT))
        session.execute(text("ANALYZE orders, payments, disputes, order_events"))


@contextmanager
def statements() -> Iterator[list[tuple[str, Any]]]:
    """Keep what is asked of the database while the block runs."""
    asked: list[tuple[str, Any]] = []

    def keep(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        asked.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", keep)
    try:
        yield asked
    finally:
        event.remove(Engine, "before_cursor_execute", keep)


def scans_of(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every node of a plan that reads a table or an index."""
    if "Scan" in plan["Node Type"]:
        yield plan
    for child in plan.get("Plans", ()):
        yield from scans_of(child)


def assert_bound(asked: list[tuple[str, Any]]) -> None:
    """No statement reads a big table through, or more rows of it than a page needs."""
    for statement, parameters in asked:
        if not statement.lstrip().upper().startswith("SELECT"):
            continue
        with db.orders.reading() as session:
            explain = f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}"
            found = session.connection().exec_driver_sql(explain, parameters).scalar()
        for scan in scans_of(found[0]["Plan"]):
            if scan.get("Relation Name", "") in _BIG:
                assert scan["Node Type"] != "Seq Scan", (statement, scan)
                rows = scan["Actual Rows"] + scan.get("Rows Removed by Filter", 0)
                assert rows * scan["Actual Loops"] <= _MOST_ROWS, (statement, scan)


def numbers(page: orders.Page) -> list[int]:
    return [int(order.number[1:]) for order in page.orders]


@pytest.mark.usefixtures("_many_orders")
def test_every_list_is_bound_by_an_index_among_very_many(app: Flask) -> None:
    cleo = make.staff().staff
    asks: list[tuple[dict[str, Any], list[int] | None]] = [
        ({}, list(range(_MANY, _MANY - 50, -1))),
        ({"before": "o000000021"}, list(range(20, 0, -1))),
        ({"state": "placed"}, [100000, 80000, 60000, 40000, 20000, 7]),
        ({"state": "cancelled", "before": "o000000030"}, [22, 11]),
        ({"q": "n000000017"}, [17]),
        ({"q": "N0"}, []),
        ({"q": "00001234"}, [*range(12349, 12339, -1), 1234]),
        ({"q": "ADA"}, None),
        ({"q": "ada 00001234"}, [*range(12349, 12339, -1), 1234]),
        ({"q": "no such", "named": ["o000000017"]}, [17]),
        ({"q": " RARE@example.org"}, [50003, 3]),
        ({"q": "nobody@example.org"}, []),
        ({"q": "c17@example.org", "before": "o000006000"}, [5017, 17]),
        ({"needs_attention": True}, [41]),
        ({"pay_state": "pending"}, [100000, 80000, 60000, 40000, 20000, 7]),
        ({"pay_state": "declined"}, []),
        ({"pay_state": "authorized"}, [90009, 9]),
        ({"pay_state": "capture_refused"}, []),
        ({"pay_state": "paid"}, None),
        ({"pay_state": "paid", "before": "o000000004"}, [3, 2]),
        ({"pay_state": "refunded"}, None),
        ({"pay_state": "partly_refunded", "before": "o000003000"}, [13]),
        ({"pay_state": "cancelled"}, None),
        ({"pay_state": "lapsed"}, [21]),
        ({"pay_state": "disputed"}, [31]),
        ({"pay_state": "authorized", "state": "confirmed"}, [90009, 9]),
        ({"pay_state": "paid", "q": "c17@example.org", "before": "o000006000"}, [5017, 17]),
        ({"pay_state": "refunded", "needs_attention": True}, []),
    ]

    for ask, expected in asks:
        with statements() as asked:
            page = orders.list_as_staff(cleo, **ask)
            payments.of_orders(order.id for order in page.orders)

        if expected is None:
            assert len(page.orders) == 50, ask
        else:
            assert numbers(page) == expected, ask
        assert "count(*)" not in " ".join(statement for statement, _ in asked).lower()
        assert_bound(asked)


@pytest.mark.usefixtures("_many_orders")
def test_what_is_rare_among_many_is_found_a_bounded_look_at_a_time(app: Flask) -> None:
    cleo, before, found, pages = make.staff().staff, None, [], 0
    while True:
        page = orders.list_as_staff(cleo, pay_state="partly_refunded", before=before)
        found += numbers(page)
        pages += 1
        if (before := page.before) is None:
            break

    assert found == [13]
    assert 1 < pages <= 8


def test_each_pay_state_finds_its_orders_and_no_others(app: Flask) -> None:
    cleo = make.staff().staff
    waiting, paid = make.order(), make.order(paid=True)
    given_back, partly = make.order(paid=True), make.order(paid=True)
    payments.ask_refunds(given_back.id, given_back.total, reason="x", actor="staff:cleo", key="all")
    payments.ask_refunds(partly.id, 100, reason="x", actor="staff:cleo", key="some")
    ended = make.order()
    make.expire(ended.id)
    expected = {
        "pending": waiting, "paid": paid, "refunded": given_back, "partly_refunded": partly, "cancelled": ended,
    }  # fmt: skip

    for state in payments.PAY_STATES:
        page = orders.list_as_staff(cleo, pay_state=state)

        assert [order.id for order in page.orders] == ([expected[state].id] if state in expected else []), state
        assert page.before is None


def test_a_pay_state_turns_pages_without_loss(app: Flask) -> None:
    cleo = make.staff().staff
    made = [make.order() for _ in range(3)]

    first = orders.list_as_staff(cleo, pay_state="pending", limit=2)
    second = orders.list_as_staff(cleo, pay_state="pending", limit=2, before=first.before)

    assert [order.id for order in (*first.orders, *second.orders)] == [order.id for order in reversed(made)]
    assert second.before is None
    assert orders.list_as_staff(cleo, pay_state="made up").orders == []


def test_every_order_of_a_much_sold_thing_is_found_page_by_page(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.services.orders.searching._MOST_WITH_SKU", 3)
    cleo = make.staff().staff
    made = [make.paid_order().id for _ in range(8)]
    with db.orders.transaction() as session:
        session.execute(text("UPDATE orders SET state = 'cancelled' WHERE id = :oldest"), {"oldest": made[0]})
        session.execute(text(_PAID))

    assert list(reversed(made)) == through(cleo, q="slack-a3", limit=2)
    assert list(reversed(made)) == through(cleo, q="Slack-A3", limit=50)
    assert made[:1] == through(cleo, q="SLACK-A3", state="cancelled")
    assert list(reversed(made)) == through(cleo, q="SLACK-A3", pay_state="paid", limit=2)


def through(staff: accounts.Staff, **ask: Any) -> list[str]:
    """The ids on all pages of a list, as far as it says that there are more."""
    page = orders.list_as_staff(staff, **ask)
    found = [order.id for order in page.orders]
    for _ in range(20):
        if page.before is None:
            return found
        page = orders.list_as_staff(staff, before=page.before, **ask)
        found += [order.id for order in page.orders]
    raise AssertionError(f"pages without an end: {found}")
