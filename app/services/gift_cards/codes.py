"""The codes of gift cards: 80 bits that nobody can guess, made from the card's id and the shop's key, stored nowhere.

So a mail can be written again after a crash, and a copy of the database gives no code away.
"""

import base64
import hashlib
import hmac
import re

from app import keys

_LETTERS = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", b"0123456789ABCDEFGHJKMNPQRSTVWXYZ")
_READ_AS = str.maketrans("OIL", "011")  # Crockford's base32: what is misread is one of ours


_SHAPE = re.compile(r"(?:[0-9A-HJKMNP-TV-Z]{4}-?){4}")


def code_of(card_id: str) -> str:
    """Return the code of a card: four groups of four."""
    secret = hmac.new(keys.derive("gift-card-codes"), card_id.encode(), hashlib.sha256).digest()[:10]
    letters = base64.b32encode(secret).translate(_LETTERS).decode()
    return "-".join(letters[place : place + 4] for place in range(0, 16, 4))


def has_shape(code: str) -> bool:
    """Whether a code is written as those of cards are. Asks nobody, so it tells nothing of which cards there are."""
    return bool(_SHAPE.fullmatch("".join(code.upper().split()).translate(_READ_AS)))


def hash_of(code: str) -> str:
    """Return what a typed code is found by: gaps, dashes, case and misread letters do not matter."""
    plain = "".join(mark for mark in code.upper() if mark.isalnum()).translate(_READ_AS)
    return hashlib.sha256(plain.encode()).hexdigest()
