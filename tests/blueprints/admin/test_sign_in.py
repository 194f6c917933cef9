"""Signing in to the back office."""

from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import text

from app import clock, db, stores
from app.services import accounts
from tests import make
from tests.blueprints.admin.conftest import code_of, sign_in
from tests.counting import count_queries


def cookie(client):
    found = client.get_cookie(client.application.extensions["config"].cookie("staff"))
    return found.value if found else None


def test_stranger_is_sent_to_sign_in_and_back(client, cleo):
    answer = client.get("/admin/stock/?q=tide")
    assert answer.status_code == 303
    assert answer.location == "/admin/sign-in?next=/admin/stock/?q%3Dtide"

    client.post("/admin/sign-in", data={"email": " CLEO@shop.example", "password": cleo.password})
    answer = client.post("/admin/sign-in/code", data={"code": code_of(cleo), "next": "/admin/stock/?q=tide"})

    assert answer.location == "/admin/stock/?q=tide"
    assert client.get(answer.location).status_code == 200


@pytest.mark.parametrize(
    "address",
    ["https://evil.example/admin", "//evil.example/admin", "/\\evil.example", "/admin\\@evil", "javascript:1", "//["],
)
def test_next_never_leads_to_another_site(client, cleo, address):
    client.post("/admin/sign-in", data={"email": cleo.staff.email, "password": cleo.password})

    answer = client.post("/admin/sign-in/code", data={"code": code_of(cleo), "next": address})

    assert answer.location == "/admin/orders/"


def test_stranger_may_not_write(client):
    assert client.post("/admin/orders/AAAAA-AAAAA/refunds", data={}).status_code == 403


def test_stranger_gets_no_cookie(client):
    assert "Set-Cookie" not in client.get("/admin/sign-in").headers


def test_password_alone_opens_nothing(client, cleo):
    client.post("/admin/sign-in", data={"email": cleo.staff.email, "password": cleo.password})

    assert client.get("/admin/orders/").location.startswith("/admin/sign-in")
    assert client.get("/admin/sessions").location.startswith("/admin/sign-in")


def test_session_id_is_new_after_each_proof(client, cleo):
    client.post("/admin/sign-in", data={"email": cleo.staff.email, "password": cleo.password})
    halfway = cookie(client)
    client.post("/admin/sign-in/code", data={"code": code_of(cleo)})
    complete = cookie(client)

    assert halfway
    assert complete
    assert halfway != complete
    assert accounts.find_session(halfway) is None


def test_session_id_of_an_attacker_is_never_taken_over(app, client, cleo):
    client.set_cookie(app.extensions["config"].cookie("staff"), "chosen-by-an-attacker")

    client.post("/admin/sign-in", data={"email": cleo.staff.email, "password": cleo.password})

    assert cookie(client) != "chosen-by-an-attacker"


def test_wrong_password_and_unknown_address_get_the_same_answer(client, cleo):
    wrong = client.post("/admin/sign-in", data={"email": cleo.staff.email, "password": "not this one"})
    unknown = client.post("/admin/sign-in", data={"email": "dora@shop.example", "password": "not this one"})

    assert wrong.status_code == unknown.status_code == 422
    assert wrong.text.replace(cleo.staff.email, "") == unknown.text.replace("dora@shop.example", "")


def test_what_no_database_can_keep_is_refused(client):
    answer = client.post("/admin/sign-in", data={"email": "cleo\0@shop.example", "password": "not this one"})

    assert answer.status_code == 422


def test_empty_form_says_what_is_missing(client):
    answer = client.post("/admin/sign-in", data={"email": "", "password": ""})

    assert answer.status_code == 422
    assert "Enter your email address." in answer.text


@pytest.fixture
def one_moment(app):
    """A clock that stands, so that no half minute ends in between."""
    with clock.at(clock.now()):
        yield


@pytest.mark.usefixtures("one_moment")
def test_code_works_once(app, cleo):
    code, answers = code_of(cleo), []
    for browser in (app.test_client(), app.test_client()):
        browser.post("/admin/sign-in", data={"email": cleo.staff.email, "password": cleo.password})
        answers.append(browser.post("/admin/sign-in/code", data={"code": code}))

    assert [answer.status_code for answer in answers] == [303, 422]
    assert "used already" in answers[1].text


@pytest.mark.usefixtures("one_moment")
@pytest.mark.parametrize(("steps", "works"), [(-2, False), (-1, True), (1, True), (2, False)])
def test_clock_of_the_phone_may_be_half_a_minute_off(client, cleo, steps, works):
    client.post("/admin/sign-in", data={"email": cleo.staff.email, "password": cleo.password})

    answer = client.post("/admin/sign-in/code", data={"code": code_of(cleo, steps=steps)})

    assert (answer.status_code == 303) is works


@pytest.mark.parametrize("zero", ["\N{ARABIC-INDIC DIGIT ZERO}", "\N{FULLWIDTH DIGIT ZERO}"])
def test_code_may_be_typed_in_other_digits(client, cleo, zero):
    client.post("/admin/sign-in", data={"email": cleo.staff.email, "password": cleo.password})
    typed = "".join(chr(ord(zero) + int(digit)) for digit in code_of(cleo))

    assert client.post("/admin/sign-in/code", data={"code": typed}).status_code == 303


def test_recovery_code_works_once(app, cleo):
    answers = []
    for _ in range(2):
        client = app.test_client()
        client.post("/admin/sign-in", data={"email": cleo.staff.email, "password": cleo.password})
        answers.append(client.post("/admin/sign-in/code", data={"code": cleo.recovery_codes[0].upper()}).status_code)

    assert answers == [303, 422]


@pytest.mark.parametrize("page", ["/admin/sign-in", "/admin/sign-in/code"])
def test_who_lost_password_or_phone_reads_what_to_do(client, cleo, page):
    client.post("/admin/sign-in", data={"email": cleo.staff.email, "password": cleo.password})
    if page == "/admin/sign-in":
        client.post("/admin/sign-out")

    assert "new start" in client.get(page).text


def test_refused_code_is_logged_as_somebody_has_the_password(client, cleo, caplog):
    client.post("/admin/sign-in", data={"email": cleo.staff.email, "password": cleo.password})

    client.post("/admin/sign-in/code", data={"code": "no code"})

    told = [record for record in caplog.records if "code of staff was refused" in record.message]
    assert [record.staff for record in told] == [cleo.staff.id]


def test_member_without_authenticator_can_only_enrol(client, app):
    added = make.staff(enrols=True)
    answer = client.post("/admin/sign-in", data={"email": added.staff.email, "password": added.password})
    assert answer.location == "/admin/sign-in/authenticator"
    shown = client.get(answer.location)
    assert "<svg" in shown.text
    assert client.get("/admin/orders/").location.startswith("/admin/sign-in")

    secret = shown.text.split('sign-in__secret">')[1].split("<")[0]
    answer = client.post("/admin/sign-in/authenticator", data={"code": pyotp.TOTP(secret).at(clock.now())})

    assert answer.status_code == 200
    assert answer.text.count("<code>") == 10
    assert client.get("/admin/orders/").status_code == 200


def test_enrolment_is_closed_once_done(client, cleo):
    client.post("/admin/sign-in", data={"email": cleo.staff.email, "password": cleo.password})

    assert "set up already" in client.get("/admin/sign-in/authenticator").text
    assert client.post("/admin/sign-in/authenticator", data={"code": code_of(cleo)}).status_code == 409


def test_guessing_is_slowed_and_the_owner_still_gets_in(app, cleo):
    known = sign_in(app, cleo)
    attacker = app.test_client()
    statuses = [
        attacker.post("/admin/sign-in", data={"email": cleo.staff.email, "password": f"guess {n}"}).status_code
        for n in range(12)
    ]
    right = attacker.post("/admin/sign-in", data={"email": cleo.staff.email, "password": cleo.password})

    assert statuses == [422] * 10 + [429] * 2
    assert right.status_code == 429, "not even the right password, or guessing would pay"
    known.post("/admin/sign-out")
    assert known.post("/admin/sign-in", data={"email": cleo.staff.email, "password": cleo.password}).status_code == 303


def test_unknown_address_is_slowed_alike(client, app):
    statuses = [
        client.post("/admin/sign-in", data={"email": "dora@shop.example", "password": "x"}).status_code
        for _ in range(11)
    ]

    assert statuses == [422] * 10 + [429]


def test_sign_out_ends_the_session(admin):
    kept = cookie(admin)

    admin.post("/admin/sign-out")

    assert accounts.find_session(kept) is None
    assert admin.get("/admin/orders/").status_code == 303


def test_flushed_redis_asks_to_sign_in_again(admin):
    stores.redis().flushdb()

    assert admin.get("/admin/orders/").status_code == 303


def test_session_ends_when_idle_and_at_the_latest_after_a_week(admin):
    start = clock.now()

    with clock.at(start + timedelta(hours=7)):
        assert admin.get("/admin/orders/").status_code == 200
    with clock.at(start + timedelta(hours=16)):
        assert admin.get("/admin/orders/").status_code == 303


def test_one_can_end_ones_other_sessions_only(app, admin, cleo):
    other = sign_in(app, cleo, steps=1)
    page = admin.get("/admin/sessions")
    assert page.text.count("/ending") == 1

    key = page.text.split("/admin/sessions/")[1].split("/ending")[0]
    admin.post(f"/admin/sessions/{key}/ending")

    assert other.get("/admin/orders/").status_code == 303
    assert admin.get("/admin/orders/").status_code == 200


def test_ended_member_is_out_at_once(admin, cleo):
    accounts.end(cleo.staff.email)

    assert admin.get("/admin/orders/").status_code == 303


def test_reset_gives_a_new_start(admin, cleo, client):
    again = accounts.reset(cleo.staff.email)

    assert admin.get("/admin/orders/").status_code == 303
    assert client.post("/admin/sign-in", data={"email": cleo.staff.email, "password": cleo.password}).status_code == 422
    answer = client.post("/admin/sign-in", data={"email": cleo.staff.email, "password": again.password})
    assert answer.location == "/admin/sign-in/authenticator"


def test_part_for_somebody_signed_out_leads_the_window_to_sign_in(client):
    headers = {
        "HX-Request": "true",
        "HX-Request-Type": "partial",
        "HX-Current-URL": "http://shop.example/admin/stock/?q=a",
    }

    read = client.get("/admin/stock/", headers=headers)
    write = client.post("/admin/stock/x/counts", headers=headers)

    assert (read.status_code, read.headers["HX-Redirect"]) == (204, "/admin/sign-in?next=/admin/stock/?q%3Da")
    assert write.status_code == 403
    assert write.text.startswith("<hx-partial")


def test_part_on_a_page_without_an_address_leads_the_window_to_sign_in(client):
    answer = client.get("/admin/stock/", headers={"HX-Request-Type": "partial", "HX-Current-URL": "https://["})

    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/admin/sign-in?next=")


def test_sign_in_is_audited(admin, cleo):
    with db.customers.reading() as session:
        acts = session.scalars(text("SELECT act FROM audit_intake ORDER BY id")).all()

    assert acts == ["staff.add", "staff.sign_in"]


def test_storefront_asks_nothing_about_staff(admin):
    with count_queries() as counted:
        answer = admin.get("/cart")

    assert "staff" not in " ".join(counted.statements)
    assert "Set-Cookie" not in answer.headers
