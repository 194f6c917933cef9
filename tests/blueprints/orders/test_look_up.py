"""Finding an order again by number and e-mail: a fresh link by mail, and an answer that reveals nothing."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import Signer
from sqlalchemy import func, select

from app import db
from app.outbox import OrdersOutbox
from app.services import notifications, orders
from tests import make
from tests.working import work


def links(order: orders.Order) -> list[str]:
    found = [each for each in notifications.messages_of(order.id) if each.template == "order_link"]
    return [re.findall(r"/orders/\S+", each.text)[0] for each in found]


def test_right_pair_gets_a_fresh_link_by_mail(client: FlaskClient) -> None:
    order = make.order(paid=True, email="Ada@example.org")

    answer = client.post("/orders/look-up", data={"number": f" {order.number.lower()} ", "email": " ada@EXAMPLE.org "})
    work("email")

    (link,) = links(order)
    assert client.get(link).status_code == 200
    assert notifications.messages_of(order.id)[-1].recipient == "Ada@example.org"
    assert "check your email" in client.get(answer.location).text


@pytest.mark.parametrize(
    ("number", "email"), [("", "ben@example.org"), ("AAAAA-AAAAA", "ada@example.org"), ("AAAAA-AAAAA", "x@y")]
)
def test_answer_and_path_are_the_same_for_a_wrong_pair(client: FlaskClient, number: str, email: str) -> None:
    order = make.order(paid=True, email="ada@example.org")
    work()
    right = {"number": order.number, "email": "ada@example.org"}

    answers = [
        client.post("/orders/look-up", data=form)
        for form in (right, {"number": number or order.number, "email": email})
    ]

    assert len({(answer.status_code, answer.location, answer.data) for answer in answers}) == 1
    with db.orders.reading() as session:
        asked = session.scalar(select(func.count()).where(OrdersOutbox.name == "email.order_link"))
    assert asked == 2  # the request looks nothing up; only the job does
    work("email")
    assert len(links(order)) == 1


def test_asked_many_times_mails_once(client: FlaskClient) -> None:
    order = make.order(paid=True, email="ada@example.org")

    for _ in range(3):
        client.post("/orders/look-up", data={"number": order.number, "email": "ada@example.org"})
    work("email")

    assert len(links(order)) == 1


def test_number_is_found_however_it_is_written(client: FlaskClient) -> None:
    order = make.order(paid=True)
    said = order.number.replace("-", " ").lower()

    client.post("/orders/look-up", data={"number": said.replace(" ", ""), "email": order.email})
    assert client.post("/orders/look-up", data={"number": f"#{order.number}", "email": order.email}).status_code == 303
    work("email.order_link")

    assert len(links(order)) == 1


@pytest.mark.parametrize(("form", "words"), [({}, "Enter the number"), ({"number": "A", "email": "ada"}, "as in ada@")])
def test_bad_shape_is_refused_and_kept(client: FlaskClient, form: dict[str, str], words: str) -> None:
    answer = client.post("/orders/look-up", data=form)

    assert answer.status_code == 422
    assert words in answer.text
    assert all(f'value="{typed}"' in answer.text for typed in form.values())


def test_old_or_false_link_leads_to_a_fresh_one(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    order = make.order(paid=True)
    address = f"/orders/{orders.token_of(order.id)}"
    assert client.get(address).status_code == 200
    monkeypatch.setattr(orders, "LINK_SECONDS", -1)

    for answer in (client.get("/orders/nonsense"), client.get(address)):
        assert answer.status_code == 404
        assert 'action="/orders/look-up"' in answer.text
        assert "too old" in answer.text
        assert answer.text.count("email you a new ") == 1


def test_new_carts_do_not_get_around_the_limit(app: Flask) -> None:
    settings = app.extensions["config"]
    answers = []
    for number in range(21):
        client = app.test_client()
        cart = Signer(settings.secret_key, salt="cart-cookie").sign(f"cart-{number}").decode()
        client.set_cookie(settings.cookie("cart"), cart)
        answers.append(client.post("/orders/look-up", data={}, environ_base={"REMOTE_ADDR": "203.0.113.9"}))

    assert [answer.status_code for answer in answers] == [422] * 20 + [429]


def test_footer_leads_there(client: FlaskClient) -> None:
    assert 'href="/orders/look-up"' in client.get("/").text


def test_what_no_database_can_keep_is_refused(client: FlaskClient) -> None:
    for number, email in (("A\0B", "ada@example.org"), ("ABCDE-23456", "a\0@example.org")):
        assert client.post("/orders/look-up", data={"number": number, "email": email}).status_code == 422


@pytest.mark.parametrize("form", [{"number": " " * 300_000 + "!"}, {"email": "@" * 300_000 + " x"}])
def test_a_whole_form_of_what_does_not_fit_is_refused(client: FlaskClient, form: dict[str, str]) -> None:
    """A pattern that goes back over the text for each of its marks would not come to an end."""
    assert client.post("/orders/look-up", data={"number": "A", "email": "a@b.example"} | form).status_code == 422


def test_too_long_a_number_is_refused_in_plain_words(client: FlaskClient) -> None:
    answer = client.post("/orders/look-up", data={"number": "A" * 41, "email": "ada@example.org"})

    assert answer.status_code == 422
    assert "Use at most 40 characters." in answer.text
