"""Invoices and packing slips: numbers without gaps, and every word where it belongs."""

import io
import re
import threading
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import func, select, text

from app import clock, db, stores
from app.errors import NotFound, Unavailable
from app.services import documents, fulfilment, orders
from app.services.documents import Document, DocumentSeries, issuing, papers
from app.services.documents.printing import print_pdf
from tests import make
from tests.running import wait_until
from tests.working import work

# For us, not for anything on the server: other tests run beside this one.
# Tests beside these have databases of their own on the same server.
SOMEBODY_WAITS = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)
WAITING = text("SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))")
NAMES = "O’Brien-Ñandú #strong[x] $y$ {{7*7}} <script>"


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def invoice_of(order: orders.Order) -> tuple[Document, str]:
    document, pdf = documents.for_customer(order, "invoice")
    return document, text_of(pdf)


def numbers() -> list[int | None]:
    with db.orders.reading() as session:
        return list(session.scalars(select(Document.number).where(Document.kind == "invoice").order_by(Document.id)))


def test_paid_order_gets_an_invoice_with_all_that_the_law_asks_for(app: Flask) -> None:
    order = make.order(paid=True, price=2900, quantity=2)

    work("documents")

    document, text = invoice_of(order)
    assert document.label == f"{clock.today().year}-000001"
    for words in (
        document.label, order.number, "Stoa Prints", "Kastanienallee 12", "10435 Berlin", "Ada Byron", "Torstraße 1",
        "10119 Berlin", order.lines[0].title, "€29.00", "€58.00", "19%", "Paid", "Delivered",
    ):  # fmt: skip
        assert words in text, words
    for rate in order.breakdown.rates:
        assert f"€{rate.net.decimal}" in text
        assert f"€{rate.tax.decimal}" in text
    assert f"€{order.total_money.decimal}" in text
    assert "issued" in orders.timeline(order.id)[-1].text


def test_invoice_without_tax_does_not_speak_of_prices_with_tax(app: Flask) -> None:
    abroad = make.settled(make.place(make.buyer(make.variant(), country="GB")))
    vouchers = make.settled(make.gift_order())

    for order in (abroad, vouchers):
        documents.issue_invoice(order.id)

    notes = [documents.documents_of(order.id)[0].paper["notes"] for order in (abroad, vouchers)]
    assert [order.tax for order in (abroad, vouchers)] == [0, 0]
    assert notes[0] == ["No VAT is charged.", "Already paid. Thank you."]
    assert notes[1][0].startswith("Gift cards carry no tax")


def test_unpaid_order_gets_none(app: Flask) -> None:
    order = make.order()

    documents.issue_invoice(order.id)

    assert documents.documents_of(order.id) == []
    with pytest.raises(NotFound):
        documents.for_customer(order, "invoice")


def test_invoice_shows_names_of_any_script_and_nothing_as_markup(app: Flask) -> None:
    order = make.paid_order(address={"name": NAMES, "company": "شركة الأمين", "lines": ["רחוב הרצל 5 🎉"]})

    documents.issue_invoice(order.id)
    work("documents.print")

    _, text = invoice_of(order)
    assert NAMES in text
    assert re.search("[\u0600-\u06ff]{3}", text)
    assert "הרצל" in text
    assert "🎉" in text


def test_word_without_a_space_is_broken_before_it_leaves_its_column(app: Flask) -> None:
    long = "Donaudampfschiff" * 6
    paper = papers.invoice(make.paid_order(), "2026-000001", clock.now(), shipped_at=None)
    line = paper["lines"][0] | {"name": long, "details": [long]}

    text = text_of(print_pdf("invoice", paper | {"to": [long], "lines": [line]}, made_at=clock.now()))

    assert long not in text
    assert re.sub("[\n\u200b]", "", text).count(long) == 3


def test_invoice_asked_for_twice_and_printed_twice_is_one(app: Flask) -> None:
    order = make.paid_order()

    for _ in range(2):
        documents.issue_invoice(order.id)
    (document,) = documents.documents_of(order.id)
    documents.print_document(document.id)
    _, first = documents.for_customer(order, document.id)
    documents.print_document(document.id)

    assert documents.for_customer(order, "invoice")[1] == first
    assert numbers() == [1]


def test_hundred_invoices_at_once_leave_no_gap_and_no_double(app: Flask) -> None:
    made = [make.paid_order() for _ in range(50)]
    asked = [order.id for order in made] * 2

    def issue(order_ids: list[str]) -> None:
        with app.app_context():
            for order_id in order_ids:
                documents.issue_invoice(order_id)

    threads = [threading.Thread(target=issue, args=(asked[start::10],)) for start in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(number or 0 for number in numbers()) == list(range(1, 51))
    assert numbers() == sorted(number or 0 for number in numbers())
    with db.orders.reading() as session:
        assert session.scalar(select(func.max(DocumentSeries.last))) == 50


def test_failed_issue_takes_no_number_with_it(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    order = make.paid_order()
    with monkeypatch.context() as broken:
        broken.setattr(papers, "invoice", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            documents.issue_invoice(order.id)

    documents.issue_invoice(order.id)

    assert numbers() == [1]


def test_numbers_begin_anew_with_the_year_of_the_store(app: Flask) -> None:
    with clock.at(datetime(2026, 12, 31, 22, 30, tzinfo=UTC)):
        last = make.paid_order()
        documents.issue_invoice(last.id)
    with clock.at(datetime(2026, 12, 31, 23, 30, tzinfo=UTC)):  # half past midnight in Berlin
        first = make.paid_order()
        documents.issue_invoice(first.id)

    assert [documents.documents_of(order.id)[0].label for order in (last, first)] == ["2026-000001", "2027-000001"]


def test_invoice_that_waits_for_its_number_over_new_year_has_number_and_date_of_one_year(app: Flask) -> None:
    first, second = make.paid_order(), make.paid_order()
    with clock.at(datetime(2026, 12, 31, 22, 59, tzinfo=UTC)):
        documents.issue_invoice(first.id)

        def issue() -> None:
            with app.app_context():
                documents.issue_invoice(second.id)

        with db.orders.engine.connect() as other:
            other.execute(text("SELECT 1 FROM document_series FOR UPDATE"))
            thread = threading.Thread(target=issue)
            thread.start()
            wait_until(lambda: other.scalar(WAITING), what="the wait")
            with clock.at(datetime(2026, 12, 31, 23, 1, tzinfo=UTC)):  # in Berlin it is 2027
                other.rollback()
                thread.join()

    (document,) = documents.documents_of(second.id)
    assert (document.year, document.label) == (2027, "2027-000001")
    assert ["Date", "1 Jan 2027"] in document.paper["facts"]


def test_invoice_that_is_not_printed_yet_says_so(app: Flask) -> None:
    order = make.paid_order()

    with pytest.raises(Unavailable, match="being written"):
        documents.for_customer(order, "invoice")
    documents.issue_invoice(order.id)
    with pytest.raises(Unavailable, match="being printed"):
        documents.for_customer(order, "invoice")


def test_packing_slip_says_what_is_in_the_parcel_and_no_price(app: Flask) -> None:
    order = make.paid_order(things=2)
    fulfilment.start(order.id)

    work("documents")

    (slip,) = [each for each in documents.documents_of(order.id) if each.kind == "packing_slip"]
    text = text_of(documents.for_staff(make.staff().staff, slip.id)[1])
    assert "Slack Tide 1" in text
    assert "Slack Tide 2" in text
    assert "€" not in text
    with pytest.raises(NotFound):
        documents.for_customer(order, slip.id)


def slip_of(order: orders.Order) -> Document:
    return next(each for each in documents.documents_of(order.id) if each.kind == "packing_slip")


def take_first_out(order: orders.Order) -> None:
    with db.orders.transaction():
        orders.lock(order.id)
        fulfilment.take_out(order.id, {1: 2}, "Cancelled.", actor="shop")


def test_packing_slip_that_was_slow_to_print_is_not_left_over_the_new_one(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    order, print_pdf, slow = make.paid_order(things=2), issuing.print_pdf, ["slow"]
    fulfilment.start(order.id)
    work("documents.packing_slip")

    def print_slowly(*words: Any, **options: Any) -> bytes:
        pdf = print_pdf(*words, **options)
        if slow and slow.pop():
            take_first_out(order)
            work("documents")
        return pdf

    monkeypatch.setattr(issuing, "print_pdf", print_slowly)
    documents.print_document(slip_of(order).id)
    work("documents")

    assert "Slack Tide 1" not in text_of(documents.for_staff(make.staff().staff, slip_of(order).id)[1])


def test_packing_slip_that_was_slow_to_be_written_is_not_left_over_the_new_one(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    order, write, slow = make.paid_order(things=2), papers.packing_slip, ["slow"]
    fulfilment.start(order.id)
    [parcel] = fulfilment.shipments_of(order.id)

    def cancel() -> None:
        with app.app_context():
            take_first_out(order)
            documents.write_packing_slip(parcel.id)

    rival = threading.Thread(target=cancel)

    def write_slowly(*facts: Any) -> papers.Paper:
        paper = write(*facts)
        if slow and slow.pop():
            rival.start()
            with db.orders.engine.connect() as other:
                here = other.execution_options(isolation_level="AUTOCOMMIT")
                wait_until(
                    lambda: not rival.is_alive() or here.scalar(SOMEBODY_WAITS),
                    what="the rival at the order or its end",
                )
        return paper

    monkeypatch.setattr(papers, "packing_slip", write_slowly)
    documents.write_packing_slip(parcel.id)
    rival.join()

    assert "Slack Tide 1" not in str(slip_of(order).paper)


def test_document_of_another_order_is_not_found(app: Flask) -> None:
    mine, other = make.paid_order(), make.paid_order()
    documents.issue_invoice(other.id)
    (document,) = documents.documents_of(other.id)

    with pytest.raises(NotFound):
        documents.for_customer(mine, document.id)


def test_missing_documents_are_made(app: Flask) -> None:
    with_one, without, unpaid = make.paid_order(), make.paid_order(), make.order()
    documents.issue_invoice(with_one.id)
    work("documents")

    assert documents.make_missing() == (1, 0)
    work("documents")

    assert len(documents.documents_of(without.id)) == 1
    assert documents.documents_of(unpaid.id) == []
    assert documents.make_missing() == (0, 0)
    assert stores.s3().list_objects_v2(Bucket=stores.bucket(), Prefix="documents/")["KeyCount"] == 2
