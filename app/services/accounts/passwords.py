"""Passwords: argon2id with the second of RFC 9106's recommended settings, the library's default."""

import secrets
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from app.errors import Invalid

_LEAST, _MOST = 12, 200  # the upper bound keeps a long text from costing us time
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that is mistaken for something else when read out
_HASHER = PasswordHasher()


def new_password() -> str:
    """Return a random password of 99 bits, in groups to type."""
    letters = [secrets.choice(_ALPHABET) for _ in range(20)]
    return "-".join("".join(letters[start : start + 5]) for start in range(0, 20, 5))


def hash_password(password: str) -> str:
    """Return what is kept of a password; raise Invalid when it is too short or too long."""
    if not _LEAST <= len(password) <= _MOST:
        advice = f"Use {_LEAST} to {_MOST} characters; a sentence is easy to keep in mind."
        raise Invalid(f"That password will not do. {advice}", password=advice)
    return _HASHER.hash(_plain(password))


def is_right(kept: str | None, password: str) -> bool:
    """Whether `password` is the one that was kept; takes the same time when nothing was."""
    try:
        _HASHER.verify(kept or _nobodys(), _plain(password[:_MOST]))
    except (VerifyMismatchError, InvalidHashError):
        return False
    return kept is not None


@cache
def _nobodys() -> str:
    """Return the hash of a password that nobody has: an unknown address takes as long to refuse as a known one."""
    return _HASHER.hash(secrets.token_hex(16))


def _plain(password: str) -> str:
    # Two keyboards may send one letter as different code points (NIST SP 800-63B, 3.1.1.2).
    return unicodedata.normalize("NFKC", password)
