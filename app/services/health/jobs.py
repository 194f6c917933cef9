"""Jobs that gave up: what they were, why, and another start; and those of pictures, which may wait long."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, select, union_all

from app import clock, db, queue
from app.errors import Conflict
from app.outbox import CustomersOutbox, OrdersOutbox
from app.services import audit, orders
from app.services.credits import Credit
from app.services.documents import Document
from app.services.fulfilment import Shipment
from app.services.payments import Payment, Refund
from app.services.returns import Return

_PARTS = (Payment, Refund, Shipment, Credit, Return, Document)  # what jobs are about that belongs to an order
IS_PICTURE = OrdersOutbox.name.startswith("pictures.") | OrdersOutbox.name.startswith("imports.")  # one worker's


def is_refused(outbox: type[CustomersOutbox | OrdersOutbox]) -> ColumnElement[bool]:
    """Select the jobs that wait because a company refuses a setting: their reason says so."""
    return outbox.done_at.is_(None) & outbox.failed_at.is_(None) & outbox.error.contains(" refuses SHOP_")


def pictures_go_on(lately: datetime) -> bool:
    """Whether a picture is worked on now, or was done since: many may wait for hours, and that is well."""
    is_worked_on = (OrdersOutbox.leased_until > clock.now()) | (OrdersOutbox.done_at > lately)
    with db.orders.reading() as session:
        return bool(session.scalar(select(exists().where(IS_PICTURE, is_worked_on))))


@dataclass(frozen=True)
class FailedJob:
    """One job that ended its tries."""

    database: str
    id: str
    name: str
    args: list[str | int]
    attempts: int
    failed_at: datetime
    error: str


def failed_jobs(limit: int) -> Sequence[FailedJob]:
    """List so many jobs that failed for good, the latest first, from both databases."""
    found = [
        FailedJob(database.name, row.id, row.name, row.args, row.attempts, row.failed_at, row.error or "")
        for database in db.BOTH
        for row in queue.failed(database, limit)
    ]
    return sorted(found, key=lambda job: job.failed_at, reverse=True)[:limit]


def orders_of(jobs: Iterable[FailedJob]) -> dict[str, str]:
    """Return the number of the order that each job is about, by the job's id; none for a job about something else."""
    about = {job.id: str(job.args[0]) for job in jobs if job.args}
    wanted = set(about.values())
    query = union_all(*(select(part.id, part.order_id).where(part.id.in_(wanted)) for part in _PARTS))
    with db.orders.reading() as session:
        parts = {row.id: row.order_id for row in session.execute(query)}
    whole = {job_id: parts.get(thing, thing) for job_id, thing in about.items()}
    numbers = orders.numbers_of(whole.values())
    return {job_id: numbers[order_id] for job_id, order_id in whole.items() if order_id in numbers}


def retry_job(database_name: str, row_id: str, *, actor: str) -> None:
    """Have a failed job tried again from its first try on; Conflict when it does not wait for that any more."""
    database = next((each for each in db.BOTH if each.name == database_name), None)
    if database is None:
        raise Conflict("There is no such job.")
    with database.transaction():
        name = queue.retry(database, row_id)
        if name is None:
            raise Conflict("That job runs again already, or is done.")
        audit.record(database, actor, "job.retry", f"job:{row_id}", after={"name": name})
