"""Members of staff: made and reset by an operator, read anew at every request, so that a change counts at once."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from redis.exceptions import RedisError
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app import clock, config, db
from app.errors import Conflict, Forbidden, Invalid, NotFound
from app.services import audit
from app.services.accounts import brake, codes, passwords, sessions
from app.services.accounts.models import StaffMember
from app.services.accounts.roles import ROLES

DEMO_EMAIL = "cleo@stoa.example"


@dataclass(frozen=True)
class Staff:
    """Somebody who may open the back office, and what they may do there."""

    id: str
    email: str
    name: str
    role: str
    permissions: frozenset[str]

    @property
    def actor(self) -> str:
        """How they are named in audits, timelines and movements."""
        return f"staff:{self.id}"

    def may(self, permission: str) -> bool:
        """Whether their role allows it."""
        return permission in self.permissions


@dataclass(frozen=True)
class Added:
    """What a new or reset member needs to sign in. Nothing of it can be read again later."""

    staff: Staff
    password: str
    secret: codes.Secret | None
    recovery_codes: list[str]


def add(email: str, name: str, role: str, *, password: str | None = None, enrols: bool = False) -> Added:
    """Make a member of staff, with a random password unless one is given; Conflict when the address is taken.

    With `enrols` they set up their authenticator at the first sign-in; without, it is set up here.
    """
    email = normal(email)
    if role not in ROLES:
        raise Invalid(f"There is no role {role}.", role=f"Use one of {', '.join(ROLES)}.")
    if "@" not in email[1:-1] or any(letter.isspace() for letter in email):
        raise Invalid("That is no email address.", email="Enter an address like cleo@shop.example.")
    password = password or passwords.new_password()
    kept = passwords.hash_password(password)  # takes 50 ms, so before the transaction
    staff_id = db.new_id()
    with db.customers.transaction() as session:
        added = session.execute(
            insert(StaffMember)
            .values(id=staff_id, email=email, name=name.strip(), role=role, password_hash=kept, created_at=clock.now())
            .on_conflict_do_nothing(index_elements=["email"])
            .returning(StaffMember.id)
        ).scalar()
        if added is None:
            raise Conflict(f"{email} is a member of staff already. `flask shop staff reset` gives a new password.")
        audit.record(db.customers, "operator", "staff.add", f"staff:{staff_id}", after={"email": email, "role": role})
        member = session.get_one(StaffMember, staff_id)
        secret, recovery_codes = (None, []) if enrols else _set_up_codes(member)
    return Added(of(member), password, secret, recovery_codes)


def reset(email: str) -> Added:
    """Give a member a new password and a new start with codes; their sessions end, and the brake lets go.

    Somebody who had left is back with the role they had. Without Redis, which has the sessions, nothing is changed.
    """
    password = passwords.new_password()
    kept = passwords.hash_password(password)
    with db.customers.reading():
        staff_id = _by_email(email).id
    sessions.end_all(staff_id)
    with db.customers.transaction() as session:
        member = _by_email(email)
        member.password_hash, member.totp_secret = kept, None
        member.totp_confirmed_at = member.totp_last_step = None
        was_ended, member.ended_at = member.ended_at is not None, None
        codes.forget_recovery_codes(member.id)
        brake.release(member.email)
        before = {"ended": True} if was_ended else None
        audit.record(db.customers, "operator", "staff.reset", f"staff:{member.id}", before=before)
        session.flush()
    sessions.end_all(staff_id)  # who signed in meanwhile
    return Added(of(member), password, None, [])


def change_role(email: str, role: str) -> Staff:
    """Let a member do what another role may. It counts at their next click."""
    with db.customers.transaction() as session:
        member = _by_email(email)
        before, member.role = {"role": member.role}, role
        audit.record(
            db.customers, "operator", "staff.role", f"staff:{member.id}", before=before, after={"role": member.role}
        )
        session.flush()
    return of(member)


def end(email: str) -> None:
    """End a member's access. Their row stays, because what they did names them, and closes each session of theirs."""
    with db.customers.transaction():
        member = _by_email(email)
        member.ended_at = member.ended_at or clock.now()
        audit.record(db.customers, "operator", "staff.end", f"staff:{member.id}")
    with suppress(RedisError):
        sessions.end_all(member.id)


def add_demo() -> Added:
    """Make the member of staff of a laptop's demo, or give them a new password. Production refuses."""
    if config.current().is_production:
        raise Forbidden("The demo's member of staff is not for production. `flask shop staff add` makes a real one.")
    with suppress(Conflict):
        return add(DEMO_EMAIL, "Cleo", "owner")
    password = passwords.new_password()
    kept = passwords.hash_password(password)
    with db.customers.transaction():
        member = _by_email(DEMO_EMAIL)
        member.password_hash = kept
        brake.release(DEMO_EMAIL)
    return Added(of(member), password, None, [])


def demo_code(staff_id: str) -> str | None:
    """Return the code of the demo's member of staff, to show beside the field that asks for it; else None."""
    if config.current().env != "development":
        return None
    with db.customers.reading() as session:
        member = session.get(StaffMember, staff_id)
        is_demo = member is not None and member.email == DEMO_EMAIL
        return codes.current(member) if is_demo and member and member.totp_confirmed_at else None


def current_code(email: str) -> str:
    """Return the code that a member's authenticator shows now. For a laptop's demo; production refuses."""
    if config.current().is_production:
        raise Forbidden("Codes come from the member's own authenticator. `flask shop staff reset` sets up a new one.")
    with db.customers.reading():
        return codes.current(_by_email(email))


def find_staff(staff_id: str) -> Staff | None:
    """Return a member who still works here, or None."""
    with db.customers.reading() as session:
        member = session.get(StaffMember, staff_id)
    return of(member) if member and member.ended_at is None else None


def names_of(actors: Iterable[str]) -> dict[str, str]:
    """Return a name to show for each actor of audits, timelines and movements, in one query."""
    wanted = set(actors)
    ids = [actor.removeprefix("staff:") for actor in wanted if actor.startswith("staff:")]
    names = {actor: actor.partition(":")[0].replace("_", " ").capitalize() for actor in wanted}
    if ids:
        with db.customers.reading() as session:
            found = session.execute(select(StaffMember.id, StaffMember.name).where(StaffMember.id.in_(ids)))
            names |= {f"staff:{row.id}": row.name for row in found}
    return names


def of(member: StaffMember) -> Staff:
    """Return a row as others see it."""
    return Staff(member.id, member.email, member.name, member.role, ROLES.get(member.role, frozenset()))


def normal(email: str) -> str:
    """Return an address as it is kept and compared."""
    return email.strip().lower()


def _by_email(email: str) -> StaffMember:
    member = db.customers.session.scalars(select(StaffMember).where(StaffMember.email == normal(email))).one_or_none()
    if member is None:
        raise NotFound(f"Nobody on the staff has the address {normal(email)}.")
    return member


def _set_up_codes(member: StaffMember) -> tuple[codes.Secret, list[str]]:
    member.totp_secret = codes.sealed(codes.new_secret(), member.id)
    member.totp_confirmed_at = clock.now()
    db.customers.session.flush()
    return codes.opened(member), codes.replace_recovery_codes(member.id)
