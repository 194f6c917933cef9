"""Codes that the whole world knows a thing by."""

_LENGTHS = {8, 12, 13, 14}


def is_gtin(code: str) -> bool:
    """Whether `code` is a GTIN with the right check digit (GS1 General Specifications, 7.9)."""
    if not (code.isascii() and code.isdigit() and len(code) in _LENGTHS):
        return False
    return sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(code))) % 10 == 0
