"""Stripe.js of the stand-in, in a page of another origin with the strict policy a shop has."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import stripe
from playwright.sync_api import Page, expect

from tests import specs
from tests.companies import Companies

PAGE = """<!doctype html><html lang="en"><title>Pay</title><div id="element"></div><button id="pay">Pay</button>
<p id="state"></p><script src="{companies}/stripe/js/v3/"></script><script src="/shop.js"></script></html>"""
SCRIPT = """
const query = new URLSearchParams(location.search);
const stripe = Stripe("pk_test_standin");
const elements = stripe.elements({ clientSecret: query.get("secret"), locale: query.get("locale") ?? "en",
  appearance: { theme: "stripe", variables: { colorPrimary: "#123456" } } });
const element = elements.create("payment");
const state = document.getElementById("state");
element.on("ready", () => { state.textContent = "ready"; });
element.on("change", (event) => { state.dataset.complete = event.complete; });
element.mount("#element");
document.getElementById("pay").addEventListener("click", async () => {
  state.textContent = "working";
  const { error: incomplete } = await elements.submit();
  if (incomplete) { state.textContent = `incomplete: ${incomplete.message}`; return; }
  const redirect = query.get("redirect") ?? "if_required";
  const confirmParams = { return_url: `${location.origin}/return` };
  const { error, paymentIntent } = await stripe.confirmPayment({ elements, redirect, confirmParams });
  state.textContent = error ? `${error.code} ${error.decline_code ?? ""}: ${error.message}` : paymentIntent.status;
});
"""


@pytest.fixture(scope="module")
def companies() -> Iterator[Companies]:
    companies = Companies("http://127.0.0.1:9")
    yield companies
    companies.close()


@pytest.fixture(scope="module")
def shop(companies: Companies) -> Iterator[str]:
    """A page with a strict policy; gives its address."""
    policy = (
        f"default-src 'none'; script-src 'self' {companies.address}; frame-src {companies.address};"
        f" connect-src {companies.address}; require-trusted-types-for 'script'; trusted-types 'none'"
    )

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            is_script = self.path == "/shop.js"
            body = (SCRIPT if is_script else PAGE.format(companies=companies.address)).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/javascript" if is_script else "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", policy)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.fixture
def client(companies: Companies) -> stripe.StripeClient:
    return stripe.StripeClient("sk_test_standin", base_addresses={"api": f"{companies.address}/stripe"})


@pytest.fixture
def intent(client: stripe.StripeClient) -> stripe.PaymentIntent:
    params: Any = {"amount": 2500, "currency": "eur", "automatic_payment_methods": {"enabled": True}}
    return client.v1.payment_intents.create(params)


@pytest.fixture
def checkout(page: Page, shop: str, intent: stripe.PaymentIntent) -> Callable[..., Page]:
    """Open the shop's page and type a card: `checkout("4242…")`."""

    def checkout(number: str, **query: str) -> Page:
        more = "".join(f"&{name}={value}" for name, value in query.items())
        page.goto(f"{shop}/?secret={intent.client_secret}{more}")
        expect(page.locator("#state")).to_have_text("ready")
        card = page.frame_locator("#element iframe")
        card.locator("[name=number]").press_sequentially(number)
        card.locator("[name=expiry]").press_sequentially("1234")
        card.locator("[name=cvc]").press_sequentially("123")
        return page

    return checkout


def test_confirm_pays_and_stays_when_no_redirect_is_required(
    checkout: Callable[..., Page], client: stripe.StripeClient, intent: stripe.PaymentIntent
) -> None:
    page = checkout("4242424242424242")
    expect(page.locator("#state")).to_have_attribute("data-complete", "true")

    page.click("#pay")

    expect(page.locator("#state")).to_have_text("succeeded")
    assert client.v1.payment_intents.retrieve(intent.id).status == "succeeded"


def test_confirm_leaves_for_the_return_address_when_asked_always(
    checkout: Callable[..., Page], intent: stripe.PaymentIntent
) -> None:
    page = checkout("4242424242424242", redirect="always")

    page.click("#pay")

    page.wait_for_url("**/return?*")
    assert parse_qs(urlsplit(page.url).query) == {
        "payment_intent": [intent.id],
        "payment_intent_client_secret": [intent.client_secret],
        "redirect_status": ["succeeded"],
    }


def test_confirm_shows_the_decline_and_lets_pay_with_another_card(checkout: Callable[..., Page]) -> None:
    page = checkout("4000000000009995")

    page.click("#pay")
    expect(page.locator("#state")).to_have_text("card_declined insufficient_funds: Your card has insufficient funds.")

    page.frame_locator("#element iframe").locator("[name=number]").fill("4242424242424242")
    page.click("#pay")
    expect(page.locator("#state")).to_have_text("succeeded")


@pytest.mark.parametrize(
    ("answer", "state"),
    [("Complete", "succeeded"), ("Fail", "payment_intent_authentication_failure")],
)
def test_confirm_asks_the_bank_in_a_frame(checkout: Callable[..., Page], answer: str, state: str) -> None:
    page = checkout("4000000000003220")

    page.click("#pay")
    page.frame_locator("iframe[name=stripe-challenge-frame]").get_by_role("button", name=answer).click()

    expect(page.locator("#state")).to_contain_text(state)
    expect(page.locator("iframe[name=stripe-challenge-frame]")).to_have_count(0)


def test_its_calls_are_what_stripes_specification_allows(checkout: Callable[..., Page], companies: Companies) -> None:
    specs.needed()
    companies.pull("record")
    page = checkout("4000000000003220")

    page.click("#pay")
    page.frame_locator("iframe[name=stripe-challenge-frame]").get_by_role("button", name="Complete").click()
    expect(page.locator("#state")).to_have_text("succeeded")

    assert specs.of_exchanges(companies.exchanges()) == []


def test_submit_names_the_field_that_is_wrong(checkout: Callable[..., Page]) -> None:
    page = checkout("4242424242424241", locale="de")

    page.click("#pay")

    expect(page.locator("#state")).to_have_text("incomplete: Die Kartennummer ist ungültig.")
    expect(page.frame_locator("#element iframe").locator("#number-error")).to_have_text(
        "Die Kartennummer ist ungültig."
    )
