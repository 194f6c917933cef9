"""The tables of notifications: every message as it was written, and what became of it."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import OrdersModel


class Message(OrdersModel):
    """One mail to one person about one event. `sequence` is the order in which an order's mails go out."""

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("event", "recipient"),
        Index("ix_messages_order_id_sequence", "order_id", "sequence"),
        Index("ix_messages_sequence_waiting", "sequence", postgresql_where=text("state IN ('queued', 'sending')")),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    sequence: Mapped[int] = mapped_column(BigInteger, Identity())
    event: Mapped[str]
    order_id: Mapped[str] = mapped_column(ForeignKey("orders.id"))
    template: Mapped[str]
    recipient: Mapped[str]
    recipient_name: Mapped[str]
    subject: Mapped[str]
    text: Mapped[str]
    html: Mapped[str]
    state: Mapped[str]  # see states.py
    attempts: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[datetime | None]
    provider_id: Mapped[str | None]
    problem: Mapped[str | None]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
