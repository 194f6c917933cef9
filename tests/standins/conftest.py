"""The stand-ins as a process, a shop that only listens, and the companies' own clients."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
import stripe
from sendgrid import SendGridAPIClient

from tests.companies import Companies
from tests.standins.carrier import Ups


@dataclass
class Webhook:
    """One webhook as it arrived."""

    path: str
    headers: dict[str, str]
    text: str

    @property
    def body(self) -> Any:
        return json.loads(self.text)


@dataclass
class Listener:
    """A shop that writes down the webhooks it gets and answers them with `status`."""

    address: str
    heard: list[Webhook] = field(default_factory=list)
    status: int = 200

    def wait(self, count: int, path: str = "", seconds: float = 60) -> list[Webhook]:
        """Give the webhooks to a path when there are as many as wanted."""
        give_up = time.monotonic() + seconds
        while time.monotonic() < give_up:
            heard = [webhook for webhook in self.heard if webhook.path.startswith(path)]
            if len(heard) >= count:
                return heard
            time.sleep(0.01)
        raise AssertionError(f"{len(heard)} webhooks came instead of {count}: {[w.text[:80] for w in heard]}")

    def types(self) -> list[str]:
        """Give the types of Stripe's events in the order they came."""
        return [webhook.body["type"] for webhook in self.heard if webhook.path == "/webhooks/stripe"]


@pytest.fixture(scope="session")
def listening() -> Iterator[Listener]:
    """The listening shop, for the whole run."""
    listener = Listener("")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            listener.heard.append(Webhook(self.path, dict(self.headers), body))
            self.send_response(listener.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        listener.address = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield listener
        server.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def running(listening: Listener) -> Iterator[Companies]:
    """The stand-ins, for the whole run."""
    companies = Companies(listening.address)
    yield companies
    companies.close()


@pytest.fixture
def companies(running: Companies) -> Companies:
    """The stand-ins with nothing remembered and no lever pulled."""
    running.reset()
    return running


@pytest.fixture
def shop(listening: Listener, companies: Companies) -> Listener:
    """The listening shop that has heard nothing yet."""
    listening.heard.clear()
    listening.status = 200
    return listening


@pytest.fixture
def client(companies: Companies) -> stripe.StripeClient:
    """Stripe's own client."""
    addresses = {"api": f"{companies.address}/stripe"}
    return stripe.StripeClient("sk_test_standin", base_addresses=addresses, max_network_retries=0)


@pytest.fixture
def pay(client: stripe.StripeClient) -> Callable[..., stripe.PaymentIntent]:
    """Pay with a test card: `pay("pm_card_visa", amount=2500)`."""

    def pay(card: str = "pm_card_visa", *, amount: int = 1099, key: str | None = None, **more: Any) -> Any:
        params = {"amount": amount, "currency": "eur", "payment_method": card, "confirm": True}
        options: Any = {"idempotency_key": key} if key else None
        return client.v1.payment_intents.create(params | {"payment_method_types": ["card"]} | more, options)  # type: ignore[arg-type]

    return pay


@pytest.fixture
def mailer(companies: Companies) -> SendGridAPIClient:
    """SendGrid's own client."""
    return SendGridAPIClient("SG.standin", host=f"{companies.address}/sendgrid")


@pytest.fixture
def web(companies: Companies) -> Iterator[httpx.Client]:
    """A browser without JavaScript that does not follow redirects by itself."""
    with httpx.Client(base_url=companies.address, timeout=60) as browser:
        yield browser


@pytest.fixture
def open_session(client: stripe.StripeClient) -> Callable[..., Any]:
    """Open a checkout session for one print: `open_session(customer_email=…)`."""

    def open_session(*, amount: int = 2500, **more: Any) -> Any:
        price = {"currency": "eur", "unit_amount": amount, "product_data": {"name": "Drift no. 4"}}
        params = {
            "mode": "payment",
            "line_items": [{"quantity": 1, "price_data": price}],
            "success_url": "http://127.0.0.1:8000/return?session={CHECKOUT_SESSION_ID}",
            "cancel_url": "http://127.0.0.1:8000/cancelled",
            "payment_intent_data": {"metadata": {"payment": "p1"}},
        }
        return client.v1.checkout.sessions.create(params | more)  # type: ignore[arg-type]

    return open_session


@pytest.fixture
def ups(web: httpx.Client) -> Ups:
    """A client of UPS with a token."""
    return Ups(web)
