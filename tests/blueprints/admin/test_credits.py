"""Giving money back in the back office, by lines, delivery and a free amount, in two steps."""

from dataclasses import replace
from datetime import timedelta

import pyotp
import pytest
from lxml import html

from app import clock, db, formats
from app.money import Money
from app.services import audit, credits, inventory, payments, returns
from tests import make
from tests.blueprints.admin.conftest import sign_in
from tests.blueprints.orders.test_cancellation import last_step
from tests.services.cancellations.test_cancelling import on_hand
from tests.services.returns.test_returning import sent_order


def look(client, order, **chosen: str) -> dict[str, str]:
    """Choose what is given back; return what the form that does it sends."""
    query = {name.replace("line_", "line-"): value for name, value in chosen.items()} | {"reason": "Came damaged"}
    answer = client.get(f"/admin/orders/{order.number}/credits", query_string={"delivery": "0", "free": "0"} | query)
    assert answer.status_code == 200, answer.text
    return last_step(answer.text) | {"reason": "Came damaged"}


def test_lines_delivery_and_a_free_amount_go_back_in_two_steps(admin):
    order = sent_order()
    variant = order.lines[0].variant_id
    before, address = inventory.levels([variant])[variant].on_hand, f"/admin/orders/{order.number}"
    assert f"{address}/credits" in admin.get(address).text

    form = look(admin, order, line_1="2", delivery="1,50", free="0.25", restock="yes")
    assert credits.of_order(order.id) == []
    answer = admin.post(f"{address}/credits", data=form)

    assert (answer.status_code, answer.location) == (303, address)
    assert [refund.amount for refund in payments.refunds_of(order.id)] == [2000 + 150 + 25]
    assert inventory.levels([variant])[variant].on_hand == before + 2
    assert "Came damaged" in admin.get(address).text
    assert audit.seal() > 0


def test_amounts_of_a_shop_that_adds_tax_are_asked_for_with_it(app, admin, monkeypatch):
    with_tax = admin.get(f"/admin/orders/{sent_order().number}/credits").text
    monkeypatch.setitem(app.extensions, "config", replace(app.extensions["config"], prices_include_tax=False))
    order = make.order(paid=True, price=1000)
    shown = admin.get(f"/admin/orders/{order.number}/credits").text

    assert "tax included" not in with_tax
    assert ">Delivery, in EUR, tax included<" in shown
    assert ">Additional amount, in EUR, tax included<" in shown
    assert f"Up to {formats.money(Money(583, 'EUR'))}" in shown, "4.90 and the tax on it"


def test_what_is_not_sent_or_comes_by_a_return_does_not_go_on_the_shelf(admin):
    here, sent = make.order(paid=True, price=1000, quantity=3), sent_order()
    returns.request(sent, {1: 2}, reason="other", words="", key="k")
    query = {"delivery": "0", "free": "0", "restock": "yes", "reason": "Came damaged"}

    for order, pieces, left in ((here, "1", "Only 0"), (sent, "2", "Only 1")):
        address = f"/admin/orders/{order.number}/credits"
        looked = admin.get(address, query_string=query | {"line-1": pieces})
        given = admin.post(address, data=query | {"line-1": pieces, "amount": "1", "version": "0", "key": "0" * 32})

        assert (looked.status_code, given.status_code) == (422, 422)
        assert f"{left} of these can be restocked" in looked.text
        assert credits.of_order(order.id) == []

    form = look(admin, sent, line_1="1", restock="yes")
    before = on_hand(sent)
    twice = [admin.post(f"/admin/orders/{sent.number}/credits", data=form) for _ in range(2)]
    assert [answer.status_code for answer in twice] == [303, 303]
    assert on_hand(sent) == before + 1
    assert returns.restockable(sent) == {1: 0}


def test_what_is_not_sent_is_cancelled_and_not_only_paid_back(admin):
    order = make.order(paid=True, price=1000, quantity=3)
    address = f"/admin/orders/{order.number}/credits"
    query = {"delivery": "0", "free": "0", "line-1": "1", "reason": "Came damaged"}

    looked = admin.get(address, query_string=query)
    given = admin.post(address, data=query | {"amount": "1000", "version": "0", "key": "0" * 32})

    for answer in (looked, given):
        assert answer.status_code == 422
        assert "3 of these are not sent yet. Cancel them" in answer.text
        assert 'name="amount"' not in answer.text
    assert credits.of_order(order.id) == []


def test_all_that_is_wrong_is_named_at_its_field(admin):
    order = sent_order()
    address = f"/admin/orders/{order.number}/credits"

    unread = admin.get(address, query_string={"line-1": "two", "delivery": "some", "free": "1.234,5"})
    too_much = admin.get(address, query_string={"line-1": "999", "delivery": "999", "free": "0", "restock": "yes"})
    mixed = admin.get(address, query_string={"line-1": "999", "delivery": "999", "free": "some"})

    every = ("line-1", "delivery", "free")
    for answer, fields in ((unread, every), (mixed, every), (too_much, every[:2])):
        assert answer.status_code == 422
        shown = html.fromstring(answer.text)
        for field in fields:
            [box] = shown.xpath(f"//input[@name='{field}' and @aria-invalid='true']")
            assert f"{field}-error" in box.get("aria-describedby").split()
            assert shown.get_element_by_id(f"{field}-error").text_content()


def test_sent_twice_gives_once(admin):
    order = make.order(paid=True)
    form = look(admin, order, free="5")

    answers = [admin.post(f"/admin/orders/{order.number}/credits", data=form) for _ in range(2)]

    assert {answer.status_code for answer in answers} == {303}
    assert len(credits.of_order(order.id)) == 1


def test_whoever_looked_before_a_colleague_gave_is_refused(admin):
    order = make.order(paid=True)
    first, second = look(admin, order, free="5"), look(admin, order, free="5")
    admin.post(f"/admin/orders/{order.number}/credits", data=first)

    answer = admin.post(f"/admin/orders/{order.number}/credits", data=second)

    assert answer.status_code == 409
    assert "Somebody else refunded something" in answer.text
    assert len(credits.of_order(order.id)) == 1


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ({"line-1": "x"}, "whole number"),
        ({"line-1": "4"}, "3 can be given back"),
        ({"delivery": "abc"}, "as in 12.50"),
        ({"free": "much"}, "as in 12.50"),
        ({"free": "1.005"}, "Write 1005 or 1.00"),
        ({"delivery": "1,200"}, "Write 1200 or 1.20"),
        ({"free": "9" * 18}, "Enter an amount up to 9999999999.99."),
        ({"delivery": "-5"}, "Enter an amount above zero."),
        ({"free": "-5"}, "Enter an amount above zero."),
        ({"free": "999"}, "can still be given back"),
        ({}, "Choose what to refund first"),
    ],
)
def test_bad_input_is_refused_and_kept(admin, chosen, words):
    order = make.order(paid=True, price=1000, quantity=3)
    query = {"delivery": "0", "free": "0"} | chosen

    answer = admin.get(f"/admin/orders/{order.number}/credits", query_string=query)

    assert answer.status_code == 422
    assert words in answer.text
    assert all(f'value="{typed}"' in answer.text for typed in chosen.values())


def test_an_amount_below_zero_is_not_called_more_than_is_left(admin):
    order = make.order(paid=True)

    answer = admin.get(f"/admin/orders/{order.number}/credits", query_string={"delivery": "-5", "free": "0"})

    assert "More than is left" not in answer.text
    assert "Up to" not in answer.text.split('id="delivery-hint"')[1].split("field__error")[1].split("</p>")[0]


def test_whoever_looked_at_a_sent_piece_before_a_colleague_gave_it_is_refused(admin):
    order = sent_order()
    first, second = look(admin, order, line_1="3"), look(admin, order, line_1="3")
    admin.post(f"/admin/orders/{order.number}/credits", data=first)

    answer = admin.post(f"/admin/orders/{order.number}/credits", data=second)

    assert answer.status_code == 409
    assert "Somebody else refunded something" in answer.text
    assert "of these are not sent yet" not in answer.text


def test_without_a_reason_nothing_happens(admin):
    order = make.order(paid=True)
    form = look(admin, order, free="5")

    answer = admin.post(f"/admin/orders/{order.number}/credits", data=form | {"reason": " "})

    assert answer.status_code == 422
    assert "Say why" in answer.text
    assert credits.of_order(order.id) == []


def test_code_is_asked_for_when_the_last_one_is_old(admin, cleo):
    order = make.order(paid=True)
    with clock.at(clock.now() + timedelta(minutes=11)):
        form = look(admin, order, free="5")
        without = admin.post(f"/admin/orders/{order.number}/credits", data=form)
        right = pyotp.TOTP(cleo.secret.text).at(clock.now())
        with_code = admin.post(f"/admin/orders/{order.number}/credits", data=form | {"code": right})

    assert without.status_code == 422
    assert 'name="code"' in without.text
    assert with_code.status_code == 303


def test_code_that_is_asked_for_is_shown_in_the_demo_and_says_where_it_comes_from(admin, monkeypatch):
    order = sent_order()
    sent_back = returns.request(order, {1: 1}, reason="other", words="", key="k")
    with db.orders.transaction() as session:
        session.get_one(returns.Return, sent_back.id).state = "received"
    chosen = {"line-1": "1", "delivery": "0", "free": "0"}
    paths = (f"orders/{order.number}/credits", f"returns/{sent_back.id}", "gift-cards/")
    monkeypatch.setattr("app.services.accounts.demo_code", lambda _: "314159")

    pages = [admin.get(f"/admin/{path}", query_string=chosen).text for path in paths]
    with clock.at(clock.now() + timedelta(minutes=11)):
        later = [admin.get(f"/admin/{path}", query_string=chosen).text for path in paths]

    for text in ("From your authenticator, because your last one is older than ten minutes.", "<code>314159</code>"):
        assert [text in page for page in pages + later] == [False] * 3 + [True] * 3


def test_clerk_may_not(app):
    order, browser = make.order(paid=True), sign_in(app, make.staff("clerk"))

    assert browser.get(f"/admin/orders/{order.number}/credits").status_code == 403
    assert browser.post(f"/admin/orders/{order.number}/credits", data={}).status_code == 403
