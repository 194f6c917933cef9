"""The tables of those who work in the shop: who they are, how they prove it, and how often somebody tried."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from app.db import CustomersModel


class StaffMember(CustomersModel):
    """Somebody who may open the back office. The address is kept as it is compared: trimmed, in lower case."""

    __tablename__ = "staff"

    id: Mapped[str] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    role: Mapped[str]
    password_hash: Mapped[str]
    totp_secret: Mapped[bytes | None] = mapped_column(LargeBinary)  # encrypted; see codes.py
    totp_confirmed_at: Mapped[datetime | None]
    totp_last_step: Mapped[int | None]  # the newest 30 seconds whose code was used; an older one is a replay
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class RecoveryCode(CustomersModel):
    """A code to sign in with when the phone is gone. Kept as a keyed hash; works once."""

    __tablename__ = "staff_recovery_codes"

    hash: Mapped[str] = mapped_column(primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), index=True)
    used_at: Mapped[datetime | None]


class SignInAttempt(CustomersModel):
    """One try at a password or code that has not succeeded. Names and devices are keyed hashes; rows go after a day."""

    __tablename__ = "sign_in_attempts"
    __table_args__ = (
        Index("ix_sign_in_attempts_account_at", "account", "at"),
        Index("ix_sign_in_attempts_address_at", "address", "at"),
        Index("ix_sign_in_attempts_at", "at"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    account: Mapped[str]
    address: Mapped[str]
    device: Mapped[str | None]
    at: Mapped[datetime]
