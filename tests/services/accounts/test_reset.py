"""A new start for somebody who lost password or phone, or who left and came back."""

import pytest
from flask import Flask

from app.errors import Invalid
from app.services import accounts
from tests import make

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


def test_reset_ends_the_recovery_codes(app: Flask) -> None:
    cleo = make.staff()

    session = accounts.find_session(sign_in(accounts.reset(cleo.staff.email)).session_id)

    assert session is not None
    with pytest.raises(Invalid, match="not right"):
        accounts.enrol(session, cleo.recovery_codes[0], DESK)
