"""Where staff are signed in. A browser holds an opaque id, Redis what it stands for under the id's hash.

The one rule: an id is made anew whenever it comes to be worth more. Redis may be lost: people sign in again.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import cast

from redis.exceptions import RedisError

from app import clock, keys, stores
from app.services.accounts.brake import Visitor

IDLE = timedelta(hours=8)
LONGEST = timedelta(days=7)
HALFWAY = timedelta(minutes=10)  # between the password and the code
FRESH = timedelta(minutes=10)
A_CLICK = timedelta(seconds=30)  # between two clicks on one form, the answer to the first perhaps never seen
_SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Session:
    """One browser's sign-in. Until `is_complete`, when the code was right too, it opens only the page of the code."""

    key: str
    staff_id: str
    is_complete: bool
    created_at: datetime
    seen_at: datetime
    proved_at: datetime
    address: str
    agent: str
    moved_to: str = ""  # the key that it was renewed under

    @property
    def is_fresh(self) -> bool:
        """Whether a code was entered in the last ten minutes, as dangerous acts require."""
        return self.is_complete and clock.now() - self.proved_at < FRESH

    @property
    def ends_at(self) -> datetime:
        """When it ends if nothing is done with it."""
        if self.moved_to:
            return self.seen_at + A_CLICK
        if not self.is_complete:
            return self.created_at + HALFWAY
        return min(self.seen_at + IDLE, self.created_at + LONGEST)


def start(staff_id: str, visitor: Visitor, *, is_complete: bool) -> str:
    """Begin a session and return its secret id, which only the browser keeps."""
    secret, now = secrets.token_urlsafe(32), clock.now()
    session = Session(
        _key(secret), staff_id, is_complete, created_at=now, seen_at=now, proved_at=now,
        address=visitor.address, agent=visitor.agent[:200],
    )  # fmt: skip
    _write(session)
    return secret


def renew(session: Session, code: str) -> str:
    """Move a session to a new id because `code` was just entered. Returns the new one.

    The old id opens for a moment what it opened before, because a second click brings it along. It is worth no more
    than it was, and it ends with the new one.
    """
    secret, now = _renewed_id(session, code), clock.now()
    _write(replace(session, key=_key(secret), proved_at=now, moved_to=""))
    if session.moved_to:  # once more from the old id: what it was renewed under before was lost on the way
        end_session(session.staff_id, session.key)
        return secret
    moved = replace(session, seen_at=now, moved_to=_key(secret))
    # Only where it still is: it may have been ended in this moment.
    stores.redis().set(_place(session.key), _pack(moved), px=_left(moved), xx=True)
    stores.redis().zrem(_index(session.staff_id), session.key)
    return secret


def find_renewed(session: Session, code: str) -> str | None:
    """Return the id that this session was just renewed under by this very `code`, or None."""
    secret = _renewed_id(session, code)
    return secret if find_session(secret) else None


def find_session(secret: str) -> Session | None:
    """Return the session of an id, or None when it ended. Being used keeps it from going idle."""
    session = _read(_key(secret))
    if session is None or session.ends_at <= clock.now():
        return None
    if session.moved_to:
        return session if _read(session.moved_to) else None
    if session.is_complete and clock.now() - session.seen_at >= _SEEN_EVERY:
        session = replace(session, seen_at=clock.now())
        with suppress(RedisError):  # a full Redis still knows who is signed in
            # Only where it still is: it may have been ended in this moment.
            stores.redis().set(_place(session.key), _pack(session), px=_left(session), xx=True)
    return session


def list_sessions(staff_id: str) -> Sequence[Session]:
    """List where somebody is signed in, the latest used first."""
    found = [session for key in _keys(staff_id) if (session := _read(key)) and session.is_complete]
    return sorted(found, key=lambda session: session.seen_at, reverse=True)


def end_session(staff_id: str, key: str) -> None:
    """End one of somebody's sessions, by its old id too. One that is not theirs, or ended already, is left alone."""
    if (session := _read(key)) and session.staff_id == staff_id:
        ended = [each for each in (key, session.moved_to) if each]
        stores.redis().delete(*[_place(each) for each in ended])
        stores.redis().zrem(_index(staff_id), *ended)


def end_all(staff_id: str) -> None:
    """End all of somebody's sessions."""
    stores.redis().delete(_index(staff_id), *[_place(key) for key in _keys(staff_id)])


def _keys(staff_id: str) -> list[str]:
    members = cast(list[bytes], stores.redis().zrange(_index(staff_id), 0, -1))
    return [member.decode() for member in members]


def _write(session: Session) -> None:
    now = clock.now()
    pipeline = stores.redis().pipeline()
    pipeline.set(_place(session.key), _pack(session), px=_left(session))
    pipeline.zadd(_index(session.staff_id), {session.key: (session.created_at + LONGEST).timestamp()})
    pipeline.zremrangebyscore(_index(session.staff_id), 0, now.timestamp())
    pipeline.expire(_index(session.staff_id), LONGEST)
    pipeline.execute()


def _read(key: str) -> Session | None:
    packed = stores.redis().get(_place(key))
    if packed is None:
        return None
    values = json.loads(packed)
    times = {name: datetime.fromisoformat(values[name]) for name in ("created_at", "seen_at", "proved_at")}
    return Session(**values | times)


def _pack(session: Session) -> str:
    return json.dumps(asdict(session), default=datetime.isoformat)


def _left(session: Session) -> int:
    return max(1, int((session.ends_at - clock.now()).total_seconds() * 1000))


def _renewed_id(session: Session, code: str) -> str:
    """Return an id that follows from the session and the code, so that only who sends both again comes out at it."""
    told = f"{session.key}:{code.strip()}".encode()
    return hmac.new(keys.derive("renewed-sessions"), told, hashlib.sha256).hexdigest()


def _key(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _place(key: str) -> str:
    return f"staff-session:{key}"


def _index(staff_id: str) -> str:
    return f"staff-sessions:{staff_id}"
