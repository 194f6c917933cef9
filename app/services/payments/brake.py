"""The brake on trying out: stolen cards (each decline counts) and codes of gift cards (each wrong one counts).

And on setting things aside for nothing: orders that wait for a transfer count until they are paid or have ended.

Counted per order, cart, address and card, in the database, so that a flushed Redis opens no door. Stripe's advice:
https://docs.stripe.com/disputes/prevention/card-testing.
"""

import hashlib
import hmac
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from app import clock, db, keys
from app.errors import Conflict, TooOften
from app.network import is_inner, network_of
from app.services.payments.models import Payment, PaymentTry

_KEPT = timedelta(days=7)
_TOO_OFTEN = "That was tried too often in a short time. Your order and your cart are kept."
# How many in how long stop whom. The order's and the cart's end before their things are for sale again.
_LIMITS: Mapping[str, Mapping[str, tuple[int, timedelta]]] = {
    "decline": {
        "order": (3, timedelta(minutes=10)),
        "cart": (5, timedelta(minutes=15)),
        "address": (15, timedelta(hours=1)),
        "card": (4, timedelta(hours=1)),
    },
    "gift_code": {"cart": (5, timedelta(minutes=15)), "address": (20, timedelta(hours=1))},
}
# From how many orders on, placed within _KEPT, that still wait for a transfer, whose next may not. Many may share an
# address; an order that was paid or has ended makes room at once.
_MAY_WAIT: Mapping[str, int] = {"cart": 3, "email": 3, "address": 10}
_WAITING = select(PaymentTry.lane, PaymentTry.reference).where(
    PaymentTry.kind == "transfer",
    PaymentTry.lane.in_(bindparam("lanes", expanding=True)),
    PaymentTry.at > bindparam("since"),
    select(Payment.id)
    .where(
        Payment.order_id == PaymentTry.reference,
        Payment.provider == "bank_transfer",
        Payment.state.in_(("created", "open")),
    )
    .exists(),
)

_TRIES = (
    select(PaymentTry.lane, PaymentTry.at)
    .where(
        PaymentTry.kind == bindparam("kind"),
        PaymentTry.lane.in_(bindparam("lanes", expanding=True)),
        PaymentTry.at > bindparam("since"),
    )
    .order_by(PaymentTry.at.desc())
    .limit(200)
)


@dataclass(frozen=True)
class Lanes:
    """Where a try comes from, as far as is known; each lane counts for itself."""

    order: str | None = None
    cart: str | None = None
    address: str | None = None
    card: str | None = None
    email: str | None = None

    def named(self) -> dict[str, str]:
        """Return the known lanes as they are kept: addresses, cards and people only as a hash with the shop's key."""
        address, email = network_of(self.address or ""), (self.email or "").lower()
        known = {"order": self.order, "cart": self.cart, "address": address, "card": self.card, "email": email}
        return {
            name: f"{name}:{value if name in {'order', 'cart'} else _hash(value)}"
            for name, value in known.items()
            if value
        }


def check(kind: str, lanes: Mapping[str, str]) -> None:
    """Raise TooOften when one of the lanes has had its share of tries of this `kind`."""
    if again_at := _blocked_until(kind, lanes):
        raise TooOften(_TOO_OFTEN, again_at=again_at)


def is_stopped(kind: str, lanes: Mapping[str, str]) -> bool:
    """Whether one of the lanes has had its share."""
    return _blocked_until(kind, lanes) is not None


def _blocked_until(kind: str, lanes: Mapping[str, str]) -> datetime | None:
    moment = clock.now()
    blocked: list[datetime] = []
    rows = db.orders.rows(_TRIES, {"kind": kind, "lanes": list(lanes.values()), "since": moment - _KEPT})
    for name, lane in lanes.items():
        most, window = _LIMITS[kind].get(name, (0, timedelta()))
        times = [row.at for row in rows if row.lane == lane and row.at > moment - window]
        if most and len(times) >= most:
            blocked.append(times[most - 1] + window)
    return max(blocked, default=None)


def note(kind: str, lanes: Mapping[str, str], *, reference: str) -> None:
    """Count a try in each of its lanes; once for each `reference`."""
    moment = clock.now()
    rows = [{"kind": kind, "lane": lane, "reference": reference, "at": moment} for lane in lanes.values()]
    if rows:
        with db.orders.transaction() as session:
            session.execute(insert(PaymentTry).values(rows).on_conflict_do_nothing())


def check_method(method: str, lanes: Lanes) -> None:
    """Let nobody try out cards, or keep things from others by orders that wait for transfers."""
    if method != "transfer":
        check("decline", lanes.named())
    elif lanes.order:  # a new order is counted as it is written, once the one that it replaces has ended
        _check_waiting(lanes)


def note_waiting(lanes: Lanes) -> None:
    """Count, in the open transaction, an order that is to wait for a transfer; raise Conflict for one too many.

    Those of one lane take turns until their transactions end, so that two at once are not both the last.
    """
    assert lanes.order is not None  # noqa: S101 - it is being written
    named = _named_waiting(lanes)
    for lane in sorted(named.values()):
        db.orders.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(lane, 0))))
    _check_waiting(lanes)
    note("transfer", named, reference=lanes.order)


def _check_waiting(lanes: Lanes) -> None:
    """Raise Conflict when too many orders of one of the lanes wait for a transfer, and this order does not yet."""
    named = _named_waiting(lanes)
    rows = db.orders.rows(_WAITING, {"lanes": list(named.values()), "since": clock.now() - _KEPT})
    if any(row.reference == lanes.order for row in rows):
        return
    waiting = Counter(row.lane for row in rows)
    if any(waiting[named[name]] >= most for name, most in _MAY_WAIT.items() if name in named):
        raise Conflict(
            "Several orders from you wait for a bank transfer already, and their things are kept. Please choose "
            "another way to pay, or pay one of those first."
        )


def _named_waiting(lanes: Lanes) -> dict[str, str]:
    """Name the lanes; not a private network, from which no stranger comes."""
    return (replace(lanes, address=None) if is_inner(lanes.address or "") else lanes).named()


def forget_tries() -> None:
    """Delete tries of long ago."""
    with db.orders.transaction() as session:
        session.execute(delete(PaymentTry).where(PaymentTry.at < clock.now() - _KEPT))


def _hash(text: str) -> str:
    return hmac.new(keys.derive("payment-tries"), text.encode(), hashlib.sha256).hexdigest()[:32]
