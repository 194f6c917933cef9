"""Codes that are sent twice: by two windows, by a second click, by somebody who guesses."""

import threading
import time
from contextlib import suppress
from datetime import timedelta
from functools import partial
from statistics import median

import pytest

from app import clock
from app.errors import Invalid
from app.services import accounts
from tests import make
from tests.blueprints.admin.conftest import code_of, sign_in
from tests.blueprints.admin.test_sign_in import cookie
from tests.services.returns.test_returning import come, sent_order

CARD = {"amount": "25,00", "note": "Parcel came late", "key": "k" * 16}


def at_once(*acts):
    """Do all of `acts` at the same moment and return what each returned."""
    gate, results = threading.Barrier(len(acts)), []

    def run(act):
        gate.wait()
        results.append(act())

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_one_code_sent_twice_at_once_opens_one_door(app, cleo):
    browsers = [app.test_client() for _ in range(4)]
    for browser in browsers:
        browser.post("/admin/sign-in", data={"email": cleo.staff.email, "password": cleo.password})
    code = code_of(cleo)

    statuses = at_once(
        *[
            partial(lambda each: each.post("/admin/sign-in/code", data={"code": code}).status_code, browser)
            for browser in browsers
        ]
    )

    assert sorted(statuses) == [303, 422, 422, 422]


def test_guesses_at_once_are_no_more_than_guesses_one_by_one(app, cleo):
    def guess():
        answer = app.test_client().post("/admin/sign-in", data={"email": cleo.staff.email, "password": "guess"})
        return answer.status_code

    statuses = at_once(*[guess] * 14)

    assert sorted(statuses) == [422] * 10 + [429] * 4


def test_every_form_with_a_code_says_alike_that_too_many_were_tried(app, cleo):
    browser, card = sign_in(app, cleo), make.gift_card(2500)
    refund = {"amount": "1,00", "reason": "Late", "left": "4000", "key": "r" * 16}
    last_step = {"amount": "1000", "version": "0", "key": "l" * 32, "reason": "Late", "line-1": "1"}
    order, sent = make.order(paid=True), sent_order()
    back = come(sent_order(), cleo.staff)
    doors = {
        "/admin/gift-cards/": CARD,
        f"/admin/gift-cards/{card.id}/voiding": {"balance": "2500", "reason": "Stolen"},
        f"/admin/orders/{order.number}/refunds": refund,
        f"/admin/orders/{order.number}/cancellation": last_step,
        f"/admin/orders/{sent.number}/credits": last_step | {"delivery": "0", "free": "0"},
        f"/admin/returns/{back.id}/refund": {"amount": "1000"},
    }

    with clock.at(clock.now() + timedelta(minutes=11)):
        for _ in range(10):
            browser.post("/admin/gift-cards/", data=CARD | {"code": "000000"})
        answers = {door: browser.post(door, data=form | {"code": "000000"}) for door, form in doors.items()}

    assert {door: answer.status_code for door, answer in answers.items()} == dict.fromkeys(doors, 429)
    assert all("Too many tries. Wait 15 minutes" in answer.text for answer in answers.values())


def test_unknown_address_takes_as_long_as_a_wrong_password(app, cleo):
    def seconds(email: str) -> float:
        start = time.perf_counter()
        with suppress(Invalid):
            accounts.enter_password(email, "not this one", accounts.Visitor("192.0.2.1"))
        return time.perf_counter() - start

    known = median(seconds(cleo.staff.email) for _ in range(5))
    unknown = median(seconds("dora@shop.example") for _ in range(5))

    assert 0.4 < unknown / known < 2.5  # without the hash of nobody it is a tenth


def confirmed(app, cleo):
    """A browser whose session was renewed eleven minutes after sign-in, and its id before."""
    browser = sign_in(app, cleo)
    before = cookie(browser)
    with clock.at(clock.now() + timedelta(minutes=11)):
        browser.post("/admin/gift-cards/", data=CARD | {"code": code_of(cleo)})
    assert cookie(browser) != before
    return browser, before


def test_id_before_a_code_proves_nothing_and_is_over_soon(app, cleo):
    _, before = confirmed(app, cleo)
    thief = app.test_client()
    thief.set_cookie(app.extensions["config"].cookie("staff"), before)

    with clock.at(clock.now() + timedelta(minutes=11, seconds=20)):
        answers = [
            thief.post("/admin/gift-cards/", data=CARD | {"code": code, "key": "t" * 16})
            for code in ("", "123456", cleo.recovery_codes[0][:-1])
        ]
        assert [answer.status_code for answer in answers] == [422] * 3
        assert "look first whether it was done" in answers[-1].text
    with clock.at(clock.now() + timedelta(minutes=11, seconds=31)):
        assert thief.get("/admin/orders/").status_code == 303
    assert cookie(thief) == before


@pytest.mark.parametrize("ends", ["sign out", "sign out with the old id", "reset"])
def test_id_before_a_code_ends_with_the_one_after(app, cleo, ends):
    browser, before = confirmed(app, cleo)
    after = cookie(browser)

    with clock.at(clock.now() + timedelta(minutes=11)):
        if ends == "reset":
            accounts.reset(cleo.staff.email)
        else:
            browser.set_cookie(app.extensions["config"].cookie("staff"), before if "old" in ends else after)
            browser.post("/admin/sign-out")

        assert accounts.find_session(before) is None
        assert accounts.find_session(after) is None


def test_two_clicks_at_once_on_a_form_with_a_code_are_both_answered(app, cleo):
    name, before = app.extensions["config"].cookie("staff"), cookie(sign_in(app, cleo))
    browsers = [app.test_client() for _ in range(2)]
    for browser in browsers:
        browser.set_cookie(name, before)
    with clock.at(clock.now() + timedelta(minutes=11)):
        form = CARD | {"code": code_of(cleo)}

        statuses = at_once(
            *[partial(lambda each: each.post("/admin/gift-cards/", data=form).status_code, each) for each in browsers]
        )

    assert statuses == [200, 200]
    assert cookie(browsers[0]) == cookie(browsers[1]) != before
