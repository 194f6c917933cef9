"""The settings: all mistakes at once, secrets from files, and what production refuses."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.config import Config, ConfigError

REQUIRED = {
    "env": "production",
    "origin": "https://shop.example",
    "secret_key": "k" * 32,
    "customers_url": "postgresql://web:pw@db.internal:5432/customers",
    "orders_url": "postgresql://web:pw@db.internal:5432/orders",
    "catalog_url": "mongodb://db.internal:27017/catalog",
    "redis_url": "redis://redis.internal:6379/0",
    "cache_url": "redis://cache.internal:6379/0",
    "s3_url": "https://s3.internal",
    "s3_access_key": "AKIA0",
    "s3_secret_key": "s3",
    "stripe_secret_key": "sk_live_1",
    "stripe_publishable_key": "pk_live_1",
    "stripe_webhook_secret": "whsec_1",
    "ups_client_id": "id",
    "ups_client_secret": "quiet",
    "ups_account": "A1B2C3",
    "ups_webhook_secret": "quiet",
    "sendgrid_api_key": "SG.1",
    "sendgrid_webhook_key": f"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE{'k' * 86}==",
    "mail_from": "shop@shop.example",
    "name": "Muster Prints",
    "street": "Torstraße 1",
    "postal_code": "10119",
    "city": "Berlin",
    "phone": "+49 30 901820",
    "vat_id": "DE811234567",
}
OWN = ("name", "street", "postal_code", "city", "phone")


def environ(**changes: str | None) -> dict[str, str]:
    """The environment of a shop that may open, with changes; None takes a setting away."""
    values = REQUIRED | changes
    return {f"SHOP_{name.upper()}": text for name, text in values.items() if text is not None}


def mistakes(given: dict[str, str]) -> list[str]:
    with pytest.raises(ConfigError) as refused:
        Config.from_env(given)
    return str(refused.value).splitlines()


def test_shop_opens_with_what_is_required() -> None:
    config = Config.from_env(environ())

    assert config.is_production
    assert config.cookie("cart") == "__Host-cart"
    assert config.stripe_js_url == "https://js.stripe.com/v3/"


def test_all_mistakes_are_told_at_once() -> None:
    told = mistakes(environ(env="live", origin="shop.example/", vat_rate="NaN", timezone="Mars/Base", mail_from=None))

    assert [line.split()[0] for line in told] == [
        "SHOP_MAIL_FROM", "SHOP_ENV", "SHOP_ORIGIN", "SHOP_TIMEZONE", "SHOP_VAT_RATE",
    ]  # fmt: skip


@pytest.mark.parametrize("name", [name for name in REQUIRED if name not in {*OWN, "vat_id"}])
@pytest.mark.parametrize("text", [None, ""])
def test_required_setting_that_is_missing_or_empty_is_named(name: str, text: str | None) -> None:
    assert mistakes(environ(**{name: text})) == [f"SHOP_{name.upper()} is not set."]


def test_secret_is_read_from_its_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("f" * 40 + "\n")

    config = Config.from_env(environ(secret_key=None) | {"SHOP_SECRET_KEY_FILE": str(tmp_path / "key")})

    assert config.secret_key == "f" * 40


def test_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    told = mistakes(environ(secret_key=None) | {"SHOP_SECRET_KEY_FILE": str(tmp_path / "none")})

    assert told == [f"SHOP_SECRET_KEY_FILE names {tmp_path}/none, which cannot be read: No such file or directory."]


@pytest.mark.parametrize(
    ("name", "text"), [("secret_key", "hunter2"), ("orders_url", "postgres://web:hunter2@db/orders")]
)
def test_mistake_never_repeats_a_secret(name: str, text: str) -> None:
    assert "hunter2" not in "".join(mistakes(environ(**{name: text})))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("origin", "http://shop.example"),
        ("stripe_api_url", "http://localhost:9000/stripe"),
        ("stripe_js_url", "https://localhost/stripe/js/v3/"),
        ("ups_api_url", "http://localhost:9000/ups"),
        ("sendgrid_api_url", "http://localhost:9000/sendgrid"),
        ("street", Config.street),
        ("stripe_secret_key", "sk_standin"),
        ("secret_key", "changeme" * 4),
        ("sendgrid_webhook_key", "MFkw"),
    ],
)
def test_production_refuses_what_only_a_laptop_may_have(name: str, text: str) -> None:
    given = environ(**{name: text})

    assert [line.split()[0] for line in mistakes(given)] == [f"SHOP_{name.upper()}"]
    assert Config.from_env(given | {"SHOP_ENV": "development"})


@pytest.mark.parametrize("name", OWN)
def test_production_takes_nothing_of_the_demo_shops_for_its_own(name: str) -> None:
    given = environ(**{name: None})

    assert [line.split(";")[0] for line in mistakes(given)] == [f"SHOP_{name.upper()} is not set"]
    assert Config.from_env(given | {"SHOP_ENV": "development"})


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("origin", "https://Shop.example"),
        ("origin", "https://shop.example:443"),
        ("origin", "https://:8000"),
        ("orders_url", "postgresql://web:pw@db.internal:5432"),
        ("orders_url", "postgresql://web:pw@db.internal:port/orders"),
        ("catalog_url", "mongodb://web:p/w@db.internal:27017/catalog"),
        ("redis_url", "redis://:p#w@redis.internal:6379/0"),
        ("redis_url", "redis://redis.internal:port/0"),
        ("s3_url", "https://"),
        ("ups_api_url", "ups"),
        ("s3_bucket", ""),
        ("country", "UK"),
        ("country", "ZZ"),
        ("currency", "XXQ"),
        ("return_days", "²"),
    ],
)
def test_half_typed_setting_is_told_at_the_start(name: str, text: str) -> None:
    assert [line.split()[0] for line in mistakes(environ(**{name: text}))] == [f"SHOP_{name.upper()}"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("origin", "https://shop.example:8443"),
        ("orders_url", "postgresql://web:p#w@db.internal/orders"),
        ("orders_url", "postgresql://web@/orders?host=/run/postgresql"),
        ("catalog_url", "mongodb://web:pw@one:27017,two:27017/catalog?replicaSet=rs0&w=majority"),
        ("catalog_url", "mongodb+srv://web:pw@cluster0.internal/catalog"),
        ("redis_url", "rediss://:p%23w@redis.internal"),
        ("stripe_api_url", ""),
    ],
)
def test_address_of_any_usual_kind_is_taken(name: str, text: str) -> None:
    assert getattr(Config.from_env(environ(**{name: text})), name) == text


@pytest.mark.parametrize("name", ["stripe_api_url", "stripe_js_url", "ups_api_url", "sendgrid_api_url"])
def test_empty_address_of_a_company_is_its_own(name: str) -> None:
    assert getattr(Config.from_env(environ(**{name: ""})), name) == getattr(Config, name)


def test_misspelt_setting_is_named_with_the_right_one() -> None:
    others = {"SHOP_SERVICE_HOST": "10.0.0.1", "SHOP_PORT": "tcp://10.0.0.1:80", "SHOP_PORT_80_TCP_ADDR": "10.0.0.1"}

    told = mistakes(environ() | others | {"SHOP_VATRATE": "7", "SHOP_SECRETKEY_FILE": "/key"})

    assert told == [
        "SHOP_SECRETKEY_FILE is no setting; SHOP_SECRET_KEY is.",
        "SHOP_VATRATE is no setting; SHOP_VAT_RATE is.",
    ]


def test_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(bytes([0xFF]) * 40)

    told = mistakes(environ(secret_key=None) | {"SHOP_SECRET_KEY_FILE": str(tmp_path / "key")})

    assert told == [f"SHOP_SECRET_KEY_FILE names {tmp_path}/key, which is no text; save it as UTF-8."]


@pytest.mark.parametrize("module", ["wsgi", "app.tasks.worker", "app.tasks.scheduler"])
def test_every_process_tells_mistakes_in_words(module: str) -> None:
    given = {name: text for name, text in os.environ.items() if not name.startswith("SHOP_")}

    ended = subprocess.run([sys.executable, "-m", module], env=given, capture_output=True, text=True, check=False)

    assert ended.returncode == 1
    assert ended.stderr.startswith("The shop cannot start; its settings need mending:\nSHOP_ENV is not set.\n")


def test_production_tells_its_own_mistakes_beside_all_others() -> None:
    given = environ(orders_url=None, origin="https://Shop.example", street=None, vat_id=None, vat_rate="much")

    assert sorted(said.split()[0] for said in mistakes(given | {"SHOP_STRIPE_API_URL": "http://127.0.0.1:8"})) == [
        "Neither", "SHOP_ORDERS_URL", "SHOP_ORIGIN", "SHOP_STREET", "SHOP_STRIPE_API_URL", "SHOP_VAT_RATE",
    ]  # fmt: skip


def test_production_needs_a_number_that_invoices_name() -> None:
    assert "SHOP_VAT_ID" in mistakes(environ(vat_id=None))[0]
    assert Config.from_env(environ(vat_id=None, tax_number="30/123/45678")).tax_number == "30/123/45678"


@pytest.mark.parametrize("text", ["{number}", "{year}", "{year}-{other}", "{year", "no numbers"])
def test_invoice_number_must_tell_every_number_of_every_year_apart(text: str) -> None:
    assert [line.split()[0] for line in mistakes(environ(invoice_number=text))] == ["SHOP_INVOICE_NUMBER"]


def test_invoices_and_credit_notes_may_not_share_their_numbers() -> None:
    assert "SHOP_CREDIT_NOTE_NUMBER" in mistakes(environ(credit_note_number=Config.invoice_number))[0]


@pytest.mark.parametrize(
    "text", ["Stoa <shop@shop.example>", "shop", "shop@", "@shop.example", "a@shop.example, b@shop.example", "a@b@c"]
)
def test_sender_of_mails_must_be_a_bare_address(text: str) -> None:
    [told] = mistakes(environ(mail_from=text))

    assert told.startswith("SHOP_MAIL_FROM is ")
    assert "SHOP_NAME" in told
