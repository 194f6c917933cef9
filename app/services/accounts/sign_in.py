"""Signing in: a password, then a code. Between them a session opens nothing but the page that asks for the code."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import select

from app import clock, db
from app.errors import Conflict, Invalid
from app.services import audit
from app.services.accounts import brake, codes, passwords, sessions
from app.services.accounts.brake import Visitor
from app.services.accounts.models import StaffMember
from app.services.accounts.sessions import Session
from app.services.accounts.staff import normal

log = logging.getLogger(__name__)

_WRONG_PASSWORD = "Email address or password is not right. Please check both."  # noqa: S105 - words for people
_CODE_NEEDED = "Your last code is older than ten minutes. Enter the one that your authenticator shows now."
_WRONG_CODE = "That code is not right, or was used already. Enter the one shown now."
_USED_CODE = f"{_WRONG_CODE} If you clicked twice, look first whether it was done."


@dataclass(frozen=True)
class SignedIn:
    """A step that went well: the id for the browser's cookie, and what comes next."""

    session_id: str
    must_enrol: bool = False
    device: str | None = None
    recovery_codes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Enrolment:
    """What somebody without an authenticator needs to set one up."""

    email: str
    secret: codes.Secret


def enter_password(email: str, password: str, visitor: Visitor) -> SignedIn:
    """Check the first proof and open a session that waits for the second.

    An unknown address is refused with the same words, after the same time, as a wrong password.
    """
    email = normal(email)
    attempt = brake.take(email, visitor)
    with db.customers.reading() as session:
        member = session.scalars(
            select(StaffMember).where(StaffMember.email == email, StaffMember.ended_at.is_(None))
        ).one_or_none()
    if not passwords.is_right(member.password_hash if member else None, password) or member is None:
        log.warning("a staff sign-in was refused", extra={"address": visitor.address})
        raise Invalid(_WRONG_PASSWORD)
    brake.give_back(attempt)
    if must_enrol := member.totp_confirmed_at is None:
        _offer_secret(member.id)
    return SignedIn(_stands(sessions.start(member.id, visitor, is_complete=False), member), must_enrol)


def enter_code(session: Session, code: str, visitor: Visitor) -> SignedIn:
    """Check the second proof and open the back office, under a new id."""
    member = _member_of(session)
    if member.totp_confirmed_at is None:
        raise Conflict("Set up your authenticator first.")
    with _tried(member, visitor), db.customers.transaction():
        _take(member, code, act="staff.sign_in")
    return _complete(session, member, visitor)


def enrolment_of(session: Session) -> Enrolment:
    """Return the secret that waits to be set up; raise Conflict when an authenticator is set up already."""
    member = _member_of(session)
    if member.totp_confirmed_at is not None:
        raise Conflict("Your authenticator is set up already. Enter its code.")
    return Enrolment(member.email, codes.opened(member))


def enrol(session: Session, code: str, visitor: Visitor) -> SignedIn:
    """Confirm that the authenticator works, open the back office, and return the recovery codes to show this once."""
    member = _member_of(session)
    with _tried(member, visitor), db.customers.transaction() as transaction:
        locked = transaction.get_one(StaffMember, member.id, with_for_update=True, populate_existing=True)
        if locked.totp_confirmed_at is not None:
            raise Conflict("Your authenticator is set up already. Enter its code.")
        _take(locked, code, act="staff.enrol")
        locked.totp_confirmed_at = clock.now()
        made = codes.replace_recovery_codes(locked.id)
    done = _complete(session, member, visitor)
    return SignedIn(done.session_id, device=done.device, recovery_codes=made)


def confirm(session: Session, code: str, visitor: Visitor) -> str:
    """Check a code before a dangerous act, and return the session's new id; Invalid when it is wrong or missing.

    A second click brings the same code from the same session and gets the same new id.
    """
    if not code.strip():
        raise Invalid(_CODE_NEEDED, code=_CODE_NEEDED)  # no guess, so no try is counted
    member = _member_of(session)
    with _tried(member, visitor):
        try:
            with db.customers.transaction():
                _take(member, code, act="staff.confirm")
                session_id = sessions.renew(session, code)  # before a second click, which waits for the row, goes on
        except Invalid as refusal:
            if renewed := sessions.find_renewed(session, code):
                return renewed
            raise Invalid(_USED_CODE, code=_USED_CODE) from refusal
    return _stands(session_id, member)


def sign_out(session: Session) -> None:
    """End this session."""
    sessions.end_session(session.staff_id, session.key)


def _complete(session: Session, member: StaffMember, visitor: Visitor) -> SignedIn:
    sessions.end_session(session.staff_id, session.key)
    session_id = _stands(sessions.start(member.id, visitor, is_complete=True), member)
    return SignedIn(session_id, device=brake.new_device(member.email))


def _stands(session_id: str, member: StaffMember) -> str:
    """Return the id of a session just begun; end it and raise Invalid when the member was reset since they were read.

    A reset ends the sessions that it finds, so this looks only once there is one to be found.
    """
    with db.customers.reading() as reading:
        kept = reading.get(StaffMember, member.id)
    if kept is None or kept.password_hash != member.password_hash:
        if begun := sessions.find_session(session_id):
            sign_out(begun)
        raise Invalid(_WRONG_PASSWORD)
    return session_id


def _member_of(session: Session) -> StaffMember:
    with db.customers.reading() as reading:
        member = reading.get(StaffMember, session.staff_id)
    if member is None or member.ended_at is not None:
        raise Conflict("This sign-in has ended. Please sign in again.")
    return member


def _offer_secret(staff_id: str) -> None:
    """Keep a secret to be set up, the same one however often the password is entered before."""
    with db.customers.transaction() as session:
        member = session.get_one(StaffMember, staff_id, with_for_update=True)
        if member.totp_secret is None:
            member.totp_secret = codes.sealed(codes.new_secret(), member.id)


@contextmanager
def _tried(member: StaffMember, visitor: Visitor) -> Iterator[None]:
    """Count one try at a code, and take it out of the count when the block went well."""
    attempt = brake.take(member.email, visitor)
    try:
        yield
    except Invalid:  # somebody who knows the password, or sits at a browser that is signed in
        log.warning("a code of staff was refused", extra={"staff": member.id, "address": visitor.address})
        raise
    brake.give_back(attempt)


def _take(member: StaffMember, code: str, *, act: str) -> None:
    """Use up the code and audit it, or raise Invalid."""
    kind = codes.take(member, code)
    if kind is None:
        raise Invalid(_WRONG_CODE, code=_WRONG_CODE)
    audit.record(db.customers, f"staff:{member.id}", act, f"staff:{member.id}", after={"proof": kind})
