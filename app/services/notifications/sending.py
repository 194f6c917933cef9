"""Sending: an order's messages one after the other, each leased before the call and marked after it."""

import json
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import bindparam, select

from app import clock, db
from app.errors import Invalid, Unavailable
from app.queue import done, later
from app.services import orders, payments
from app.services.notifications import sendgrid
from app.services.notifications.models import Message
from app.services.notifications.states import MOVES, WAITING, MessageState

LEASE = timedelta(seconds=30)  # longer than one call may take, shorter than the job's own lease

_NEXT = (
    select(Message)
    .where(Message.order_id == bindparam("order"), Message.state.in_(WAITING))
    .order_by(Message.sequence)
    .limit(1)
    .with_for_update()
)
_LOCKED = (
    select(Message)
    .where(Message.id == bindparam("message"))
    .with_for_update()
    .execution_options(populate_existing=True)
)
_SAYS = {
    "delivered": MessageState.DELIVERED,
    "bounce": MessageState.BOUNCED,
    "dropped": MessageState.BOUNCED,
}


def send(order_id: str) -> None:
    """Send an order's waiting messages, the first one first.

    Raises Unavailable while the provider does not answer, or while another copy of this job is at work on one: the
    job is tried again.
    """
    while message := _claim(order_id):
        try:
            provider_id = sendgrid.send(message)
        except Invalid as refusal:
            _mark(message.id, MessageState.FAILED, problem=str(refusal))
        except Unavailable as error:
            _mark(message.id, MessageState.QUEUED, problem=str(error))
            raise
        else:
            _mark(message.id, MessageState.SENT, provider_id=provider_id)


def messages_of(order_id: str) -> Sequence[Message]:
    """List what was written to the customer of an order, oldest first."""
    with db.orders.reading() as session:
        return session.scalars(select(Message).where(Message.order_id == order_id).order_by(Message.sequence)).all()


def receive_events(raw: bytes, signature: str, timestamp: str) -> None:
    """Verify a batch of the provider's events, keep each once and queue what it means. Invalid for a false one."""
    events = sendgrid.read_events(raw, signature, timestamp)
    with db.orders.transaction():
        for event in events:
            kept = json.dumps({"message": event.message_id, "reason": event.reason}).encode()
            is_needed = bool(event.message_id) and event.kind in _SAYS
            row_id = payments.receive_event("sendgrid", event.id, event.kind, kept, is_needed=is_needed)
            if row_id:
                later("email.note_event", row_id)


def note_event(row_id: str) -> None:
    """Note on a message what its provider said, if that moves it forward."""
    event = payments.find_event(row_id)
    if event is None:
        return
    body = json.loads(event.raw)
    with db.orders.transaction() as session:
        message = session.get(Message, body["message"], with_for_update=True)
        if event.type not in _SAYS:  # such as "deferred", acted on once more by hand
            payments.give_verdict(row_id, "not needed")
        elif message is None:
            payments.give_verdict(row_id, "unknown message")
        elif _move(message, _SAYS[event.type], problem=body["reason"] or None):
            payments.give_verdict(row_id, message.state)
        else:
            payments.give_verdict(row_id, "old news")
        done()


def _claim(order_id: str) -> Message | None:
    """Lease the lowest message that is not sent; None when all are. The claim is a commit of its own."""
    moment = clock.now()
    with db.orders.transaction() as session:
        message = session.scalars(_NEXT, {"order": order_id}).one_or_none()
        if message is None:
            return None
        if message.leased_until is not None and message.leased_until > moment:
            raise Unavailable("Another copy of this job is sending the message before.")
        message.state, message.leased_until = MessageState.SENDING, moment + LEASE
        message.attempts += 1
        return message


def _mark(message_id: str, to: MessageState, *, problem: str | None = None, provider_id: str | None = None) -> None:
    with db.orders.transaction() as session:
        message = session.scalars(_LOCKED, {"message": message_id}).one()
        message.leased_until = None
        message.provider_id = provider_id or message.provider_id
        _move(message, to, problem=problem)


def _move(message: Message, to: MessageState, *, problem: str | None) -> bool:
    """Move a locked message if the table allows it, with a line in the order's timeline where staff want to know."""
    if to not in MOVES[MessageState(message.state)]:
        return False
    message.state, message.problem = to, problem
    if to in {MessageState.SENT, MessageState.DELIVERED} and message.sent_at is None:  # the provider may be first
        message.sent_at = clock.now()
        orders.note(message.order_id, "mail", f"Mailed to {message.recipient}: {message.subject}")
    if to in {MessageState.BOUNCED, MessageState.FAILED}:
        text = f"A mail did not reach {message.recipient}: {message.subject}. {problem or ''}".strip()
        orders.note(message.order_id, f"mail_{to}", text)
    return True
