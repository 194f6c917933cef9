"""The levers on calls, and the desk that has them."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
import stripe
from python_http_client.exceptions import InternalServerError
from sendgrid import SendGridAPIClient
from sendgrid.helpers.mail import Mail

from tests.companies import Companies
from tests.standins.conftest import Listener

Pay = Callable[..., Any]


def test_decline_concerns_the_next_payments_only(companies: Companies, pay: Pay) -> None:
    companies.pull("decline", times=2, code="insufficient_funds")

    for _ in range(2):
        with pytest.raises(stripe.CardError) as refused:
            pay()
        assert refused.value.error.decline_code == "insufficient_funds"
    assert pay().status == "succeeded"


@pytest.mark.parametrize(("when", "charges"), [("before", 0), ("after", 1)])
@pytest.mark.parametrize("lever", ["fail", "drop"])
def test_broken_call_leaves_what_was_done(companies: Companies, pay: Pay, lever: str, when: str, charges: int) -> None:
    companies.pull(lever, when=when, path="/v1/payment_intents")

    with pytest.raises((stripe.APIError, stripe.APIConnectionError)):
        pay(key="k1")

    assert len(companies.ledger()["charges"]) == charges
    assert pay(key="k1").status == "succeeded"
    assert len(companies.ledger()["charges"]) == 1


def test_stored_failure_is_replayed_until_the_key_changes(companies: Companies, pay: Pay) -> None:
    companies.pull("fail", stored=True)

    for _ in range(2):
        with pytest.raises(stripe.APIError):
            pay(key="k1")

    assert pay(key="k2").status == "succeeded"


def test_forgotten_key_charges_again(companies: Companies, pay: Pay) -> None:
    first = pay(key="k1")

    companies.pull("forget_keys")

    assert pay(key="k1").id != first.id


def test_time_that_passes_ends_sessions_holds_and_keys(
    companies: Companies, pay: Pay, client: stripe.StripeClient, open_session: Callable[..., Any]
) -> None:
    session, held, first = open_session(), pay(capture_method="manual"), pay(key="k1")

    companies.pull("clock", seconds=25 * 3600)
    assert client.v1.checkout.sessions.retrieve(session.id).status == "expired"
    assert client.v1.payment_intents.retrieve(held.id).status == "requires_capture"
    assert pay(key="k1").id != first.id

    companies.pull("clock", seconds=7 * 86_400 + 60)
    assert client.v1.payment_intents.retrieve(held.id).status == "canceled"
    assert open_session().status == "open"


def test_rule_holds_for_its_path_company_and_method(
    companies: Companies, pay: Pay, client: stripe.StripeClient
) -> None:
    companies.pull("fail", path="/v1/refunds", method="POST", times=9)

    paid = pay()
    client.v1.refunds.list({"payment_intent": paid.id})

    with pytest.raises(stripe.APIError):
        client.v1.refunds.create({"payment_intent": paid.id})


def test_rules_survive_kill_9(companies: Companies, pay: Pay) -> None:
    companies.pull("decline", times=1)

    companies.kill()
    companies.start()

    with pytest.raises(stripe.CardError):
        pay()
    assert pay().status == "succeeded"


@pytest.mark.parametrize(("when", "mails"), [("before", 0), ("after", 1)])
def test_mail_call_can_break_before_or_after(
    companies: Companies, mailer: SendGridAPIClient, when: str, mails: int
) -> None:
    companies.pull("fail", company="sendgrid", when=when)

    with pytest.raises(InternalServerError):
        mailer.send(Mail("shop@example.com", "ada@example.com", "Hello", "text"))

    assert len(companies.ledger()["mails"]) == mails


@pytest.mark.parametrize(
    "given",
    [
        {"lever": "nothing"},
        {"lever": "fail", "company": "nobody"},
        {"lever": "fail", "times": 0},
        {"lever": "fail", "times": "many"},
        {"lever": "decline", "code": "nothing"},
        {"lever": "dispute", "id": "ch_none"},
        {"lever": "move", "id": "1Z"},
        {"lever": "send_again", "id": "evt_none"},
        {"lever": "mail", "to": "nobody@example.com"},
        {"lever": "webhooks", "repeat": "often"},
    ],
)
def test_senseless_lever_is_refused_with_a_reason(
    companies: Companies, web: httpx.Client, given: dict[str, Any]
) -> None:
    answer = web.post("/levers", json=given)

    assert (answer.status_code, bool(answer.json()["error"])) == (400, True)


def test_desk_shows_what_happened_and_its_forms_pull_levers(
    companies: Companies, pay: Pay, web: httpx.Client, shop: Listener
) -> None:
    paid = pay(metadata={"payment": "<b>p1</b>"})
    shop.wait(3)

    pulled = web.post("/levers", data={"lever": "decline", "times": "1", "code": "lost_card"})
    desk = web.get("/").text

    assert (pulled.status_code, pulled.headers["location"]) == (303, "/?said=decline")
    assert paid.id in desk
    assert "payment_intent.succeeded" in desk
    assert "lost_card" in desk
    assert "<script" not in desk
    with pytest.raises(stripe.CardError):
        pay()


def test_levers_and_payments_at_once_never_wait_for_each_other(companies: Companies, pay: Pay) -> None:
    companies.pull("decline", times=20)
    companies.pull("delay", times=40, milliseconds=1)

    def declined(_: int) -> bool:
        with pytest.raises(stripe.CardError):
            pay()
        return True

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(declined, range(20)))
    assert pay().status == "succeeded"
