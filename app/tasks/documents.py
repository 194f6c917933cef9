"""Jobs of documents: one gives the number, one prints."""

from app.services import documents


def invoice(order_id: str) -> None:
    """Issue an order's invoice. Twice is once: looked for under the lock of its series, and unique by a constraint."""
    documents.issue_invoice(order_id)


def credit_note(credit_id: str) -> None:
    """Issue a credit's note. Twice is once, as for `invoice`."""
    documents.issue_credit_note(credit_id)


def packing_slip(shipment_id: str) -> None:
    """Write a parcel's packing slip. Twice is harmless: it says what is in the parcel now."""
    documents.write_packing_slip(shipment_id)


def print(document_id: str) -> None:  # noqa: A001 - the job's name; this file prints nothing else
    """Put a document's PDF into S3. Twice is harmless: the same bytes under the same key."""
    documents.print_document(document_id)
