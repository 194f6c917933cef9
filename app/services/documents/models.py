"""The tables of documents: the counters that number them, and each document as it was issued."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.db import OrdersModel


class DocumentSeries(OrdersModel):
    """The last number of a kind of document in a year of store time. Its row's lock is what keeps numbers gap-free."""

    __tablename__ = "document_series"
    __table_args__ = (CheckConstraint("last >= 0", name="last_not_negative"),)

    kind: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int] = mapped_column(default=0)


class Document(OrdersModel):
    """An invoice, credit note or packing slip. `paper` holds every word on it; an invoice's is never altered.

    `label` is the number as people write it. `printed_at` is set once its PDF lies in S3.
    """

    __tablename__ = "documents"
    __table_args__ = (
        Index("uq_documents_kind_year_number", "kind", "year", "number", unique=True),
        Index("uq_documents_order_id_invoice", "order_id", unique=True, postgresql_where=text("kind = 'invoice'")),
        Index("ix_documents_order_id", "order_id"),
        CheckConstraint("(kind = 'packing_slip') = (number IS NULL)", name="numbered"),
        CheckConstraint("(kind = 'credit_note') = (credit_id IS NOT NULL)", name="credit_known"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    year: Mapped[int]
    number: Mapped[int | None]
    label: Mapped[str | None] = mapped_column(unique=True)
    order_id: Mapped[str] = mapped_column(ForeignKey("orders.id"))
    credit_id: Mapped[str | None] = mapped_column(ForeignKey("credits.id"), unique=True)
    shipment_id: Mapped[str | None] = mapped_column(ForeignKey("shipments.id"), unique=True)
    paper: Mapped[dict[str, Any]] = mapped_column(JSONB)
    issued_at: Mapped[datetime]
    printed_at: Mapped[datetime | None]

    @property
    def title(self) -> str:
        """What the document is called, with its number."""
        return " ".join(filter(None, [self.kind.replace("_", " ").capitalize(), self.label]))

    @property
    def file_name(self) -> str:
        """The name its file gets on somebody's disk: plain ASCII, whatever the number's format holds."""
        name = f"{self.kind}-{self.label or self.id}".replace("_", "-")
        return "".join(letter if letter.isascii() and (letter.isalnum() or letter in "-.") else "-" for letter in name)
