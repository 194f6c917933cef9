"""Documents: invoices, credit notes and packing slips, numbered without gaps and kept as they were issued.

The one rule: what was issued is never altered and its number never used again; a mistake is put right by a credit note.
"""

from app.services.documents.issuing import (
    documents_of,
    issue_credit_note,
    issue_invoice,
    print_document,
    write_packing_slip,
)
from app.services.documents.models import Document, DocumentSeries
from app.services.documents.reading import (
    for_customer,
    for_staff,
    make_missing,
    order_ids_of,
    packing_slips_of,
)

__all__ = [
    "Document",
    "DocumentSeries",
    "documents_of",
    "for_customer",
    "for_staff",
    "issue_credit_note",
    "issue_invoice",
    "make_missing",
    "order_ids_of",
    "packing_slips_of",
    "print_document",
    "write_packing_slip",
]
