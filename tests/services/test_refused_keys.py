"""A company that refuses our key: no waiting mends that, so the log names the setting."""

import logging
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask

from app import config
from app.errors import Unavailable
from app.services.notifications import sendgrid
from app.services.notifications.models import Message
from app.services.payments import stripe
from app.services.shipping import ups


def _pay() -> None:
    with stripe.calling() as client:
        client.v1.payment_intents.list()


def _send() -> None:
    sendgrid.send(Message(id="m", recipient="ada@example.org", recipient_name="Ada", subject="Hello", template="x",
                          text="Hello", html="<p>Hello</p>"))  # fmt: skip


@pytest.mark.parametrize(
    ("setting", "call"),
    [
        ("stripe_secret_key", _pay),
        ("ups_client_id", lambda: ups.track("1Z")),
        ("sendgrid_api_key", _send),
    ],
)
def test_a_refused_key_is_named_in_the_log(
    app: Flask,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    setting: str,
    call: Callable[[], None],
) -> None:
    monkeypatch.setitem(app.extensions, "config", replace(config.current(), **{setting: "sk_test_wrong"}))

    with pytest.raises(Unavailable):
        call()

    told = [record.message for record in caplog.records if record.levelno == logging.ERROR]
    assert len(told) == 1
    assert f"SHOP_{setting.upper()}" in told[0]


def test_a_mail_whose_key_is_refused_says_so_where_jobs_are_listed(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.extensions, "config", replace(config.current(), sendgrid_api_key="wrong"))

    with pytest.raises(Unavailable, match="refuses SHOP_SENDGRID_API_KEY"):
        _send()
