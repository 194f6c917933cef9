"""A new start for somebody who lost password or phone, or who left and came back."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from flask import Flask
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from app import db, stores
from app.errors import Invalid
from app.services import accounts
from app.services.accounts import codes, passwords
from app.services.accounts.models import StaffMember
from tests import make
from tests.running import free_port

DESK = accounts.Visitor("203.0.113.5")


def sign_in(added: accounts.Added) -> accounts.SignedIn:
    return accounts.enter_password(added.staff.email, added.password, DESK)


def test_reset_brings_back_who_had_left(app: Flask) -> None:
    cleo = make.staff()
    accounts.end(cleo.staff.email)
    with pytest.raises(Invalid):
        sign_in(cleo)

    again = accounts.reset(cleo.staff.email)

    assert sign_in(again).must_enrol
    assert accounts.find_staff(cleo.staff.id) is not None


@pytest.fixture
def redis_down(app: Flask) -> Iterator[Callable[[], None]]:
    """What takes Redis away, and gives it back at the end."""
    known = app.extensions["stores"]
    before = known.redis
    with Redis.from_url(f"redis://127.0.0.1:{free_port()}", retry=Retry(NoBackoff(), 0)) as nobody:
        yield lambda: vars(known).update(redis=nobody)
        vars(known)["redis"] = before


def test_reset_changes_nothing_while_sign_ins_cannot_be_ended(app: Flask, redis_down: Callable[[], None]) -> None:
    cleo = make.staff()
    redis_down()

    said = app.test_cli_runner().invoke(args=["shop", "staff", "reset", cleo.staff.email])

    assert said.exit_code == 1
    assert "flask shop check" in said.output
    with db.customers.reading() as session:
        kept = session.get_one(StaffMember, cleo.staff.id)
    assert passwords.is_right(kept.password_hash, cleo.password)
    assert kept.totp_secret


def test_access_ends_also_while_redis_is_down(app: Flask, redis_down: Callable[[], None]) -> None:
    cleo = make.staff()
    redis_down()

    said = app.test_cli_runner().invoke(args=["shop", "staff", "end", cleo.staff.email])

    assert said.exit_code == 0
    assert accounts.find_staff(cleo.staff.id) is None


def test_reset_ends_the_recovery_codes(app: Flask) -> None:
    cleo = make.staff()

    session = accounts.find_session(sign_in(accounts.reset(cleo.staff.email)).session_id)

    assert session is not None
    with pytest.raises(Invalid, match="not right"):
        accounts.enrol(session, cleo.recovery_codes[0], DESK)


def test_reset_ends_also_a_sign_in_that_is_under_way(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    cleo = make.staff()
    is_right = passwords.is_right

    def reset_meanwhile(kept: str | None, password: str) -> bool:
        accounts.reset(cleo.staff.email)
        return is_right(kept, password)

    monkeypatch.setattr(passwords, "is_right", reset_meanwhile)

    with pytest.raises(Invalid, match="password is not right"):
        sign_in(cleo)

    assert not list(stores.redis().scan_iter("staff-session:*"))


@pytest.mark.parametrize("act", [accounts.enter_code, accounts.confirm])
def test_reset_ends_also_a_code_that_is_under_way(app: Flask, monkeypatch: pytest.MonkeyPatch, act: Any) -> None:
    cleo = make.staff()
    session_id = sign_in(cleo).session_id
    session = accounts.find_session(session_id)
    assert session is not None
    take = codes.take

    def reset_afterwards(*args: Any) -> str | None:
        kind = take(*args)
        db.customers.after_commit(partial(accounts.reset, cleo.staff.email))
        return kind

    monkeypatch.setattr(codes, "take", reset_afterwards)

    with pytest.raises(Invalid, match="password is not right"):
        act(session, cleo.recovery_codes[0], DESK)

    assert accounts.find_session(session_id) is None
    assert not list(stores.redis().scan_iter("staff-sessions:*"))
