"""Stripe's API through its own client: money taken once, refused with reasons, given back at most once."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
import stripe

from tests.companies import Companies

Pay = Callable[..., Any]
BASIC = {"amount": 1099, "currency": "eur"}


def test_create_gives_an_intent_that_awaits_a_card(client: stripe.StripeClient) -> None:
    intent = client.v1.payment_intents.create(BASIC | {"metadata": {"payment": "p1"}})  # type: ignore[arg-type]

    assert (intent.status, intent.amount, intent.currency) == ("requires_payment_method", 1099, "eur")
    assert intent.client_secret is not None
    assert intent.client_secret.startswith(f"{intent.id}_secret_")
    assert client.v1.payment_intents.retrieve(intent.id).metadata.to_dict() == {"payment": "p1"}


def test_confirm_takes_the_money_once(companies: Companies, pay: Pay, client: stripe.StripeClient) -> None:
    paid = pay(amount=2500, expand=["latest_charge"])

    with pytest.raises(stripe.InvalidRequestError) as again:
        client.v1.payment_intents.confirm(paid.id)

    assert (paid.status, paid.amount_received, paid.latest_charge.captured) == ("succeeded", 2500, True)
    assert again.value.code == "payment_intent_unexpected_state"
    assert [charge["amount"] for charge in companies.ledger()["charges"]] == [2500]


@pytest.mark.parametrize(
    ("card", "code", "decline_code"),
    [
        ("pm_card_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
        ("pm_card_chargeDeclinedLostCard", "card_declined", "lost_card"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card", None),
        ("pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", None),
        ("pm_card_chargeDeclinedProcessingError", "processing_error", None),
    ],
)
def test_confirm_is_declined_with_the_banks_reason(
    pay: Pay, client: stripe.StripeClient, card: str, code: str, decline_code: str | None
) -> None:
    with pytest.raises(stripe.CardError) as refused:
        pay(card)

    error = refused.value.error
    assert (refused.value.http_status, error.code, getattr(error, "decline_code", None)) == (402, code, decline_code)
    intent = client.v1.payment_intents.retrieve(error.payment_intent.id)
    assert (intent.status, intent.last_payment_error.code) == ("requires_payment_method", code)


def test_declined_intent_can_be_paid_with_another_card(pay: Pay, client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.CardError) as refused:
        pay("pm_card_chargeDeclined")
    intent = refused.value.error.payment_intent.id

    paid = client.v1.payment_intents.confirm(intent, {"payment_method": "pm_card_visa"})

    assert (paid.status, paid.last_payment_error) == ("succeeded", None)
    assert [one.status for one in client.v1.charges.list({"payment_intent": intent})] == ["succeeded", "failed"]


@pytest.mark.parametrize(
    ("params", "code", "param"),
    [
        ({"currency": "eur"}, "parameter_missing", "amount"),
        ({"amount": 49, "currency": "eur"}, "amount_too_small", "amount"),
        ({"amount": 49, "currency": "jpy"}, "amount_too_small", "amount"),
        ({"amount": 100_000_000, "currency": "eur"}, "amount_too_large", "amount"),
        ({"amount": "10.99", "currency": "eur"}, "parameter_invalid_integer", "amount"),
        ({"amount": 1099, "currency": "kwd"}, "invalid_amount", "amount"),
        ({"amount": 1099, "currency": "isk"}, "invalid_amount", "amount"),
        ({"amount": 1099, "currency": "xxx"}, None, "currency"),
        (BASIC | {"colour": "red"}, "parameter_unknown", "colour"),
        (BASIC | {"capture_method": "later"}, None, "capture_method"),
        (BASIC | {"payment_method": "pm_none"}, "resource_missing", "payment_method"),
        (BASIC | {"metadata": {"long": "x" * 501}}, None, "metadata"),
    ],
)
def test_create_refuses_what_stripe_refuses(
    client: stripe.StripeClient, params: Any, code: str | None, param: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.payment_intents.create(params)

    assert (refused.value.code, refused.value.param) == (code, param)
    assert client.v1.payment_intents.list().data == []


def test_keys_are_checked(companies: Companies) -> None:
    def with_key(key: str) -> stripe.StripeClient:
        return stripe.StripeClient(key, base_addresses={"api": f"{companies.address}/stripe"})

    with pytest.raises(stripe.AuthenticationError):
        with_key("sk_test_wrong").v1.payment_intents.list()
    with pytest.raises(stripe.PermissionError):
        with_key("pk_test_standin").v1.payment_intents.list()


def test_same_idempotency_key_replays_the_answer(companies: Companies, pay: Pay) -> None:
    first = pay(key="k1")
    again = pay(key="k1")

    assert (again.id, again.last_response.headers["idempotent-replayed"]) == (first.id, "true")
    assert len(companies.ledger()["charges"]) == 1


def test_same_idempotency_key_replays_a_decline(companies: Companies, pay: Pay) -> None:
    declines = []
    for _ in range(2):
        with pytest.raises(stripe.CardError) as refused:
            pay("pm_card_chargeDeclined", key="k1")
        declines.append(refused.value.error.charge)

    assert declines[0] == declines[1]
    assert len(companies.ledger()["charges"]) == 1


def test_same_idempotency_key_with_other_parameters_is_refused(pay: Pay) -> None:
    pay(key="k1")

    with pytest.raises(stripe.IdempotencyError) as refused:
        pay(key="k1", amount=2000)

    assert refused.value.http_status == 400


def test_same_idempotency_key_is_refused_while_it_runs(companies: Companies, pay: Pay) -> None:
    companies.pull("delay", milliseconds=400)
    with ThreadPoolExecutor() as pool:
        first = pool.submit(pay, key="k1")
        time.sleep(0.15)

        with pytest.raises(stripe.APIError) as refused:
            pay(key="k1")

    assert (refused.value.http_status, refused.value.error.code) == (409, "idempotency_key_in_use")
    assert first.result().status == "succeeded"


def test_parallel_calls_with_one_key_charge_once(companies: Companies) -> None:
    addresses = {"api": f"{companies.address}/stripe"}
    patient = stripe.StripeClient("sk_test_standin", base_addresses=addresses, max_network_retries=8)
    params: Any = BASIC | {"payment_method": "pm_card_visa", "confirm": True, "payment_method_types": ["card"]}

    with ThreadPoolExecutor(6) as pool:
        paid = list(
            pool.map(lambda _: patient.v1.payment_intents.create(params, {"idempotency_key": "k1"}).id, range(6))
        )

    assert len(set(paid)) == 1
    assert len(companies.ledger()["charges"]) == 1


def test_refunds_never_exceed_the_charge(companies: Companies, pay: Pay, client: stripe.StripeClient) -> None:
    paid = pay(amount=1000)
    with ThreadPoolExecutor(4) as pool:

        def refund(_: int) -> str:
            try:
                return client.v1.refunds.create({"payment_intent": paid.id, "amount": 600}).status or ""
            except stripe.InvalidRequestError as refused:
                return str(refused.param)

        answers = sorted(pool.map(refund, range(4)))

    rest = client.v1.refunds.create({"payment_intent": paid.id})
    with pytest.raises(stripe.InvalidRequestError) as empty:
        client.v1.refunds.create({"payment_intent": paid.id})
    assert answers == ["amount", "amount", "amount", "succeeded"]
    assert (rest.amount, empty.value.code) == (400, "charge_already_refunded")
    assert companies.ledger()["charges"][0]["refunded"] is True


def test_refund_that_the_bank_sends_back_is_the_shops_again(
    companies: Companies, pay: Pay, client: stripe.StripeClient
) -> None:
    paid = pay(amount=1000)
    refund = client.v1.refunds.create({"payment_intent": paid.id})

    companies.pull("fail_refund", id=refund.id)

    assert client.v1.refunds.retrieve(refund.id).status == "failed"
    assert client.v1.refunds.create({"payment_intent": paid.id}).amount == 1000


def test_cancel_is_possible_until_paid(pay: Pay, client: stripe.StripeClient) -> None:
    open_intent = client.v1.payment_intents.create(BASIC)  # type: ignore[arg-type]
    canceled = client.v1.payment_intents.cancel(open_intent.id, {"cancellation_reason": "abandoned"})
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.payment_intents.cancel(pay().id)
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.payment_intents.confirm(canceled.id, {"payment_method": "pm_card_visa"})

    assert (canceled.status, canceled.cancellation_reason) == ("canceled", "abandoned")
    assert refused.value.code == "payment_intent_unexpected_state"


def test_authorised_money_is_captured_in_part_and_the_rest_released(pay: Pay, client: stripe.StripeClient) -> None:
    held = pay(amount=1000, capture_method="manual")

    captured = client.v1.payment_intents.capture(held.id, {"amount_to_capture": 700})

    assert (held.status, held.amount_capturable) == ("requires_capture", 1000)
    assert (captured.status, captured.amount_received) == ("succeeded", 700)
    (released,) = client.v1.refunds.list({"expand": ["data.charge"]}).data
    assert (released.amount, released.charge.amount_captured, released.metadata.to_dict()) == (300, 700, {})
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.refunds.create({"payment_intent": held.id, "amount": 701})


@pytest.mark.parametrize(
    ("card", "answer", "status"),
    [
        ("pm_card_threeDSecure2Required", "complete", "succeeded"),
        ("pm_card_threeDSecure2Required", "fail", "requires_payment_method"),
        ("pm_card_threeDSecureRequiredChargeDeclined", "complete", "requires_payment_method"),
    ],
)
def test_three_d_secure_decides(
    pay: Pay, client: stripe.StripeClient, web: httpx.Client, *, card: str, answer: str, status: str
) -> None:
    waiting = pay(card, return_url="http://127.0.0.1:8000/return?order=1")
    step = waiting.next_action.redirect_to_url.url

    back = web.post(step, data={"answer": answer})

    word = "succeeded" if status == "succeeded" else "failed"
    assert waiting.status == "requires_action"
    assert back.headers["location"].startswith(f"http://127.0.0.1:8000/return?order=1&payment_intent={waiting.id}")
    assert back.headers["location"].endswith(f"redirect_status={word}")
    assert client.v1.payment_intents.retrieve(waiting.id).status == status


def test_publishable_key_sees_only_the_intent_whose_secret_it_has(
    companies: Companies, client: stripe.StripeClient, web: httpx.Client
) -> None:
    intent = client.v1.payment_intents.create(BASIC)  # type: ignore[arg-type]
    url = f"/stripe/v1/payment_intents/{intent.id}"

    known = web.get(url, params={"key": "pk_test_standin", "client_secret": intent.client_secret})
    guessed = web.get(url, params={"key": "pk_test_standin", "client_secret": "guess"})

    assert (known.status_code, guessed.status_code) == (200, 404)
    assert known.headers["access-control-allow-origin"] == "*"


def test_lists_page_by_id_and_filter_by_time(client: stripe.StripeClient) -> None:
    made = [client.v1.payment_intents.create(BASIC).id for _ in range(5)][::-1]  # type: ignore[arg-type]

    first = client.v1.payment_intents.list({"limit": 2})
    second = client.v1.payment_intents.list({"limit": 2, "starting_after": made[1]})
    everything = [one.id for one in client.v1.payment_intents.list({"limit": 2}).auto_paging_iter()]
    future = client.v1.payment_intents.list({"created": {"gt": int(time.time()) + 60}})

    assert ([one.id for one in first], first.has_more) == (made[:2], True)
    assert [one.id for one in second] == made[2:4]
    assert (everything, future.data) == (made, [])


def test_search_finds_by_metadata_after_its_lag(companies: Companies, client: stripe.StripeClient) -> None:
    made = client.v1.payment_intents.create(BASIC | {"metadata": {"payment": "p1"}})  # type: ignore[arg-type]
    query: Any = {"query": "metadata['payment']:'p1' AND status:'requires_payment_method'"}

    found = [one.id for one in client.v1.payment_intents.search(query)]
    companies.pull("search_lag", seconds=60)

    assert found == [made.id]
    assert client.v1.payment_intents.search(query).data == []


def test_everything_survives_kill_9(companies: Companies, pay: Pay, client: stripe.StripeClient) -> None:
    paid = pay(key="k1")

    companies.kill()
    companies.start()

    assert client.v1.payment_intents.retrieve(paid.id).status == "succeeded"
    assert pay(key="k1").id == paid.id
