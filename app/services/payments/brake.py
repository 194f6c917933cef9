"""The brake on trying out: stolen cards (each decline counts) and codes of gift cards (each wrong one counts).

Counted per order, cart, address and card, in the database, so that a flushed Redis opens no door. Stripe's advice:
https://docs.stripe.com/disputes/prevention/card-testing.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert

from app import clock, db, keys
from app.errors import Forbidden
from app.network import network_of
from app.services.payments.models import PaymentTry

_KEPT = timedelta(days=7)
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


class TooManyTries(Forbidden):
    """Too much was tried in too short a time; `again_at` says when to come again."""

    def __init__(self, again_at: datetime) -> None:
        super().__init__("That was tried too often in a short time. Your order and your cart are kept.")
        self.again_at = again_at


@dataclass(frozen=True)
class Lanes:
    """Where a try comes from, as far as is known; each lane counts for itself."""

    order: str | None = None
    cart: str | None = None
    address: str | None = None
    card: str | None = None

    def named(self) -> dict[str, str]:
        """Return the known lanes as they are kept: addresses and cards only as a hash with the shop's key."""
        address = network_of(self.address or "")
        known = {"order": self.order, "cart": self.cart, "address": address, "card": self.card}
        return {
            name: f"{name}:{_hash(value) if name in {'address', 'card'} else value}"
            for name, value in known.items()
            if value
        }


def check(kind: str, lanes: Mapping[str, str]) -> None:
    """Raise TooManyTries when one of the lanes has had its share of tries of this `kind`."""
    moment = clock.now()
    blocked: list[datetime] = []
    rows = db.orders.rows(_TRIES, {"kind": kind, "lanes": list(lanes.values()), "since": moment - _KEPT})
    for name, lane in lanes.items():
        most, window = _LIMITS[kind].get(name, (0, timedelta()))
        times = [row.at for row in rows if row.lane == lane and row.at > moment - window]
        if most and len(times) >= most:
            blocked.append(times[most - 1] + window)
    if blocked:
        raise TooManyTries(max(blocked))


def is_stopped(kind: str, lanes: Mapping[str, str]) -> bool:
    """Whether one of the lanes has had its share."""
    try:
        check(kind, lanes)
    except TooManyTries:
        return True
    return False


def note(kind: str, lanes: Mapping[str, str], *, reference: str) -> None:
    """Count a try in each of its lanes; once for each `reference`."""
    moment = clock.now()
    rows = [{"kind": kind, "lane": lane, "reference": reference, "at": moment} for lane in lanes.values()]
    if rows:
        with db.orders.transaction() as session:
            session.execute(insert(PaymentTry).values(rows).on_conflict_do_nothing())


def forget_tries() -> None:
    """Delete tries of long ago."""
    with db.orders.transaction() as session:
        session.execute(delete(PaymentTry).where(PaymentTry.at < clock.now() - _KEPT))


def _hash(text: str) -> str:
    return hmac.new(keys.derive("payment-tries"), text.encode(), hashlib.sha256).hexdigest()[:32]
