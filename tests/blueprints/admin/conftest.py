"""Staff in a browser."""

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import clock
from app.services import accounts
from tests import make


def code_of(added: accounts.Added, *, steps: int = 0) -> str:
    """What the member's phone shows, `steps` times 30 seconds from now."""
    assert added.secret is not None
    return pyotp.TOTP(added.secret.text).at(clock.now(), counter_offset=steps)


def sign_in(app: Flask, added: accounts.Added, *, steps: int = 0) -> FlaskClient:
    """A browser in which the member is signed in."""
    client = app.test_client()
    client.post("/admin/sign-in", data={"email": added.staff.email, "password": added.password})
    answer = client.post("/admin/sign-in/code", data={"code": code_of(added, steps=steps)})
    assert answer.status_code == 303, answer.text
    return client


@pytest.fixture
def cleo(app: Flask) -> accounts.Added:
    """An owner."""
    return make.staff()


@pytest.fixture
def admin(app: Flask, cleo: accounts.Added) -> FlaskClient:
    """A browser without JavaScript in which Cleo is signed in."""
    return sign_in(app, cleo)


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the state of kept pages re-read at each request, so that tests need not wait a second."""
    monkeypatch.setattr("app.services.pages.reading._FRESH", 0.0)
