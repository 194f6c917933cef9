"""What comparing the books with the provider's found, until somebody has looked at it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from app import clock, db
from app.services import audit
from app.services.payments.models import MoneyFinding


@dataclass(frozen=True)
class Finding:
    """One difference: which payment, refund or dispute (ours or the provider's id), what is wrong, is it mended."""

    payment: str
    says: str
    is_mended: bool


def keep_findings(findings: Iterable[Finding]) -> list[Finding]:
    """Keep what was found, each difference once; one that is seen again is only dated anew.

    Returns those that nobody has closed.
    """
    moment, found = clock.now(), list(dict.fromkeys(findings))
    if not found:
        return []
    added = insert(MoneyFinding).values([
        {"subject": each.payment, "says": each.says, "is_mended": each.is_mended, "id": db.new_id(),
         "found_at": moment, "seen_at": moment}
        for each in found
    ])  # fmt: skip
    kept = added.on_conflict_do_update(index_elements=["subject", "says"], set_={"seen_at": moment})
    columns = (MoneyFinding.subject, MoneyFinding.says, MoneyFinding.closed_at)
    with db.orders.transaction() as session:
        closed = {(row.subject, row.says) for row in session.execute(kept.returning(*columns)) if row.closed_at}
    return [each for each in found if (each.payment, each.says) not in closed]


def list_findings(*, is_open: bool, before: str | None = None, limit: int = 50) -> Sequence[MoneyFinding]:
    """List findings newest first: those that a person must look at, or the others."""
    waits = MoneyFinding.closed_at.is_(None) & MoneyFinding.is_mended.is_(False)
    query = select(MoneyFinding).where(waits if is_open else ~waits)
    if before:
        query = query.where(MoneyFinding.id < before)
    with db.orders.reading() as session:
        return session.scalars(query.order_by(MoneyFinding.id.desc()).limit(limit)).all()


def close_finding(finding_id: str, *, actor: str) -> None:
    """Note that somebody has looked at a finding. Twice is once; audited."""
    with db.orders.transaction() as session:
        closed = session.execute(
            update(MoneyFinding)
            .where(MoneyFinding.id == finding_id, MoneyFinding.closed_at.is_(None))
            .values(closed_at=clock.now(), closed_by=actor)
            .returning(MoneyFinding.subject)
        ).scalar()
        if closed is not None:
            audit.record(db.orders, actor, "finding.close", f"finding:{finding_id}", after={"about": closed})
