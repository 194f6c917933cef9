"""Checks of documents: no number is missing, no paid order is without its invoice, and all of it is printed."""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import exists, func, select

from app import clock
from app.fsck import Check, Fault, mend_by, walk
from app.money import Money
from app.services import credits, orders
from app.services.documents.models import Document, DocumentSeries

_ISSUED_WITHIN = timedelta(minutes=15)
_PRINTED_WITHIN = timedelta(hours=1)


def _find_gaps() -> Iterator[Fault]:
    is_its = (Document.kind == DocumentSeries.kind) & (Document.year == DocumentSeries.year)
    count, highest = func.count(Document.id), func.coalesce(func.max(Document.number), 0)
    query = select(DocumentSeries.last, count.label("count"), highest.label("highest")).outerjoin(Document, is_its)
    query = query.group_by(DocumentSeries.kind, DocumentSeries.year)
    key = func.concat(DocumentSeries.kind, "/", DocumentSeries.year)
    for row in walk(query.having((count != DocumentSeries.last) | (highest != DocumentSeries.last)), key):
        yield Fault(row.key, f"{row.last} numbers were given, {row.count} documents have one, up to {row.highest}")


def _find_uninvoiced() -> Iterator[Fault]:
    invoiced = exists().where(Document.order_id == orders.Order.id, Document.kind == "invoice")
    query = select(orders.Order.number).where(orders.Order.confirmed_at < clock.now() - _ISSUED_WITHIN, ~invoiced)
    for row in walk(query, orders.Order.id):
        yield Fault(row.number, "is paid and has no invoice")


def _find_uncredited() -> Iterator[Fault]:
    given = credits.Credit
    lacks = ~select(Document.id).where(Document.credit_id == given.id).exists()
    query = select(given.amount, given.currency).where(lacks, given.created_at < clock.now() - _ISSUED_WITHIN)
    for row in walk(query, given.id):
        yield Fault(row.key, f"{Money(row.amount, row.currency)} went back without a credit note")


def _find_unprinted() -> Iterator[Fault]:
    late = Document.printed_at.is_(None) & (Document.issued_at < clock.now() - _PRINTED_WITHIN)
    for row in walk(select(Document.kind, Document.label, Document.issued_at).where(late), Document.id):
        name = f"{row.kind} {row.label or ''}".strip()
        yield Fault(row.key, f"{name} was issued at {row.issued_at:%Y-%m-%d %H:%M} and is not printed")


CHECKS = (
    Check("documents.numbers", "Invoices and credit notes are numbered without a gap.", _find_gaps),
    Check(
        "documents.invoices",
        "Every paid order has its invoice.",
        _find_uninvoiced,
        mend=orders.mend_by("documents.invoice"),
        because="a unique constraint allows an order one invoice",
    ),
    Check(
        "documents.credit_notes",
        "What was given back has its credit note.",
        _find_uncredited,
        mend=mend_by("documents.credit_note"),
        because="a unique constraint allows a credit one note",
    ),
    Check(
        "documents.printed",
        "What was issued is printed within the hour.",
        _find_unprinted,
        mend=mend_by("documents.print"),
        because="what was issued never changes, so printed again it is the same",
    ),
)
