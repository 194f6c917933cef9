"""Issuing: a number from the series and the words that go with it, in one transaction; then the PDF, into S3.

The one rule: the counter's row is locked before it is looked whether the document exists, and counts up in the same
commit that writes the document. So a rollback takes no number with it, and no number is given twice.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert

from app import clock, config, db, stores
from app.queue import done, later, unfinished
from app.services import credits, fulfilment, orders, payments
from app.services.documents import papers
from app.services.documents.models import Document, DocumentSeries
from app.services.documents.printing import print_pdf

_OF_ORDER = select(Document).where(Document.order_id == bindparam("order")).order_by(Document.id)
_PAGES = {"invoice": "invoice", "credit_note": "invoice", "packing_slip": "packing_slip"}


def issue_invoice(order_id: str) -> None:
    """Give an order its invoice and have it printed; once, however often this is called."""
    order = orders.get_for_job(order_id)
    if order.confirmed_at is None:  # nothing was sold
        return
    shipped_at = next((each.label_at for each in fulfilment.shipments_of(order_id) if each.label_at), None)
    paid = payments.of_order(order_id)
    is_held, is_owed = any(payment.is_held for payment in paid), bool(credits.owed_of(order, paid))

    def write(label: str, moment: datetime) -> papers.Paper:
        return papers.invoice(order, label, moment, shipped_at=shipped_at, is_held=is_held, is_owed=is_owed)

    with db.orders.transaction():
        _issue("invoice", order_id, config.current().invoice_number, write)
        done()


def issue_credit_note(credit_id: str) -> None:
    """Give a credit its note, after the invoice that it corrects, and have it printed; once."""
    credit = credits.get_for_job(credit_id)
    with unfinished():  # the note that follows belongs to the same job
        issue_invoice(credit.order_id)
    order = orders.get_for_job(credit.order_id)
    invoice = next(each for each in documents_of(order.id) if each.kind == "invoice")
    keys = {credits.refund_key(credit), credit.key}  # its own, for one that was made at the provider itself
    made = payments.refunds_of(order.id)
    refunds = [each for each in made if each.key.partition("#")[0] in keys]
    before = _given_before(made, credits.of_order(order.id))

    def write(label: str, moment: datetime) -> papers.Paper:
        return papers.credit_note(
            order, credit, label, moment, invoice=invoice.label or "", refunds=refunds, before=before
        )

    with db.orders.transaction():
        _issue("credit_note", order.id, config.current().credit_note_number, write, credit_id=credit_id)
        done()


def _given_before(refunds: Sequence[payments.Refund], given: Sequence[credits.Credit]) -> int:
    """Return how much was given back at the provider itself without a credit, and not for one that failed."""
    own = {each.key for each in given}
    there = sum(each.amount for each in refunds if each.actor == "stripe" and each.key not in own)
    return max(0, there - sum(each.amount for each in payments.list_unsettled(refunds)))


def write_packing_slip(shipment_id: str) -> None:
    """Write what is in a parcel now, and have it printed; again when its contents changed."""
    order_id = fulfilment.get_for_job(shipment_id).order_id
    with db.orders.transaction() as session:
        order, moment = orders.lock(order_id), clock.now()  # under which nothing leaves the parcel
        paper = papers.packing_slip(order, fulfilment.get_for_job(shipment_id), moment)
        row = insert(Document).values(
            id=db.new_id(), kind="packing_slip", year=_year(moment), number=None, label=None, order_id=order.id,
            credit_id=None, shipment_id=shipment_id, paper=paper, issued_at=moment, printed_at=None,
        )  # fmt: skip
        again = {"paper": paper, "issued_at": moment, "printed_at": None}
        document_id = session.execute(
            row.on_conflict_do_update(index_elements=["shipment_id"], set_=again).returning(Document.id)
        ).scalar_one()
        later("documents.print", document_id)
        done()


def print_document(document_id: str) -> None:
    """Put a document's PDF into S3. Twice is once: the same words at the same moment are the same bytes."""
    with db.orders.reading() as session:
        document = session.get_one(Document, document_id)
    pdf = print_pdf(_PAGES[document.kind], document.paper, made_at=document.issued_at)
    db.require_no_transaction()
    stores.s3().put_object(Bucket=stores.bucket(), Key=key_of(document_id), Body=pdf, ContentType="application/pdf")
    with db.orders.transaction() as session:
        row = session.get_one(Document, document_id, with_for_update=True, populate_existing=True)
        if row.issued_at == document.issued_at:
            row.printed_at = clock.now()
        else:  # it was written anew meanwhile, and printed perhaps, before these words were put in its place
            row.printed_at = None
            later("documents.print", document_id)
        done()


def key_of(document_id: str) -> str:
    """Return where in the bucket a document's PDF lies."""
    return f"documents/{document_id}.pdf"


def documents_of(order_id: str) -> Sequence[Document]:
    """List an order's documents, oldest first."""
    with db.orders.reading() as session:
        return session.scalars(_OF_ORDER, {"order": order_id}).all()


def _issue(
    kind: str,
    order_id: str,
    shown: str,
    write: Callable[[str, datetime], papers.Paper],
    *,
    credit_id: str | None = None,
) -> None:
    session = db.orders.session
    series, moment = _lock_series(kind)
    same = (Document.kind == kind, Document.order_id == order_id, Document.credit_id.is_not_distinct_from(credit_id))
    if session.scalar(select(Document.id).where(*same)):
        return
    series.last += 1
    label = shown.format(year=series.year, number=series.last)
    document = Document(
        id=db.new_id(), kind=kind, year=series.year, number=series.last, label=label, order_id=order_id,
        credit_id=credit_id, shipment_id=None,
        paper=write(label, moment), issued_at=moment, printed_at=None,
    )  # fmt: skip
    session.add(document)
    session.flush()
    orders.note(order_id, kind, f"{document.title} was issued.")
    later("documents.print", document.id)


def _lock_series(kind: str) -> tuple[DocumentSeries, datetime]:
    """Lock the series of this year, and read the time under its lock, so that dates ascend with numbers."""
    session, year = db.orders.session, _year(clock.now())
    session.execute(insert(DocumentSeries).values(kind=kind, year=year, last=0).on_conflict_do_nothing())
    series = session.scalars(
        select(DocumentSeries).where(DocumentSeries.kind == kind, DocumentSeries.year == year).with_for_update()
    ).one()
    moment = clock.now()
    if _year(moment) != year:  # it waited for the lock over New Year
        return _lock_series(kind)
    return series, moment


def _year(moment: datetime) -> int:
    """Return the year of store time."""
    return clock.day_of(moment).year
