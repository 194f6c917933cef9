"""The tables of the audit, the same in both databases. Triggers (migration 0003_audit) refuse every change of them."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app import db


class Intake:
    """One act, as it was committed. The web role may only insert here."""

    __tablename__ = "audit_intake"

    id: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str]
    act: Mapped[str]
    subject: Mapped[str]
    before: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    after: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    request_id: Mapped[str | None]


class Unsealed:
    """The ids of rows that wait for their seal; a trigger of the intake writes them, in the same commit."""

    __tablename__ = "audit_unsealed"

    intake_id: Mapped[str] = mapped_column(primary_key=True)


class Entry:
    """The seal of one row: its hash covers the row, its position and the hash before.

    No foreign key: a row that is missing must be reported, not made impossible to look for.
    """

    __tablename__ = "audit_chain"

    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    intake_id: Mapped[str] = mapped_column(unique=True)
    previous: Mapped[str]
    hash: Mapped[str]
    sealed_at: Mapped[datetime]


class Checkpoint:
    """Up to where signed checkpoints have left the database."""

    __tablename__ = "audit_checkpoints"

    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    stored_at: Mapped[datetime]


class CustomersIntake(Intake, db.CustomersModel):
    """What was done to people and their rights."""

    __table_args__ = (Index("ix_audit_intake_subject_id", "subject", "id"),)


class OrdersIntake(Intake, db.OrdersModel):
    """What was done to orders, money and stock."""

    __table_args__ = (Index("ix_audit_intake_subject_id", "subject", "id"),)


class CustomersUnsealed(Unsealed, db.CustomersModel):
    """The rows of `customers` that wait for their seal."""


class OrdersUnsealed(Unsealed, db.OrdersModel):
    """The rows of `orders` that wait for their seal."""


class CustomersEntry(Entry, db.CustomersModel):
    """The chain of `customers`."""


class OrdersEntry(Entry, db.OrdersModel):
    """The chain of `orders`."""


class CustomersCheckpoint(Checkpoint, db.CustomersModel):
    """The checkpoints of `customers`."""


class OrdersCheckpoint(Checkpoint, db.OrdersModel):
    """The checkpoints of `orders`."""
