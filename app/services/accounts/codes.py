"""Second proofs: codes of an authenticator (RFC 6238) and recovery codes. Each is taken once, by one UPDATE."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass

import pyotp
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import delete, insert, or_, update

from app import clock, config, db, keys
from app.errors import Conflict
from app.services.accounts.models import RecoveryCode, StaffMember

_STEP = 30
_DRIFT = 1  # steps that a phone's clock may be off, either way
_RECOVERY_CODES = 10
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True)
class Secret:
    """What an authenticator must know, as text to type and as the address its camera reads."""

    text: str
    uri: str


def new_secret() -> str:
    """Return 160 random bits in base32, as authenticators take them."""
    return pyotp.random_base32()


def sealed(secret: str, staff_id: str) -> bytes:
    """Encrypt a secret for the table, bound to its row."""
    nonce = secrets.token_bytes(12)
    return nonce + AESGCM(keys.derive("totp-secrets")).encrypt(nonce, secret.encode(), staff_id.encode())


def opened(member: StaffMember) -> Secret:
    """Decrypt a member's secret; raise Conflict when the shop's secret key has changed since."""
    if member.totp_secret is None:
        raise Conflict("No authenticator is set up. Please sign in again.")
    nonce, body = member.totp_secret[:12], member.totp_secret[12:]
    try:
        text = AESGCM(keys.derive("totp-secrets")).decrypt(nonce, body, member.id.encode()).decode()
    except InvalidTag as error:
        raise Conflict("The shop's secret key has changed. Ask an operator for `flask shop staff reset`.") from error
    return Secret(text, pyotp.TOTP(text).provisioning_uri(name=member.email, issuer_name=config.current().name))


def current(member: StaffMember) -> str:
    """Return the code that the member's authenticator shows now."""
    return pyotp.TOTP(opened(member).text).at(clock.now())


def take(member: StaffMember, code: str) -> str | None:
    """Use up `code` in the open transaction: "authenticator" or "recovery" when it was right, None when not."""
    plain = code.replace(" ", "").replace("-", "").lower()
    if plain.isdecimal() and len(plain) == 6:
        digits = "".join(str(int(digit)) for digit in plain)  # a keyboard may send those of another script
        return "authenticator" if _take_step(member, digits) else None
    return "recovery" if _take_recovery_code(member.id, plain) else None


def replace_recovery_codes(staff_id: str) -> list[str]:
    """Make ten new recovery codes in the open transaction; the old ones stop working. They are readable only here."""
    made = ["".join(secrets.choice(_ALPHABET) for _ in range(10)) for _ in range(_RECOVERY_CODES)]
    forget_recovery_codes(staff_id)
    db.customers.session.execute(
        insert(RecoveryCode), [{"hash": _hash(staff_id, code), "staff_id": staff_id, "used_at": None} for code in made]
    )
    return [f"{code[:5]}-{code[5:]}" for code in made]


def forget_recovery_codes(staff_id: str) -> None:
    """Have somebody's recovery codes stop working, in the open transaction."""
    db.customers.session.execute(delete(RecoveryCode).where(RecoveryCode.staff_id == staff_id))


def _take_step(member: StaffMember, code: str) -> bool:
    totp = pyotp.TOTP(opened(member).text)
    now = int(clock.now().timestamp()) // _STEP
    steps = range(now - _DRIFT, now + _DRIFT + 1)
    right = [step for step in steps if hmac.compare_digest(totp.generate_otp(step), code)]
    if not right:
        return False
    step = right[-1]
    taken = db.customers.session.execute(
        update(StaffMember)
        .where(StaffMember.id == member.id)
        .where(or_(StaffMember.totp_last_step.is_(None), StaffMember.totp_last_step < step))
        .values(totp_last_step=step)
        .returning(StaffMember.id)
    ).scalar()
    return taken is not None


def _take_recovery_code(staff_id: str, code: str) -> bool:
    taken = db.customers.session.execute(
        update(RecoveryCode)
        .where(RecoveryCode.hash == _hash(staff_id, code), RecoveryCode.staff_id == staff_id)
        .where(RecoveryCode.used_at.is_(None))
        .values(used_at=clock.now())
        .returning(RecoveryCode.hash)
    ).scalar()
    return taken is not None


def _hash(staff_id: str, code: str) -> str:
    # 49 random bits behind a key that is not in the database need no slow hash.
    return hmac.new(keys.derive("recovery-codes"), f"{staff_id}:{code}".encode(), hashlib.sha256).hexdigest()
