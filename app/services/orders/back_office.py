"""What staff do to an order: write a note, give money back, once more where that failed.

Act, timeline and audit commit together.
"""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert

from app import clock, db
from app.errors import Conflict, Invalid
from app.money import Money
from app.services import audit, payments
from app.services.orders.models import Order, OrderEvent

_LONGEST_NOTE = 2000


def refund_as_staff(
    order: Order, amount: Money, *, left: int, reason: str, key: str, actor: str
) -> Sequence[payments.Refund]:
    """Have `amount` of an order that was never confirmed given back by a job. The same `key` asks once.

    Raises Conflict for a confirmed order, whose money goes back by a credit, which says for what; and when something
    else than `left` minor units can be given back now: somebody else was faster.
    """
    if order.confirmed_at is not None:
        raise Conflict("Money of this order is given back by its lines, on the page for that.")
    with db.orders.transaction():
        refunds = payments.ask_refunds(order.id, amount.amount, reason=reason, actor=actor, key=key, left=left)
        # The line has the first refund's id, so that a second click adds no second line.
        said = f"{amount} are given back: {reason}"
        if _add_line(refunds[0].id, order.id, "refund", said, actor=actor):
            after = {
                "refunds": [each.id for each in refunds],
                "amount": amount.amount,
                "currency": amount.currency,
                "reason": reason,
            }
            audit.record(db.orders, actor, "order.refund", f"order:{order.id}", before={"left": left}, after=after)
    return refunds


def refund_again_as_staff(
    order: Order, refund_id: str, *, most: Money, actor: str, otherwise: str | None = None
) -> payments.Refund:
    """Have `most` of a refund that failed asked for again, or note with `otherwise` how it went back. Twice is once."""
    with db.orders.transaction():
        again = payments.ask_again(order.id, refund_id, most=most, actor=actor, otherwise=otherwise)
        amount = again.amount_money
        said = f"{amount} were given back another way: {otherwise}" if otherwise else f"{amount} are asked to go back."
        if _add_line(again.id, order.id, "refund", said, actor=actor):
            kind = "order.refund_otherwise" if otherwise else "order.refund_again"
            after = {"refund": again.id, "amount": again.amount, "currency": again.currency, "otherwise": otherwise}
            audit.record(db.orders, actor, kind, f"order:{order.id}", before={"refund": refund_id}, after=after)
    return again


def contact_read(order: Order) -> str:
    """Return what stands for an order's email and address as somebody reads them now."""
    return hashlib.sha256(json.dumps([order.email, order.address], sort_keys=True).encode()).hexdigest()[:32]


def correct(order: Order, *, email: str, address: Mapping[str, Any], read: str, actor: str) -> None:
    """Write an email and an address into a locked order, in the open transaction. Audited.

    Raises Conflict when they are others by now than those that were `read`.
    """
    if (email, address) == (order.email, order.address):
        return
    if read != contact_read(order):
        raise Conflict("Somebody else corrected this meanwhile. Check what it is now, and save again.")
    before = {"email": order.email, "address": order.address}
    order.email, order.phone, order.address = email, address["phone"] or None, dict(address)
    after = {"email": order.email, "address": order.address}
    said = "The customer's details were corrected."
    _add_line(db.new_id(), order.id, "corrected", said, actor=actor)
    audit.record(db.orders, actor, "order.correct", f"order:{order.id}", before=before, after=after)


def end_attention(order_id: str, *kinds: str) -> None:
    """Note, in the open transaction, that what needed attention for these reasons has been dealt with."""
    db.orders.session.execute(
        update(OrderEvent)
        .where(OrderEvent.order_id == order_id, OrderEvent.needs_attention, OrderEvent.kind.in_(kinds))
        .values(needs_attention=False)
    )


def note_as_staff(order: Order, text: str, *, actor: str) -> None:
    """Write a note for colleagues into the timeline; customers do not see lines of the kind "note"."""
    text = text.strip()
    if not 0 < len(text) <= _LONGEST_NOTE:
        advice = f"Write up to {_LONGEST_NOTE} characters."
        raise Invalid(advice, text=advice)
    with db.orders.transaction():
        _add_line(db.new_id(), order.id, "note", text, actor=actor)
        audit.record(db.orders, actor, "order.note", f"order:{order.id}", after={"text": text})


def deal_with_as_staff(order: Order, seen: Collection[str], *, actor: str) -> None:
    """Note that what needed attention on an order is dealt with. Twice is once.

    Of its events only those `seen`, by id: the order stays on staff's list for what came since they looked.
    """
    with db.orders.transaction() as session:
        open_ones = session.scalars(
            update(OrderEvent)
            .where(OrderEvent.order_id == order.id, OrderEvent.needs_attention, OrderEvent.id.in_(seen))
            .values(needs_attention=False)
            .returning(OrderEvent.kind)
        ).all()
        if open_ones:
            _add_line(db.new_id(), order.id, "dealt_with", "This was dealt with.", actor=actor)
            after = {"kinds": sorted(open_ones)}
            audit.record(db.orders, actor, "order.deal_with", f"order:{order.id}", after=after)


def _add_line(line_id: str, order_id: str, kind: str, text: str, *, actor: str) -> bool:
    """Add a line to the timeline; False when it is there already."""
    added = db.orders.session.execute(
        insert(OrderEvent)
        .values(id=line_id, order_id=order_id, at=clock.now(), kind=kind, text=text, actor=actor)
        .on_conflict_do_nothing(index_elements=["id"])
        .returning(OrderEvent.id)
    ).scalar()
    return added is not None
