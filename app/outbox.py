"""The tables of jobs that were asked for, one in each database, and what claims and ends a job there.

The one rule: a job is claimed and ended by one conditional UPDATE each, so that of two copies one finds nothing to do.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Executable, Index, Table, bindparam, func, text, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from app import db


class _Outbox:
    """One job that was asked for. `done_at` and `failed_at` end it; between, whoever holds the lease acts."""

    __tablename__ = "outbox"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    args: Mapped[list[Any]] = mapped_column(JSONB)
    key: Mapped[str | None] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    pushed_at: Mapped[datetime | None]
    leased_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    done_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    error: Mapped[str | None]

    @declared_attr.directive
    def __table_args__(self) -> tuple[Index, ...]:
        """The indexes: of each table its own."""
        return (
            Index("ix_outbox_open", "due_at", postgresql_where=text("done_at IS NULL AND failed_at IS NULL")),
            Index("ix_outbox_failed_at", "failed_at", postgresql_where=text("failed_at IS NOT NULL")),
            Index("ix_outbox_done_at", "done_at", postgresql_where=text("done_at IS NOT NULL")),
        )


class CustomersOutbox(_Outbox, db.CustomersModel):
    """The outbox of the database `customers`."""


class OrdersOutbox(_Outbox, db.OrdersModel):
    """The outbox of the database `orders`."""


def claiming(outbox: Table) -> Executable:
    """Return the statement that claims job `row` at `moment` with a lease `until`; it finds no taken one."""
    free = func.coalesce(outbox.c.leased_until, bindparam("moment")) <= bindparam("moment")
    return (
        update(outbox)
        .where(outbox.c.id == bindparam("row"), outbox.c.done_at.is_(None), outbox.c.failed_at.is_(None))
        .where(outbox.c.due_at <= bindparam("moment"), free)
        .values(attempts=outbox.c.attempts + 1, leased_until=bindparam("until"))
        .returning(outbox.c.args, outbox.c.attempts)
    )


def finishing(outbox: Table) -> Executable:
    """Return the statement that ends job `row` at `moment`, unless another `try` has claimed it since."""
    return (
        update(outbox)
        .where(outbox.c.id == bindparam("row"), outbox.c.attempts == bindparam("try"), outbox.c.done_at.is_(None))
        .values(done_at=bindparam("moment"), leased_until=None, error=None)
        .returning(outbox.c.id)
    )
