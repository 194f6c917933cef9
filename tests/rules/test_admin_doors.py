"""No door of the back office is open to a stranger but those of signing in."""

import pytest

from app.services import accounts
from tests import make
from tests.blueprints.admin.conftest import sign_in

OPEN = {
    "admin.index",  # leads on to the orders
    "admin.sign_in.show", "admin.sign_in.enter_password", "admin.sign_in.code", "admin.sign_in.enter_code",
    "admin.sign_in.enrolment", "admin.sign_in.enrol", "admin.sign_in.sign_out",
}  # fmt: skip
EVERYBODY_S = {"admin.sign_in.sessions", "admin.sign_in.end_session"}


def doors(app):
    """Every closed door: its method, its endpoint, an address that leads to it."""
    with app.test_request_context():
        adapter = app.url_map.bind("localhost")
        for rule in app.url_map.iter_rules():
            if rule.endpoint.startswith("admin.") and rule.endpoint not in OPEN:
                address = adapter.build(rule.endpoint, dict.fromkeys(rule.arguments, "x"))
                for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                    yield method, rule.endpoint, address


def test_stranger_finds_every_door_closed(app, client):
    closed = list(doors(app))
    assert len(closed) > 8

    for method, endpoint, address in closed:
        answer = client.open(address, method=method)

        if method == "GET":
            assert (answer.status_code, answer.location.split("?")[0]) == (303, "/admin/sign-in"), endpoint
        else:
            assert answer.status_code == 403, endpoint


def test_role_without_permissions_finds_every_door_closed(app, monkeypatch):
    monkeypatch.setitem(accounts.ROLES, "nobody", frozenset())
    browser = sign_in(app, make.staff("nobody"))

    for method, endpoint, address in doors(app):
        if endpoint not in EVERYBODY_S:
            assert browser.open(address, method=method).status_code == 403, endpoint


@pytest.mark.parametrize("role", accounts.ROLES)
def test_role_holds_permissions_that_exist(role):
    assert accounts.ROLES[role] <= set(accounts.PERMISSIONS)
