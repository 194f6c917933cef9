"""The brake on guessing: so many tries per account and per address, and a lane of its own for a known browser.

The one rule: an attacker cannot lock the owner out. A browser that once signed in counts its own tries
(OWASP, "Slow Down Online Guessing Attacks with Device Cookies"), and `flask shop staff reset` releases an account.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import ColumnElement, delete, func, select

from app import clock, db, keys
from app.errors import TooOften
from app.network import network_of
from app.services.accounts.models import SignInAttempt

WINDOW = timedelta(minutes=15)
TRIES_PER_ACCOUNT = 10
TRIES_PER_ADDRESS = 30
_KEPT = timedelta(days=1)
# The same whether the account exists or not.
_TOO_OFTEN = (
    "Too many tries. Wait 15 minutes, or sign in with the browser you used before. "
    "If that is not possible, whoever runs the shop can give you a new start."
)


@dataclass(frozen=True)
class Visitor:
    """Where a try comes from: the network address, the browser's words about itself, the cookie of a known browser."""

    address: str
    agent: str = ""
    device: str | None = None


def take(email: str, visitor: Visitor) -> str:
    """Count a try before it is looked at, and return its id; raise TooOften when too many failed lately.

    Tries on one account take turns, so that a hundred at once are not all the first. A refused try is not counted:
    otherwise an attack that goes on would never let anybody in.
    """
    account, address, device = _hash(email), _hash(network_of(visitor.address)), _device_of(email, visitor.device)
    since = clock.now() - WINDOW
    with db.customers.transaction() as session:
        session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(account, 0))))
        lane = (SignInAttempt.account == account) & SignInAttempt.device.is_not_distinct_from(device)
        if _count(lane, since) >= TRIES_PER_ACCOUNT:
            raise TooOften(_TOO_OFTEN)
        if device is None and _count(SignInAttempt.address == address, since) >= TRIES_PER_ADDRESS:
            raise TooOften(_TOO_OFTEN)
        attempt = SignInAttempt(id=db.new_id(), account=account, address=address, device=device, at=clock.now())
        session.add(attempt)
    return attempt.id


def give_back(attempt_id: str) -> None:
    """Take a try that was right out of the count."""
    with db.customers.transaction() as session:
        session.execute(delete(SignInAttempt).where(SignInAttempt.id == attempt_id))


def release(email: str) -> None:
    """Forget the tries on an account."""
    with db.customers.transaction() as session:
        session.execute(delete(SignInAttempt).where(SignInAttempt.account == _hash(email)))


def forget_attempts() -> int:
    """Delete tries older than a day. Returns how many."""
    with db.customers.transaction() as session:
        old = session.scalars(
            delete(SignInAttempt).where(SignInAttempt.at < clock.now() - _KEPT).returning(SignInAttempt.id)
        )
        return len(old.all())


def new_device(email: str) -> str:
    """Return the cookie that marks a browser as known to this account."""
    return _devices().dumps([_hash(email), db.new_id()])


def _device_of(email: str, cookie: str | None) -> str | None:
    try:
        account, device = _devices().loads(cookie or "")
    except (BadSignature, ValueError, TypeError):
        return None
    return str(device) if account == _hash(email) else None


def _count(which: ColumnElement[bool], since: object) -> int:
    counted = select(func.count()).select_from(SignInAttempt).where(which, SignInAttempt.at > since)
    return db.customers.session.execute(counted).scalar_one()


def _hash(text: str) -> str:
    return hmac.new(keys.derive("sign-in-attempts"), text.encode(), hashlib.sha256).hexdigest()[:32]


def _devices() -> URLSafeSerializer:
    return URLSafeSerializer(keys.derive("staff-devices"))
