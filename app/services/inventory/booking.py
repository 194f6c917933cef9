"""Many changes of stock in one go: a delivery, a stocktake, a correction. All of it is booked, or nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from app import db
from app.errors import Conflict, Invalid
from app.services import audit
from app.services.inventory.backorders import fill
from app.services.inventory.levels import (
    MOST,
    Level,
    adjust,
    lock_level,
    receive,
    too_few,
    write_change,
    write_movement,
)


class Booking(StrEnum):
    """What a list of quantities means: pieces that came, pieces that were counted, or a difference."""

    RECEIVED = "received"
    COUNTED = "counted"
    CORRECTED = "corrected"


class NotBooked(Conflict):
    """An entry that cannot be booked, so that nothing was. `variant` says of which."""

    def __init__(self, variant: str, message: str) -> None:
        super().__init__(message)
        self.variant = variant


@dataclass(frozen=True)
class Entry:
    """A quantity for one variant, whose level was at `version` when it was looked at.

    `unsent` of what was counted were sold then, and not sent yet.
    """

    variant_id: str
    quantity: int
    version: int
    unsent: int = 0


def book(entries: Sequence[Entry], kind: Booking, *, reference: str, reason: str, actor: str) -> None:
    """Book all entries in one transaction, in order of variant. The same `reference` counts once.

    Raises NotBooked, and books nothing, when a counted level has changed since it was looked at, or for what `why_not`
    says.
    """
    if len({entry.variant_id for entry in entries}) < len(entries):
        raise Invalid("Something is listed twice. Please add those lines up.")
    with db.orders.transaction():
        for entry in sorted(entries, key=lambda entry: entry.variant_id):
            try:
                _BOOK[kind](entry, reference, reason, actor)
            except (Conflict, Invalid) as refusal:
                raise NotBooked(entry.variant_id, refusal.message) from refusal


def why_not(level: Level, kind: Booking, quantity: int, *, unsent: int = 0) -> str:
    """Say why a quantity, of which `unsent` are sold, cannot be booked on a level as it is now; nothing when it can."""
    there = quantity if kind == Booking.COUNTED else level.shelf + quantity
    if quantity > 0 and there > MOST:
        return f"At most {MOST:,} pieces can be there; that would be {there:,}."
    if kind == Booking.COUNTED:
        return too_few(level, quantity, unsent)
    if there >= 0 and level.on_hand + quantity + level.backorder >= level.reserved:
        return ""
    return f"{level.shelf} are there and {level.reserved} promised to orders; that is too much to take."


def _receive(entry: Entry, reference: str, reason: str, actor: str) -> None:
    before = lock_level(entry.variant_id)
    if not receive(entry.variant_id, entry.quantity, reason=reason, actor=actor, reference=reference):
        return
    _refuse(why_not(before, Booking.RECEIVED, entry.quantity))
    audit.record(
        db.orders, actor, "stock.receive", f"variant:{entry.variant_id}",
        before={"on_hand": before.on_hand}, after={"received": entry.quantity, "reason": reason},
    )  # fmt: skip


def _count(entry: Entry, _reference: str, reason: str, actor: str) -> None:
    _refuse(why_not(lock_level(entry.variant_id), Booking.COUNTED, entry.quantity, unsent=entry.unsent))
    adjust(
        entry.variant_id, entry.quantity, version=entry.version, reason=reason, actor=actor, unsent=entry.unsent
    )  # fmt: skip


def _correct(entry: Entry, reference: str, reason: str, actor: str) -> None:
    before = lock_level(entry.variant_id)
    if not write_movement(
        entry.variant_id, entry.quantity, kind="adjust", reference=reference, reason=reason, actor=actor
    ):
        return
    _refuse(why_not(before, Booking.CORRECTED, entry.quantity))
    write_change(entry.variant_id, entry.quantity)
    if entry.quantity > 0:
        fill(entry.variant_id, entry.quantity)
    audit.record(
        db.orders, actor, "stock.correct", f"variant:{entry.variant_id}",
        before={"on_hand": before.on_hand}, after={"change": entry.quantity, "reason": reason},
    )  # fmt: skip


def _refuse(problem: str) -> None:
    if problem:
        raise Conflict(problem)


_BOOK = {Booking.RECEIVED: _receive, Booking.COUNTED: _count, Booking.CORRECTED: _correct}
