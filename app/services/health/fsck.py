"""`fsck`: asks every check of every service whether the books agree.

To add a check, write it in the service's own `fsck.py` and list that file here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.errors import STORE_ERRORS, Unavailable
from app.fsck import Check, Fault
from app.services.audit import fsck as audit
from app.services.catalog import fsck as catalog
from app.services.checkout import fsck as checkout
from app.services.credits import fsck as credits
from app.services.documents import fsck as documents
from app.services.fulfilment import fsck as fulfilment
from app.services.gift_cards import fsck as gift_cards
from app.services.health import outbox
from app.services.inventory import fsck as inventory
from app.services.notifications import fsck as notifications
from app.services.orders import fsck as orders
from app.services.payments import fsck as payments
from app.services.promotions import fsck as promotions
from app.services.returns import fsck as returns
from app.services.search import fsck as search

CHECKS: tuple[Check, ...] = (
    *inventory.CHECKS,
    *orders.CHECKS,
    *payments.CHECKS,
    *promotions.CHECKS,
    *gift_cards.CHECKS,
    *checkout.CHECKS,
    *credits.CHECKS,
    *documents.CHECKS,
    *fulfilment.CHECKS,
    *returns.CHECKS,
    *notifications.CHECKS,
    *catalog.CHECKS,
    *search.CHECKS,
    *outbox.CHECKS,
    *audit.CHECKS,
)
_BROKEN_OFF = (
    "not looked at to the end, as a store did not answer; ask again once `flask shop check` is well. It said: "
)
_LONGEST = 300  # characters of what a store said
_NAMED = 20  # faults of one check that are named; the rest are counted


@dataclass(frozen=True)
class Examined:
    """What came of one check: the first faults, how many there were in all, and how many of those are being mended.

    `broken_off` says why it was not looked at to the end, and is empty where it was.
    """

    check: Check
    faults: Sequence[Fault]
    count: int
    mended: int
    broken_off: str

    @property
    def is_well(self) -> bool:
        """Whether its claim is known to hold."""
        return not self.count and not self.broken_off


def examine(*, mends: bool = False, only: str = "") -> Iterator[Examined]:
    """Ask the checks whose name begins with `only`, one after the other; with `mends`, set right what is safe to.

    A store that does not answer ends the check that asks it, and not those after it.
    """
    for check in CHECKS:
        if check.name.startswith(only):
            yield _ask(check, mends=mends)


def _ask(check: Check, *, mends: bool) -> Examined:
    named: list[Fault] = []
    count = mended = 0
    broken_off = ""
    try:
        for fault in check.find():
            count += 1
            if len(named) < _NAMED:
                named.append(fault)
            if mends and check.mend is not None:
                check.mend(fault.subject)
                mended += 1
    except (Unavailable, *STORE_ERRORS) as error:
        broken_off = _BROKEN_OFF + str(error).partition("\n")[0][:_LONGEST]
    return Examined(check, named, count, mended, broken_off)
