"""Keys for one purpose each, derived from the shop's secret key (HKDF, RFC 5869), so that none serves two ends.

The one rule: a purpose's name never changes; what was sealed under it could not be opened again.
"""

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app import config


def derive(purpose: str) -> bytes:
    """Return the 32 bytes that belong to `purpose`."""
    secret = config.current().secret_key.encode()
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"stoa/{purpose}".encode()).derive(secret)
