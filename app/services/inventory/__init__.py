"""Stock: how many of each variant there are, how many are promised, and every change ever made.

The one rule: the check and the write are one conditional UPDATE, in order of variant id, so nothing is ever sold twice
and two orders never lock each other out.
"""

from app.services.inventory.backorders import owed, waiting
from app.services.inventory.booking import Booking, Entry, NotBooked, book, why_not
from app.services.inventory.firsts import receive_first
from app.services.inventory.fsck import moved_by, stocked
from app.services.inventory.levels import (
    FEW,
    Level,
    SoldOut,
    adjust,
    allow_backorder,
    level_as_staff,
    levels,
    list_low,
    movements,
    receive,
    restock,
    sell_from,
    take_off,
)
from app.services.inventory.models import Reservation
from app.services.inventory.reservations import (
    held,
    held_until,
    hold,
    release,
    reservations_of,
    reserve,
    sell,
)
from app.services.inventory.runs import end_run, give_run
from app.services.inventory.showing import Shown, generation, shown

__all__ = [
    "FEW",
    "Booking",
    "Entry",
    "Level",
    "NotBooked",
    "Reservation",
    "Shown",
    "SoldOut",
    "adjust",
    "allow_backorder",
    "book",
    "end_run",
    "generation",
    "give_run",
    "held",
    "held_until",
    "hold",
    "level_as_staff",
    "levels",
    "list_low",
    "moved_by",
    "movements",
    "owed",
    "receive",
    "receive_first",
    "release",
    "reservations_of",
    "reserve",
    "restock",
    "sell",
    "sell_from",
    "shown",
    "stocked",
    "take_off",
    "waiting",
    "why_not",
]
