"""Checks of mails: what happened was written, and what was written was sent."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from sqlalchemy import func, select

from app import clock, db
from app.fsck import Check, Fault, mend_by, walk
from app.services import orders
from app.services.notifications.models import Message
from app.services.notifications.states import WAITING

_WRITTEN_WITHIN = timedelta(minutes=15)
_SENT_WITHIN = timedelta(hours=1)


def _find_unwritten() -> Iterator[Fault]:
    return orders.examine(_see_unwritten)


def _see_unwritten(found: Sequence[orders.Order]) -> Iterator[Fault]:
    since = clock.now() - _WRITTEN_WITHIN
    paid = {order.id: order for order in found if order.confirmed_at is not None and order.confirmed_at < since}
    told = select(Message.order_id).where(Message.order_id.in_(paid), Message.template == "order_confirmed")
    with db.orders.reading() as session:
        for order_id in sorted(paid.keys() - set(session.scalars(told))):
            yield Fault(paid[order_id].number, "is paid, and nobody has written so to the customer")


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
