"""Reading documents: through the order, for whoever has its link; as staff; and those that are missing."""

from collections.abc import Collection, Sequence

from sqlalchemy import select

from app import db, stores
from app.errors import NotFound, Unavailable
from app.queue import later
from app.services import orders
from app.services.accounts import Staff
from app.services.documents.issuing import documents_of, key_of
from app.services.documents.models import Document
from app.services.orders import Order

_FOR_CUSTOMERS = ("invoice", "credit_note")


def for_customer(order: Order, document_id: str) -> tuple[Document, bytes]:
    """Return an invoice or credit note of this order with its PDF; Unavailable while it is being printed.

    `invoice` stands for the order's invoice, whatever its id, so that a mail can link it before it exists.
    """
    mine = [each for each in documents_of(order.id) if each.kind in _FOR_CUSTOMERS]
    found = next((each for each in mine if document_id in {each.id, each.kind}), None)
    if found is None and document_id == "invoice" and order.confirmed_at:
        raise Unavailable("Your invoice is being written. Please try again in a minute.")
    if found is None:
        raise NotFound
    return found, _pdf(found)


def order_ids_of(label: str) -> Sequence[str]:
    """Return the id of the order with the invoice or credit note of this number; none where there is no such."""
    with db.orders.reading() as session:
        return session.scalars(select(Document.order_id).where(Document.label.in_([label, label.upper()]))).all()


def packing_slips_of(order_ids: Collection[str]) -> dict[str, str]:
    """Return the newest packing slip of each order that is printed, by its id, in one query."""
    is_slip = (Document.kind == "packing_slip") & Document.printed_at.is_not(None)
    query = select(Document.order_id, Document.id).where(Document.order_id.in_(order_ids), is_slip)
    with db.orders.reading() as session:
        return {row.order_id: row.id for row in session.execute(query.order_by(Document.id))}


def for_staff(staff: Staff, document_id: str) -> tuple[Document, bytes]:  # noqa: ARG001 - whoever has a Staff may ask
    """Return a document with its PDF; raise Unavailable while it is being printed."""
    with db.orders.reading() as session:
        found = session.get(Document, document_id)
    if found is None:
        raise NotFound("There is no such document.")
    return found, _pdf(found)


def make_missing() -> tuple[int, int]:
    """Have every invoice written that a confirmed order lacks, and everything printed that is not in S3 yet.

    Returns how many of each. Safe to repeat: both jobs do once what they are asked twice.
    """
    without = 0
    for order_ids in orders.confirmed_ids():
        with db.orders.transaction() as session:
            wanted = select(Document.order_id).where(Document.kind == "invoice", Document.order_id.in_(order_ids))
            missing = set(order_ids) - set(session.scalars(wanted))
            for order_id in sorted(missing):
                later("documents.invoice", order_id)
        without += len(missing)
    with db.orders.transaction() as session:
        unprinted = session.scalars(select(Document.id).where(Document.printed_at.is_(None))).all()
        for document_id in unprinted:
            later("documents.print", document_id)
    return without, len(unprinted)


def _pdf(document: Document) -> bytes:
    if document.printed_at is None:
        raise Unavailable("This document is being printed. Please try again in a minute.")
    return stores.s3().get_object(Bucket=stores.bucket(), Key=key_of(document.id))["Body"].read()
