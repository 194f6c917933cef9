"""Every setting, typed, in one frozen class. The only file that reads the environment.

The one rule: all mistakes are reported at once, and a shop with a wrong setting does not start.
"""

import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale
from flask import current_app

from app import addresses

_EXAMPLE_SECRETS = ("standin", "changeme", "example")
_EXAMPLE_IBAN = "DE89370400440532013000"
_CLAIMS = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
_ADDRESS = re.compile(r"[^@\s<>()\[\],;:\"\\]+@[^@\s<>()\[\],;:\"\\]+")
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_OWN = ("name", "street", "postal_code", "city", "phone")  # whose defaults are the demo shop's
# How any P-256 key begins as SendGrid shows it: 124 characters of base64 (RFC 5480; the point follows).
_VERIFICATION_KEY = re.compile(r"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE[A-Za-z0-9+/]{86}==")
_NEVER_EMPTY = ("name", "street", "postal_code", "city", "s3_bucket", "s3_region")
_COMPANIES = ("stripe_api_url", "stripe_js_url", "ups_api_url", "sendgrid_api_url")  # empty is the company's own


class ConfigError(Exception):
    """The settings are wrong; the message lists every mistake, a line each."""


@dataclass(frozen=True, kw_only=True)
class Config:
    """The settings of one shop. A field's variable is `SHOP_` and its name in capitals; a secret may be a `…_FILE`."""

    env: str
    origin: str
    secret_key: str
    customers_url: str
    orders_url: str
    catalog_url: str
    redis_url: str
    cache_url: str
    s3_url: str
    s3_access_key: str
    s3_secret_key: str
    stripe_secret_key: str
    stripe_publishable_key: str
    stripe_webhook_secret: str
    ups_client_id: str
    ups_client_secret: str
    ups_account: str
    ups_webhook_secret: str
    sendgrid_api_key: str
    sendgrid_webhook_key: str
    mail_from: str
    s3_bucket: str = "shop"
    s3_region: str = "eu-central-1"
    stripe_api_url: str = ""
    stripe_js_url: str = "https://js.stripe.com/v3/"
    ups_api_url: str = "https://onlinetools.ups.com"
    sendgrid_api_url: str = "https://api.sendgrid.com"
    name: str = "Stoa Prints"
    currency: str = "EUR"
    street: str = "Kastanienallee 12"
    postal_code: str = "10435"
    city: str = "Berlin"
    region: str = ""
    country: str = "DE"
    phone: str = "+49 30 23125 014"
    return_days: int = 30
    legal_name: str = ""
    vat_id: str = ""
    tax_number: str = ""
    register: str = ""
    invoice_number: str = "{year}-{number:06}"
    credit_note_number: str = "C{year}-{number:06}"
    timezone: str = "Europe/Berlin"
    vat_rate: Decimal = Decimal("19.0")
    prices_include_tax: bool = True
    bank_holder: str = ""
    bank_iban: str = ""
    bank_bic: str = ""
    transfer_days: int = 7
    capture: str = "now"
    log_level: str = "INFO"
    theme_dir: str = ""
    keep_pages: bool = True

    @property
    def is_production(self) -> bool:
        """Whether real customers come here."""
        return self.env == "production"

    @property
    def is_secure(self) -> bool:
        """Whether browsers reach the shop by https."""
        return self.origin.startswith("https://")

    def cookie(self, name: str) -> str:
        """Return the cookie's full name. On loopback it carries the port, so that two clones do not share it."""
        return f"__Host-{name}" if self.is_secure else f"{name}-{urlsplit(self.origin).port or 80}"

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        """Read the settings, or raise ConfigError with every mistake at once."""
        mistakes: list[str] = []
        values: dict[str, Any] = {}
        for field in fields(cls):
            before = len(mistakes)
            text = _read(f"SHOP_{field.name.upper()}", environ, mistakes)
            is_required = field.default is field.default_factory  # both are MISSING
            if text is None or (not text and (is_required or field.name in _COMPANIES)):
                if is_required and len(mistakes) == before:
                    mistakes.append(f"SHOP_{field.name.upper()} is not set.")
                continue
            values[field.name] = text
        mistakes += _misspelt(environ, [field.name.upper() for field in fields(cls)])
        is_set = set(values)
        _check_values(values, mistakes)
        if values.get("env") == "production":
            mistakes += cls._unfit(values, is_set, {mistake.split()[0] for mistake in mistakes})
        if mistakes:
            raise ConfigError("\n".join(mistakes))
        return cls(**values)

    @classmethod
    def _unfit(cls, values: Mapping[str, Any], is_set: set[str], told: set[str]) -> list[str]:
        """Return what production refuses beside the mistakes that are `told`, also where settings are missing."""
        fine = {name: value for name, value in values.items() if f"SHOP_{name.upper()}" not in told}
        required = {field.name: "" for field in fields(cls) if field.default is field.default_factory}
        found = _unfit_for_production(cls(**required | fine), is_set)
        return [mistake for mistake in found if mistake.split()[0] not in told]

    @classmethod
    def or_exit(cls, environ: Mapping[str, str]) -> Self:
        """Read the settings, or end this process with every mistake at once."""
        try:
            return cls.from_env(environ)
        except ConfigError as error:
            sys.exit(f"The shop cannot start; its settings need mending:\n{error}")


def current() -> Config:
    """Return the settings of the running app."""
    config: Config = current_app.extensions["config"]
    return config


def _read(variable: str, environ: Mapping[str, str], mistakes: list[str]) -> str | None:
    if path := environ.get(f"{variable}_FILE"):
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            mistakes.append(f"{variable}_FILE names {path}, which cannot be read: {error.strerror}.")
            return ""
        except UnicodeDecodeError:
            mistakes.append(f"{variable}_FILE names {path}, which is no text; save it as UTF-8.")
            return ""
    return environ.get(variable)


def _misspelt(environ: Mapping[str, str], names: list[str]) -> Iterator[str]:
    """Tell which variables are nearly a setting. Others are somebody else's, such as those that Kubernetes sets."""
    for variable in sorted(environ):
        name = variable.removeprefix("SHOP_").removesuffix("_FILE")
        if variable.startswith("SHOP_") and name not in names and (near := get_close_matches(name, names, 1, 0.85)):
            yield f"{variable} is no setting; SHOP_{near[0]} is."


def _check_values(values: dict[str, Any], mistakes: list[str]) -> None:
    """Note each text that does not fit, and turn the others into their types."""

    def check(name: str, fits: Callable[[str], object], advice: str) -> None:
        if name in values and not fits(values[name]):
            # The message goes to logs and screens, so it repeats nothing that may hold a password.
            is_secret = name.endswith(("_key", "_secret", "_url"))
            mistakes.append(f"SHOP_{name.upper()} is {'wrong' if is_secret else repr(values[name])}; {advice}.")

    check("env", lambda text: text in {"development", "test", "production"}, "use development, test or production")
    _check_addresses(check)
    check("secret_key", lambda text: len(text) >= 32, "use at least 32 random characters")
    for name in _NEVER_EMPTY:
        check(name, str.strip, "fill it, or leave it out")
    check("currency", lambda text: text in Locale("en").currencies, "use an ISO 4217 code, as in EUR")
    check("country", _is_country, "use an ISO 3166 code, as in DE")
    check("timezone", _is_timezone, "use a name of the tz database, as in Europe/Berlin")
    check("mail_from", _ADDRESS.fullmatch, "use a bare address, as in shop@shop.example; the name is SHOP_NAME")
    check("vat_rate", _is_rate, "use a percentage, as in 19.0")
    check("bank_iban", _is_iban, "use an IBAN, as in DE89370400440532013000")
    check("capture", lambda text: text in {"now", "on_shipping"}, "use now or on_shipping")
    check("return_days", lambda text: text.isdecimal() and 1 <= int(text) <= 365, "use a number of days from 1 to 365")
    check("transfer_days", lambda text: text.isdecimal() and 1 <= int(text) <= 60, "use a number of days from 1 to 60")
    check("prices_include_tax", lambda text: text.lower() in _CLAIMS, "use yes or no")
    for name in ("invoice_number", "credit_note_number"):
        check(name, _numbers_apart, "use text with {year} and {number}, as in {year}-{number:06}")
    check("theme_dir", lambda text: not text or Path(text).is_dir(), "use a folder that exists, or leave it out")
    check("log_level", lambda text: text in {"DEBUG", "INFO", "WARNING", "ERROR"}, "use DEBUG, INFO, WARNING or ERROR")
    check("keep_pages", lambda text: text in {"yes", "no"}, "use yes or no")
    if "keep_pages" in values:
        values["keep_pages"] = values["keep_pages"] == "yes"
    for name, (fits, turn) in _TURNED.items():
        if name in values and fits(values[name]):
            values[name] = turn(values[name])


def _check_addresses(check: Callable[[str, Callable[[str], object], str], None]) -> None:
    check(
        "origin",
        addresses.is_origin,
        "use a scheme and a host in small letters without a path, as in https://shop.example",
    )
    for name in ("customers_url", "orders_url"):
        check(name, addresses.is_postgresql, "use postgresql://user:password@host:port/name")
    check("catalog_url", addresses.is_mongo, "use mongodb://host:port/name; in a password, write / as %2F")
    for name in ("redis_url", "cache_url"):
        check(name, addresses.is_redis, "use redis://host:port/number; in a password, write # as %23 and / as %2F")
    for name in ("s3_url", *_COMPANIES):
        check(name, addresses.is_web, "use an https:// address")


def _is_country(text: str) -> bool:
    return text.isalpha() and text != "ZZ" and text in Locale("en").territories


def _is_timezone(text: str) -> bool:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError):
        return False
    return True


def _is_iban(text: str) -> bool:
    """Whether an IBAN's check digits are right (ISO 13616), or there is none."""
    iban = text.replace(" ", "")
    if not iban:
        return True
    return iban.isascii() and iban.isalnum() and len(iban) > 14 and int(_digits(iban[4:] + iban[:4])) % 97 == 1


def _digits(text: str) -> str:
    return "".join(str(int(mark, 36)) for mark in text)


def _numbers_apart(text: str) -> bool:
    """Whether a format gives each number of each year a text of its own."""
    try:
        made = {text.format(year=year, number=number) for year in (2026, 2027) for number in (1, 12)}
    except (LookupError, ValueError, AttributeError):
        return False
    return len(made) == 4


def _is_rate(text: str) -> bool:
    try:
        return Decimal(0) <= Decimal(text) < Decimal(100)
    except InvalidOperation:
        return False


_TURNED: dict[str, tuple[Callable[[str], object], Callable[[str], object]]] = {
    "vat_rate": (_is_rate, Decimal),
    "transfer_days": (str.isdecimal, int),
    "return_days": (str.isdecimal, int),
    "bank_iban": (bool, lambda text: text.replace(" ", "")),
    "prices_include_tax": (lambda text: text.lower() in _CLAIMS, lambda text: _CLAIMS[text.lower()]),
}


def _unfit_for_production(config: Config, is_set: set[str]) -> list[str]:
    mistakes = [
        f"SHOP_{name.upper()} is not set; mails, labels and the imprint would name the demo shop's."
        for name in _OWN
        if name not in is_set
    ]
    mistakes += [
        f"SHOP_{name.upper()} is the demo shop's; mails, labels and the imprint would name it."
        for name in ("street", "phone")
        if name in is_set and getattr(config, name) == getattr(Config, name)
    ]
    if not config.is_secure:
        mistakes.append(f"SHOP_ORIGIN is {config.origin!r}; production is reached by https only.")
    for name in _COMPANIES:
        address = urlsplit(getattr(config, name))
        if address.netloc and (address.scheme != "https" or address.hostname in _LOOPBACK):
            mistakes.append(f"SHOP_{name.upper()} names a stand-in ({address.netloc}); name the company itself.")
    if not _VERIFICATION_KEY.fullmatch(config.sendgrid_webhook_key):
        mistakes.append("SHOP_SENDGRID_WEBHOOK_KEY is wrong; copy the verification key of SendGrid's event webhook.")
    if config.invoice_number == config.credit_note_number:
        mistakes.append("SHOP_CREDIT_NOTE_NUMBER is SHOP_INVOICE_NUMBER; two documents would share a number.")
    if not config.vat_id and not config.tax_number:
        mistakes.append("Neither SHOP_VAT_ID nor SHOP_TAX_NUMBER is set; an invoice must name one of them.")
    if config.bank_iban == _EXAMPLE_IBAN:
        mistakes.append("SHOP_BANK_IBAN is the example's; customers would send their money there.")
    return mistakes + _example_secrets(config)


def _example_secrets(config: Config) -> list[str]:
    secrets = [field.name for field in fields(config) if field.name.endswith(("_key", "_secret"))]
    return [
        f"SHOP_{name.upper()} is an example; use the real one."
        for name in secrets
        if any(word in getattr(config, name).lower() for word in _EXAMPLE_SECRETS)
    ]
