"""Cancelling in the browser: customers by the order's link, staff in the back office; two steps, without a script."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html

from app.services import credits, inventory, orders
from tests import make
from tests.blueprints.admin.conftest import sign_in
from tests.services.cancellations.test_cancelling import send
from tests.working import work


def last_step(text: str) -> dict[str, str]:
    """What the form that does it sends."""
    form = next(piece for piece in text.split("<form")[1:] if 'name="key"' in piece).split("</form>")[0]
    return dict(re.findall(r'name="([^"]+)" value="([^"]*)"', form))


def test_customer_cancels_in_two_steps(client: FlaskClient) -> None:
    order = make.order(paid=True, quantity=2)
    address = f"/orders/{orders.token_of(order.id)}"
    assert f'href="{address}/cancellation"' in client.get(address).text

    first = client.get(f"{address}/cancellation").text
    second = client.get(f"{address}/cancellation?line-1=2").text
    assert orders.get_for_job(order.id).state == "confirmed"
    answer = client.post(f"{address}/cancellation", data=last_step(second))

    assert 'name="line-1"' in first
    assert "Delivery" in second
    assert (answer.status_code, answer.location) == (303, address)
    page = client.get(address).text
    assert "This order was cancelled" in page
    assert "refunding" in page
    assert "cancellation" not in page


def test_page_marks_what_was_cancelled_and_says_where_its_money_went(client: FlaskClient) -> None:
    order = make.order(paid=True, quantity=2)
    address = f"/orders/{orders.token_of(order.id)}"

    client.post(f"{address}/cancellation", data=last_step(client.get(f"{address}/cancellation?line-1=1").text))

    page = client.get(address).text
    assert "1 of 2 cancelled" in page
    assert re.search(r"Refunded \(Card\)</dt><dd>−€", page)


def test_form_starts_at_nothing_and_all_of_it_is_one_button(client: FlaskClient) -> None:
    several, single = (make.order(paid=True, quantity=quantity) for quantity in (3, 1))
    address = f"/orders/{orders.token_of(several.id)}/cancellation"

    first = client.get(address).text
    whole = last_step(client.get(f"{address}?line-1=0&all=1").text)

    assert re.search(r'name="line-1"[^>]* value="0"', first)
    assert 'name="all"' in first
    assert whole["line-1"] == "3"
    alone = client.get(f"/orders/{orders.token_of(single.id)}/cancellation").text
    assert re.search(r'name="line-1"[^>]* value="1"', alone)
    assert 'name="all"' not in alone


def test_form_sent_twice_cancels_once(client: FlaskClient) -> None:
    order = make.order(paid=True, quantity=2)
    address = f"/orders/{orders.token_of(order.id)}/cancellation"
    form = last_step(client.get(f"{address}?line-1=1").text)

    answers = [client.post(address, data=form) for _ in range(2)]

    assert {answer.status_code for answer in answers} == {303}
    assert [line.quantity for each in credits.of_order(order.id) for line in each.lines] == [1]


def test_unpaid_order_is_cancelled_by_one_word(client: FlaskClient) -> None:
    order = make.order()
    address = f"/orders/{orders.token_of(order.id)}/cancellation"

    text = client.get(address).text
    answer = client.post(address, data=last_step(text))

    assert "not paid yet" in text
    assert answer.status_code == 303
    variant = order.lines[0].variant_id
    assert inventory.levels([variant])[variant].reserved == 0


def test_bad_numbers_are_refused_and_kept(client: FlaskClient) -> None:
    order = make.order(paid=True)
    address = f"/orders/{orders.token_of(order.id)}/cancellation"

    for typed, words in (
        ("abc", "whole number"),
        ("-1", "whole number"),
        ("99", "1 can be given back"),
        ("0", "Choose"),
    ):
        answer = client.get(f"{address}?line-1={typed}")
        assert answer.status_code == 422, typed
        assert words in answer.text
        assert f'value="{typed}"' in answer.text
    assert client.post(address, data={"line-1": "1"}).status_code == 422
    assert orders.get_for_job(order.id).state == "confirmed"


def test_too_late_is_said_plainly(client: FlaskClient) -> None:
    order = make.order(paid=True)
    address = f"/orders/{orders.token_of(order.id)}/cancellation"
    form = last_step(client.get(f"{address}?line-1=1").text)
    work("fulfilment")
    send(order)

    assert client.post(address, data=form).status_code == 409
    assert "It is on its way" in client.get(address).text
    assert credits.of_order(order.id) == []


def test_stranger_without_the_link_finds_nothing(client: FlaskClient) -> None:
    assert client.get("/orders/nonsense/cancellation").status_code == 404
    assert client.post("/orders/nonsense/cancellation", data={}).status_code == 404


def test_staff_cancel_part_with_a_reason(app: Flask) -> None:
    order = make.order(paid=True, quantity=3)
    browser, address = sign_in(app, make.staff()), f"/admin/orders/{order.number}/cancellation"
    assert address in browser.get(f"/admin/orders/{order.number}").text

    form = last_step(browser.get(f"{address}?line-1=2").text)
    without = browser.post(address, data=form)
    answer = browser.post(address, data=form | {"reason": "Water damage"})

    assert without.status_code == 422
    assert "Say why" in without.text
    assert answer.status_code == 303
    assert "Water damage" in browser.get(answer.location).text
    assert credits.cancelled_pieces(order.id) == {1: 2}


def test_two_of_staff_who_cancel_the_same_piece_cancel_it_once(app: Flask) -> None:
    order = make.order(paid=True, quantity=3)
    cleo, mona = sign_in(app, make.staff()), sign_in(app, make.staff(email="mona@shop.example"))
    address = f"/admin/orders/{order.number}/cancellation"
    forms = [last_step(each.get(f"{address}?line-1=1").text) | {"reason": "Water damage"} for each in (cleo, mona)]

    first, second = cleo.post(address, data=forms[0]), mona.post(address, data=forms[1])
    again = mona.post(address, data=last_step(second.text) | {"reason": "Water damage"})

    assert (first.status_code, second.status_code) == (303, 409)
    assert "Somebody else refunded something meanwhile" in second.text
    assert 'value="Water damage"' in second.text
    assert again.status_code == 303  # it was read, and is meant
    assert credits.cancelled_pieces(order.id) == {1: 2}


def test_clerk_may_not_cancel(app: Flask) -> None:
    order, browser = make.order(paid=True), sign_in(app, make.staff("clerk"))

    assert "cancellation" not in browser.get(f"/admin/orders/{order.number}").text
    assert browser.get(f"/admin/orders/{order.number}/cancellation").status_code == 403


def test_amounts_that_only_look_like_numbers_are_refused(client: FlaskClient) -> None:
    order = make.order(paid=True)
    address = f"/orders/{orders.token_of(order.id)}/cancellation"

    for amount in ("²", "9" * 5000, "٣"):
        answer = client.post(address, data={"line-1": "1", "amount": amount, "version": "0", "key": "k" * 32})
        assert answer.status_code in {409, 422}, amount[:9]
    false_key = {"line-1": "1", "amount": "1", "version": "0", "key": "k\0" * 16}
    assert client.post(address, data=false_key).status_code in {409, 422}
    assert orders.get_for_job(order.id).state == "confirmed"


@pytest.mark.usefixtures("captures_on_shipping")
def test_what_a_card_only_holds_is_released_and_not_called_refunded(app: Flask, client: FlaskClient) -> None:
    order, admin = make.settled(make.place(make.buyer(make.variant(), quantity=2))), sign_in(app, make.staff())
    staff, customer = f"/admin/orders/{order.number}", f"/orders/{orders.token_of(order.id)}/cancellation"

    pages = {
        "order": admin.get(staff).text,
        "cancelling": admin.get(f"{staff}/cancellation?line-1=1").text,
        "giving": admin.get(f"{staff}/credits?delivery=1&free=0").text,
        "first": client.get(customer).text,
        "customer": client.get(f"{customer}?line-1=1").text,
    }

    for text in pages.values():
        words = html.fromstring(text).xpath("//main//button | //main//a")
        assert [each.text_content() for each in words if "efund" in each.text_content()] == []
    assert "What the card only holds is released, not refunded." in pages["cancelling"]
    assert "What the card only holds is released, not refunded." in pages["giving"]
    assert "what your card holds for them is released" in pages["customer"]
    assert "the next page shows what is released" in pages["first"]
    assert "you get this back" not in pages["customer"]
