"""Stripe's hosted page, with no JavaScript."""

import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
import stripe

from tests.companies import Companies

Open = Callable[..., Any]


def card(number: str = "4242 4242 4242 4242", **more: str) -> dict[str, str]:
    """What somebody types on the page."""
    return {"number": number, "expiry": "12 / 34", "cvc": "123", "name": "Ada Lovelace"} | more


def test_pay_returns_to_the_shop_and_completes_the_session(
    open_session: Open, client: stripe.StripeClient, web: httpx.Client
) -> None:
    session = open_session(customer_email="ada@example.com", client_reference_id="order-1")
    page = web.get(session.url)

    back = web.post(session.url, data=card())

    assert "25.00 EUR" in page.text
    assert "Drift no. 4" in page.text
    assert (back.status_code, back.headers["location"]) == (
        303,
        f"http://127.0.0.1:8000/return?session={session.id}",
    )
    paid = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    assert (session.payment_intent, session.payment_status) == (None, "unpaid")
    assert (paid.status, paid.payment_status, paid.customer_details.email) == ("complete", "paid", "ada@example.com")
    assert (paid.payment_intent.status, paid.payment_intent.metadata["payment"]) == ("succeeded", "p1")


def test_pay_twice_charges_once(companies: Companies, open_session: Open, web: httpx.Client) -> None:
    session = open_session()

    answers = [web.post(session.url, data=card()) for _ in range(2)]
    look = web.get(session.url)

    assert [answer.status_code for answer in answers] == [303, 303]
    assert look.headers["location"].startswith("http://127.0.0.1:8000/return")
    assert len(companies.ledger()["charges"]) == 1


@pytest.mark.parametrize(
    ("typed", "status", "says"),
    [
        (card("4000000000000002"), 402, "Your card was declined."),
        (card("4000000000009995"), 402, "Your card has insufficient funds."),
        (card("4000000000000069"), 402, "Your card has expired."),
        (card("4000000000000127"), 402, "security code is incorrect"),
        (card("4000000000000119"), 402, "An error occurred while processing your card"),
        (card("4242424242424241"), 402, "Your card number is incorrect."),
        (card("4539578763621486"), 402, "Your card was declined."),
        (card(expiry="01/20"), 402, "expiration year is invalid"),
        (card(expiry="nonsense"), 402, "expiration month is invalid"),
        (card(cvc="1"), 402, "security code is invalid"),
        ({}, 402, "Your card number is incorrect."),
    ],
)
def test_pay_says_what_is_wrong_and_lets_try_again(
    open_session: Open, web: httpx.Client, typed: dict[str, str], status: int, says: str
) -> None:
    session = open_session()

    refused = web.post(session.url, data=typed)
    paid = web.post(session.url, data=card())

    assert refused.status_code == status
    assert says in refused.text.replace("&#39;", "'")
    assert paid.status_code == 303


@pytest.mark.parametrize(
    ("number", "answer", "status"),
    [
        ("4000000000003220", "complete", "complete"),
        ("4000000000003220", "fail", "open"),
        ("4000008400001629", "complete", "open"),
    ],
)
def test_three_d_secure_comes_between(
    open_session: Open, client: stripe.StripeClient, web: httpx.Client, *, number: str, answer: str, status: str
) -> None:
    session = open_session()
    step = web.post(session.url, data=card(number)).headers["location"]

    asked = web.get(step)
    back = web.post(step, data={"answer": answer})

    assert "Complete" in asked.text
    assert back.headers["location"] == f"/stripe/pay/{session.id}"
    assert client.v1.checkout.sessions.retrieve(session.id).status == status


def test_expired_session_cannot_be_paid(
    companies: Companies, open_session: Open, client: stripe.StripeClient, web: httpx.Client
) -> None:
    session = open_session()
    web.post(session.url, data=card("4000000000000002"))

    client.v1.checkout.sessions.expire(session.id)
    answer = web.post(session.url, data=card(), follow_redirects=True)

    assert (answer.status_code, "has expired" in answer.text) == (410, True)
    assert [intent["status"] for intent in companies.ledger()["payment_intents"]] == ["canceled"]
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.checkout.sessions.expire(session.id)


def test_complete_session_cannot_be_expired(open_session: Open, client: stripe.StripeClient, web: httpx.Client) -> None:
    session = open_session()
    web.post(session.url, data=card())

    with pytest.raises(stripe.InvalidRequestError):
        client.v1.checkout.sessions.expire(session.id)


def test_intent_of_a_session_is_canceled_only_through_the_session(
    open_session: Open, client: stripe.StripeClient, web: httpx.Client
) -> None:
    session = open_session()
    web.post(session.url, data=card("4000000000000002"))
    intent = client.v1.checkout.sessions.retrieve(session.id).payment_intent

    with pytest.raises(stripe.InvalidRequestError):
        client.v1.payment_intents.cancel(intent)


@pytest.mark.parametrize("seconds", [29 * 60, 24 * 3600 + 60])
def test_create_refuses_an_expiry_out_of_bounds(open_session: Open, seconds: int) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        open_session(expires_at=int(time.time()) + seconds)

    assert refused.value.param == "expires_at"


def test_page_offers_the_way_back_and_escapes_names(open_session: Open, web: httpx.Client) -> None:
    price = {"currency": "jpy", "unit_amount": 500, "product_data": {"name": "<script>{{7*7}}"}}
    session = open_session(line_items=[{"quantity": 3, "price_data": price}])

    page = web.get(session.url)

    assert 'href="http://127.0.0.1:8000/cancelled"' in page.text
    assert "1500 JPY" in page.text
    assert "&lt;script&gt;{{7*7}}" in page.text
    assert "set-cookie" not in page.headers
