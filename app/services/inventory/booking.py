"""Many changes of stock in one go: a delivery, a stocktake, a correction. All of it is booked, or nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from app import db
from app.errors import Conflict, Invalid
from app.services import audit
from app.services.inventory.backorders import fill
from app.services.inventory.levels import adjust, levels, lock_level, receive, write_change, write_movement


class Booking(StrEnum):
    """What a list of quantities means: pieces that came, pieces that were counted, or a difference."""

    RECEIVED = "received"
    COUNTED = "counted"
    CORRECTED = "corrected"


@dataclass(frozen=True)
class Entry:
    """A quantity for one variant, whose level was at `version` when it was looked at."""

    variant_id: str
    quantity: int
    version: int


def book(entries: Sequence[Entry], kind: Booking, *, reference: str, reason: str, actor: str) -> None:
    """Book all entries in one transaction, in order of variant. The same `reference` counts once.

    Raises Conflict, and books nothing, when a counted level has changed since it was looked at or when orders hold more
    than would be left.
    """
    if len({entry.variant_id for entry in entries}) < len(entries):
        raise Invalid("Something is listed twice. Please add those lines up.")
    with db.orders.transaction():
        for entry in sorted(entries, key=lambda entry: entry.variant_id):
            _BOOK[kind](entry, reference, reason, actor)


def _receive(entry: Entry, reference: str, reason: str, actor: str) -> None:
    before = levels([entry.variant_id])[entry.variant_id]
    if not receive(entry.variant_id, entry.quantity, reason=reason, actor=actor, reference=reference):
        return
    audit.record(
        db.orders, actor, "stock.receive", f"variant:{entry.variant_id}",
        before={"on_hand": before.on_hand}, after={"received": entry.quantity, "reason": reason},
    )  # fmt: skip


def _count(entry: Entry, _reference: str, reason: str, actor: str) -> None:
    adjust(entry.variant_id, entry.quantity, version=entry.version, reason=reason, actor=actor)


def _correct(entry: Entry, reference: str, reason: str, actor: str) -> None:
    before = lock_level(entry.variant_id)
    if not write_movement(
        entry.variant_id, entry.quantity, kind="adjust", reference=reference, reason=reason, actor=actor
    ):
        return
    if before.on_hand + entry.quantity + before.backorder < before.reserved or before.shelf + entry.quantity < 0:
        raise Conflict(f"{before.shelf} are there and {before.reserved} promised to orders; that is too much to take.")
    write_change(entry.variant_id, entry.quantity)
    if entry.quantity > 0:
        fill(entry.variant_id, entry.quantity)
    audit.record(
        db.orders, actor, "stock.correct", f"variant:{entry.variant_id}",
        before={"on_hand": before.on_hand}, after={"change": entry.quantity, "reason": reason},
    )  # fmt: skip


_BOOK = {Booking.RECEIVED: _receive, Booking.COUNTED: _count, Booking.CORRECTED: _correct}
