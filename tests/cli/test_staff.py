"""`flask shop staff …`."""

import pyotp
import pytest
from sqlalchemy import text

from app import clock, db
from app.services import accounts
from tests import make


@pytest.fixture
def run(app):
    """Run a command of the shop."""
    return lambda *args: app.test_cli_runner().invoke(args=["shop", *args])


def test_add_prints_what_signs_in(run, client):
    said = run("staff", "add", "Cleo@Shop.example", "--name", "Cleo", "--role", "owner").output
    password = said.split("Password: ")[1].split("\n")[0]
    uri = said.split("Authenticator: ")[1].split("\n")[0]

    client.post("/admin/sign-in", data={"email": "cleo@shop.example", "password": password})
    answer = client.post("/admin/sign-in/code", data={"code": pyotp.parse_uri(uri).at(clock.now())})

    assert answer.status_code == 303
    assert "Recovery codes" in said


def test_add_takes_a_password_from_a_file_and_does_not_print_it(run, tmp_path):
    file = tmp_path / "password"
    file.write_text("correct horse battery staple\n")

    said = run("staff", "add", "cleo@shop.example", "--name", "Cleo", "--role", "owner", "--password-file", str(file))

    assert said.exit_code == 0
    assert "correct horse" not in said.output


@pytest.mark.parametrize(
    ("kept", "says"),
    [
        (b"", "has no password"),
        (b"\nlater\n", "has no password"),
        (b"caf\xe9 au lait, s'il vous pla\xeet", "Save it as UTF-8"),
    ],
)
def test_add_refuses_a_file_without_a_password(run, tmp_path, kept, says):
    file = tmp_path / "password"
    file.write_bytes(kept)

    said = run("staff", "add", "cleo@shop.example", "--name", "Cleo", "--role", "owner", "--password-file", str(file))

    assert said.exit_code == 1
    assert says in said.output
    assert str(file) in said.output


@pytest.mark.parametrize(
    ("email", "words"), [("cleo", "no email address"), ("cleo@shop.example", "a member of staff already")]
)
def test_add_refuses_in_a_sentence(run, app, email, words):
    make.staff()

    said = run("staff", "add", email, "--name", "Cleo", "--role", "owner")

    assert said.exit_code == 1
    assert words in said.output
    assert "Traceback" not in said.output


def test_short_password_is_refused(run, tmp_path):
    file = tmp_path / "password"
    file.write_text("short")

    said = run("staff", "add", "cleo@shop.example", "--name", "Cleo", "--role", "owner", "--password-file", str(file))

    assert said.exit_code == 1
    assert "12 to 200 characters" in said.output


def test_code_is_what_the_phone_shows(run, app):
    added = make.staff()

    assert run("staff", "code", added.staff.email).output.strip() == pyotp.TOTP(added.secret.text).at(clock.now())


def test_code_of_nobody_is_refused(run):
    assert "Nobody on the staff" in run("staff", "code", "dora@shop.example").output


def test_demo_can_be_made_again(run, client):
    run("staff", "demo")
    said = run("staff", "demo").output
    password = said.split("password ")[1].split(";")[0]

    answer = client.post("/admin/sign-in", data={"email": accounts.DEMO_EMAIL, "password": password})

    assert answer.location == "/admin/sign-in/code"


def test_demo_made_again_lets_in_whoever_tried_too_often(run, client):
    run("staff", "demo")
    for _ in range(11):
        refused = client.post("/admin/sign-in", data={"email": accounts.DEMO_EMAIL, "password": "wrong"})
    assert "Too many tries. Wait 15 minutes" in refused.text

    password = run("staff", "demo").output.split("password ")[1].split(";")[0]

    answer = client.post("/admin/sign-in", data={"email": accounts.DEMO_EMAIL, "password": password})
    assert answer.location == "/admin/sign-in/code"


def test_secrets_are_not_readable_in_the_database(app):
    added = make.staff()

    with db.customers.reading() as session:
        kept = str(session.execute(text("SELECT s.*, r.* FROM staff s JOIN staff_recovery_codes r ON true")).all())

    for secret in (added.password, added.secret.text, *added.recovery_codes):
        assert secret not in kept


def test_role_is_changed_and_counts_at_once(run, app):
    added = make.staff()

    said = run("staff", "role", "Cleo@shop.example", "reader")

    assert said.exit_code == 0
    assert "reader" in said.output
    member = accounts.find_staff(added.staff.id)
    assert member
    assert not member.may("orders.refund")
    with db.customers.reading() as session:
        kept = session.execute(text("SELECT before, after FROM audit_intake WHERE act = 'staff.role'")).one()
    assert kept == ({"role": "owner"}, {"role": "reader"})


def test_role_of_nobody_is_refused(run):
    assert "Nobody on the staff" in run("staff", "role", "dora@shop.example", "owner").output
