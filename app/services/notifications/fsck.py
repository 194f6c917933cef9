"""Checks of mails: what happened was written, and what was written was sent."""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import exists, func, select

from app import clock
from app.fsck import Check, Fault, mend_by, walk
from app.services import orders
from app.services.notifications.models import Message
from app.services.notifications.states import WAITING

_WRITTEN_WITHIN = timedelta(minutes=15)
_SENT_WITHIN = timedelta(hours=1)


def _find_unwritten() -> Iterator[Fault]:
    told = exists().where(Message.order_id == orders.Order.id, Message.template == "order_confirmed")
    query = select(orders.Order.number).where(orders.Order.confirmed_at < clock.now() - _WRITTEN_WITHIN, ~told)
    for row in walk(query, orders.Order.id):
        yield Fault(row.number, "is paid, and nobody has written so to the customer")


def _find_unsent() -> Iterator[Fault]:
    late = Message.state.in_(WAITING) & (Message.created_at < clock.now() - _SENT_WITHIN)
    query = select(func.count().label("count"), func.min(Message.created_at).label("since"))
    for row in walk(query.where(late).group_by(Message.order_id), Message.order_id):
        yield Fault(row.key, f"{row.count} mails of this order wait since {row.since:%Y-%m-%d %H:%M}")


CHECKS = (
    Check(
        "mails.written",
        "Whoever paid was written to.",
        _find_unwritten,
        mend=orders.mend_by("email.order_confirmed"),
        because="a unique constraint allows one mail for each event and person",
    ),
    Check(
        "mails.sent",
        "What was written is sent within the hour.",
        _find_unsent,
        mend=mend_by("email.send"),
        because="a mail is leased before it is sent and marked after it",
    ),
)
