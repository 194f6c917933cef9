"""The check of returns: what came whole and stayed was put on the shelf, once."""

from collections.abc import Iterator

from sqlalchemy import case, func, select

from app.fsck import Check, Fault, walk
from app.services import inventory
from app.services.returns.models import Return, ReturnLine


def _find_unshelved() -> Iterator[Fault]:
    came = select(func.sum(ReturnLine.came - ReturnLine.damaged)).where(ReturnLine.return_id == Return.id)
    whole = case((Return.sent_back, 0), else_=func.coalesce(came.scalar_subquery(), 0))
    shelved = inventory.moved_by(func.concat("return:", Return.id))
    query = select(Return.order_number, Return.number, whole.label("whole"), shelved.label("shelved"))
    for row in walk(query.where(whole != shelved), Return.id):
        says = f"{row.whole} pieces of return {row.number} belong on the shelf, and {row.shelved} were put there"
        yield Fault(row.order_number, says)


CHECKS = (Check("returns.shelf", "What came back whole and stayed was put on the shelf, once.", _find_unshelved),)
