"""How to reach a shopper: email address and telephone number, each in its one spelling."""

import unicodedata

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from app.errors import Invalid

_LOOKED_AT = 1000  # characters; no field has room for so many, and the accents of a whole form take hours to order


def check_email(email: str) -> str:
    """Return an email address in its one spelling, or raise Invalid. Asks no name server."""
    try:
        return validate_email(clean(email), check_deliverability=False).normalized
    except EmailNotValidError as error:
        advice = f"{error}" if email.strip() else "Enter your email address, as in ada@example.com."
        raise Invalid(advice, email=advice) from error


def check_phone(phone: str, country: str) -> str:
    """Return a telephone number, as somebody in `country` dials it, in E.164, or raise Invalid. Empty stays empty."""
    if not phone:
        return ""
    try:
        number = phonenumbers.parse(phone, country)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_valid_number(number):
        advice = "This number cannot be called. Enter it with its area code, or with + and the country code."
        raise Invalid(advice, phone=advice)
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def clean(text: str) -> str:
    """Drop what no keyboard types (control characters) and needless space; everything else is kept as it was typed."""
    marks = text[:_LOOKED_AT]
    kept = "".join(" " if unicodedata.category(mark) in {"Cc", "Cs", "Zl", "Zp"} else mark for mark in marks)
    return unicodedata.normalize("NFC", " ".join(kept.split()))
