"""The tables of money: what is to be paid, what was given back, and every event a provider sent."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, literal_column, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.db import OrdersModel
from app.money import Money


class Payment(OrdersModel):
    """One try to be paid for an order. Its id and `try_number` are the idempotency key at the provider."""

    __tablename__ = "payments"
    __table_args__ = (
        Index(
            "uq_payments_order_id_live",
            "order_id",
            unique=True,
            postgresql_where=text("state IN ('created', 'open', 'authorized', 'paid') AND provider <> 'gift_card'"),
        ),
        Index("ix_payments_order_id", "order_id"),
        CheckConstraint("amount > 0", name="amount_positive"),
        CheckConstraint("refunded >= 0 AND refunded <= captured", name="refunded_within_captured"),
        CheckConstraint("released >= 0 AND released <= amount", name="released_within"),
        Index("ix_payments_capture_before", "capture_before", postgresql_where=text("state = 'authorized'")),
        # By which orders of a pay state are found, newest first: see pay_states.py.
        Index("ix_payments_order_id_waiting", "order_id", postgresql_where=text("state IN ('created', 'open')")),
        Index(
            "ix_payments_order_id_held",
            "order_id",
            postgresql_where=text("state = 'authorized' AND provider = 'stripe'"),
        ),
        Index("ix_payments_order_id_captured", "order_id", postgresql_where=text("captured > 0")),
        Index("ix_payments_order_id_given_back", "order_id", postgresql_where=text("refunded + released > 0")),
        Index("ix_payments_order_id_over", "order_id", postgresql_where=text("state = 'cancelled'")),
        Index(
            "ix_payments_order_id_lapsed",
            "order_id",
            postgresql_where=text(
                "state = 'cancelled' AND amount > released AND (authorized_at IS NOT NULL OR pay_by IS NOT NULL)"
            ),
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    order_id: Mapped[str] = mapped_column(ForeignKey("orders.id"))
    provider: Mapped[str]
    method: Mapped[str]
    state: Mapped[str]
    amount: Mapped[int]
    currency: Mapped[str]
    captured: Mapped[int] = mapped_column(default=0)
    refunded: Mapped[int] = mapped_column(default=0)
    # Of what a card holds: what we do not capture (what somebody does at Stripe goes back), and what we are capturing.
    released: Mapped[int] = mapped_column(default=0)
    capturing: Mapped[int] = mapped_column(default=0)
    # Why the bank refused to give what the card holds, and how often the money was asked for: part of the key.
    capture_error: Mapped[str | None]
    capture_try: Mapped[int] = mapped_column(default=1)
    # Where the payer comes from, as the brake counts them: lane to its name there.
    lanes: Mapped[dict[str, str]] = mapped_column(JSONB, default=dict)
    # What the provider will be asked, kept so that a repeat after a crash asks the very same.
    request: Mapped[dict[str, Any]] = mapped_column(JSONB)
    try_number: Mapped[int] = mapped_column(default=1)
    tried_at: Mapped[datetime | None]
    try_failed: Mapped[bool] = mapped_column(default=False)
    gift_card_id: Mapped[str | None] = mapped_column(ForeignKey("gift_cards.id"), index=True)
    session_id: Mapped[str | None] = mapped_column(index=True)
    intent_id: Mapped[str | None] = mapped_column(index=True)
    pay_url: Mapped[str | None]
    client_secret: Mapped[str | None]
    decline: Mapped[str | None]
    created_at: Mapped[datetime]
    paid_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    disputed_at: Mapped[datetime | None]
    authorized_at: Mapped[datetime | None]
    capture_before: Mapped[datetime | None]
    flagged_at: Mapped[datetime | None]
    pay_by: Mapped[datetime | None]  # until when the order waits to be paid anew, as this money is not here after all

    @property
    def amount_money(self) -> Money:
        """What is to be paid."""
        return Money(self.amount, self.currency)

    @property
    def released_money(self) -> Money:
        """What a card held and is not charged."""
        return Money(max(0, min(self.released, self.amount - self.captured)), self.currency)

    @property
    def unreleased(self) -> int:
        """What is to be paid of it, in minor units, less what we let go of what a card holds."""
        return self.amount - self.released

    @property
    def excess(self) -> int:
        """What came beyond what was to be paid, in minor units."""
        return max(0, self.captured - self.amount)

    @property
    def captured_money(self) -> Money:
        """What came."""
        return Money(self.captured, self.currency)

    @property
    def refunded_money(self) -> Money:
        """What goes back."""
        return Money(self.refunded, self.currency)

    @property
    def refundable(self) -> Money:
        """What can still be given back; nothing while a transfer has come in part only."""
        if self.is_held:
            return Money(self.unreleased, self.currency)
        is_part = self.state == "open" and self.captured < self.amount
        return Money(0 if is_part else self.captured - self.refunded, self.currency)

    @property
    def is_held(self) -> bool:
        """Whether a card holds the money, which is not ours yet."""
        return self.state == "authorized" and self.provider == "stripe"

    @property
    def is_refused(self) -> bool:
        """Whether the bank refused to give what the card holds, and nobody asks it again at this moment."""
        return self.is_held and bool(self.capture_error) and not self.capturing

    @property
    def lapsed(self) -> int:
        """How much an order relied on, in minor units, that is not here: a hold that ended, a transfer taken back."""
        is_missing = self.state in {"open", "cancelled"} and (self.authorized_at or self.pay_by)
        return self.unreleased if is_missing else 0


HELD = (Payment.state == "authorized") & (Payment.provider == "stripe")  # as `is_held`, for queries


class TransferReceipt(OrdersModel):
    """Money that came on the shop's bank account for a payment, as staff matched it. Append-only.

    `bank_line` is how the bank names the line of its statement, so that nobody matches one line twice. One that was
    matched by mistake is marked as taken back, and counts no more.
    """

    __tablename__ = "transfer_receipts"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount_positive"),
        Index(
            "uq_transfer_receipts_bank_line",
            "bank_line",
            unique=True,
            postgresql_where=text("taken_back_at IS NULL"),
        ),
        Index(
            "ix_transfer_receipts_sender",
            literal_column("plain(sender)").label("words"),
            postgresql_using="gin",
            postgresql_ops={"words": "gin_trgm_ops"},
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    payment_id: Mapped[str] = mapped_column(ForeignKey("payments.id"), index=True)
    key: Mapped[str] = mapped_column(unique=True)
    bank_line: Mapped[str | None]
    amount: Mapped[int]
    currency: Mapped[str]
    sender: Mapped[str]
    actor: Mapped[str]
    created_at: Mapped[datetime]
    taken_back_at: Mapped[datetime | None]
    taken_back_by: Mapped[str | None]

    @property
    def amount_money(self) -> Money:
        """What came."""
        return Money(self.amount, self.currency)


STANDS = TransferReceipt.taken_back_at.is_(None)  # for queries: what still counts


class Refund(OrdersModel):
    """Money to give back. Its id is the idempotency key; its amount counts in `payments.refunded` from the start."""

    __tablename__ = "refunds"
    __table_args__ = (CheckConstraint("amount > 0", name="amount_positive"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    payment_id: Mapped[str] = mapped_column(ForeignKey("payments.id"), index=True)
    order_id: Mapped[str] = mapped_column(ForeignKey("orders.id"), index=True)
    key: Mapped[str] = mapped_column(unique=True)
    amount: Mapped[int]
    currency: Mapped[str]
    reason: Mapped[str]
    actor: Mapped[str]
    state: Mapped[str]
    try_number: Mapped[int] = mapped_column(default=1)
    external_id: Mapped[str | None] = mapped_column(index=True)
    error: Mapped[str | None]
    # A card held it and let it go: nothing was charged, and nothing goes back.
    is_release: Mapped[bool] = mapped_column(default=False)
    # How staff gave it back, in words for the customer, when the way it was paid did not take it.
    otherwise: Mapped[str | None]
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]

    @property
    def amount_money(self) -> Money:
        """What is given back."""
        return Money(self.amount, self.currency)


class Dispute(OrdersModel):
    """A customer's bank takes money back, or asks about it. `status` is the provider's word."""

    __tablename__ = "disputes"
    __table_args__ = (Index("ix_disputes_open", "id", postgresql_where=text("closed_at IS NULL")),)

    id: Mapped[str] = mapped_column(primary_key=True)
    external_id: Mapped[str] = mapped_column(unique=True)
    payment_id: Mapped[str] = mapped_column(ForeignKey("payments.id"), index=True)
    order_id: Mapped[str] = mapped_column(ForeignKey("orders.id"), index=True)
    amount: Mapped[int]
    currency: Mapped[str]
    reason: Mapped[str]
    status: Mapped[str]
    due_by: Mapped[datetime | None]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]

    @property
    def amount_money(self) -> Money:
        """What is disputed."""
        return Money(self.amount, self.currency)


class MoneyFinding(OrdersModel):
    """A difference between the provider's books and ours."""

    __tablename__ = "money_findings"
    __table_args__ = (
        UniqueConstraint("subject", "says"),
        Index("ix_money_findings_open", "id", postgresql_where=text("closed_at IS NULL AND NOT is_mended")),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str]
    says: Mapped[str]
    is_mended: Mapped[bool]
    found_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None]


class PaymentTry(OrdersModel):
    """One thing tried in vain, in one lane: see brake.py."""

    __tablename__ = "payment_tries"
    __table_args__ = (Index("ix_payment_tries_lane_at", "lane", "at"), Index("ix_payment_tries_at", "at"))

    kind: Mapped[str] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(primary_key=True)
    lane: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class ProviderEvent(OrdersModel):
    """One event as a company sent it, kept once and raw, with what became of it."""

    __tablename__ = "webhook_inbox"
    __table_args__ = (
        UniqueConstraint("provider", "event_id", name="uq_webhook_inbox_event"),
        Index("ix_webhook_inbox_open", "received_at", postgresql_where=text("processed_at IS NULL")),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    provider: Mapped[str]
    event_id: Mapped[str]
    type: Mapped[str]
    raw: Mapped[bytes] = mapped_column(LargeBinary)
    received_at: Mapped[datetime]
    processed_at: Mapped[datetime | None]
    verdict: Mapped[str | None]
