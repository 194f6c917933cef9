"""Real workers ended by `kill -9` between the number and its commit, and between the PDF and its commit."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, text, update

from app import clock, db, stores
from app.outbox import OrdersOutbox
from app.queue import later
from app.services import documents, orders
from app.services.documents import Document, DocumentSeries
from tests import make
from tests.running import RunningShop, wait_until
from tests.services.documents.test_documents import SOMEBODY_WAITS, text_of

pytestmark = pytest.mark.slow


def test_worker_killed_between_number_and_commit_leaves_no_gap(app: Flask, running: RunningShop) -> None:
    earlier, order = make.paid_order(), make.paid_order()
    documents.issue_invoice(earlier.id)
    _ask("documents.invoice", order.id)

    with _held("document_series"):
        running.start_worker()
        wait_until(_somebody_waits, what="the worker at the counter")
        running.kill("worker")
    _go_on(running)
    wait_until(lambda: _printed(order), what="the invoice")

    with db.orders.reading() as session:
        numbered = select(Document.number).where(Document.number.is_not(None)).order_by(Document.id)
        assert session.scalars(numbered).all() == [1, 2]
        assert session.scalar(select(DocumentSeries.last)) == 2


def test_worker_killed_between_pdf_and_commit_leaves_one_document(app: Flask, running: RunningShop) -> None:
    order = make.paid_order()
    documents.issue_invoice(order.id)

    with _held("documents"):
        running.start_worker()
        wait_until(_somebody_waits, what="the worker at its commit")
        assert stores.s3().list_objects_v2(Bucket=stores.bucket(), Prefix="documents/")["KeyCount"] == 1
        running.kill("worker")
    assert not _printed(order)
    _go_on(running)
    wait_until(lambda: _printed(order), what="the invoice")

    document, pdf = documents.for_customer(order, "invoice")
    assert document.number == 1
    assert order.number in text_of(pdf)
    with db.orders.reading() as session:
        assert session.scalar(select(func.count()).where(Document.kind == "invoice")) == 1


def _ask(name: str, order_id: str) -> None:
    with db.orders.transaction():
        later(name, order_id)


@contextmanager
def _held(table: str) -> Iterator[None]:
    """Hold a table's rows, so that whoever wants to write one waits there."""
    with db.orders.engine.connect() as connection, connection.begin():
        connection.execute(text(f"SELECT 1 FROM {table} FOR UPDATE"))
        yield


def _somebody_waits() -> bool:
    with db.orders.reading() as session:
        return bool(session.execute(SOMEBODY_WAITS).scalar())


def _go_on(running: RunningShop) -> None:
    """Let the time pass after which a dead worker's job is free again, and start others."""
    long_ago = clock.now() - timedelta(hours=1)
    with db.orders.transaction() as session:
        session.execute(update(OrdersOutbox).where(OrdersOutbox.leased_until > long_ago).values(leased_until=long_ago))
        session.execute(update(OrdersOutbox).where(OrdersOutbox.pushed_at > long_ago).values(pushed_at=long_ago))
    running.start_worker()
    running.start_scheduler()


def _printed(order: orders.Order) -> bool:
    return any(each.printed_at for each in documents.documents_of(order.id) if each.kind == "invoice")
