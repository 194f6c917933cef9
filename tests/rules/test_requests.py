"""House rules of every door: who may write, what every answer carries, and that strangers get no cookie."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from app import db
from app.blueprints import _security
from app.services import orders
from tests import make

SAFE = {"GET", "HEAD", "OPTIONS"}
REFUSAL = "sent from another site"
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}


def rules(app: Flask) -> Iterator[tuple[Rule, str]]:
    """Every door with an address that leads to it."""
    with app.test_request_context():
        adapter = app.url_map.bind("localhost")
        for rule in app.url_map.iter_rules():
            yield rule, adapter.build(rule.endpoint, dict.fromkeys(rule.arguments, "x"))


def writes(app: Flask) -> list[tuple[str, str, str]]:
    """Method, endpoint and address of every door that writes."""
    return [
        (method, rule.endpoint, address)
        for rule, address in rules(app)
        for method in sorted((rule.methods or set()) - SAFE)
    ]


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {},  # an old browser that says nothing, and has a cookie
    ],
    ids=lambda headers: "-".join(next(iter(headers.items()), ["cookie alone"])),
)
def test_write_from_another_site_is_refused(app: Flask, client: FlaskClient, headers: dict[str, str]) -> None:
    del client.environ_base["HTTP_SEC_FETCH_SITE"]
    client.set_cookie("any", "cookie")

    refused = {
        endpoint
        for method, endpoint, address in writes(app)
        if REFUSAL in (answer := client.open(address, method=method, headers=headers)).text
        and answer.status_code == 403
    }

    assert refused == {endpoint for _, endpoint, _ in writes(app)} - _security.OPEN_TO_MACHINES
    assert len(refused) > 15


def test_doors_for_machines_exist(app: Flask) -> None:
    assert {endpoint for _, endpoint, _ in writes(app)} >= _security.OPEN_TO_MACHINES


def test_machine_without_a_signature_is_turned_away(app: Flask, client: FlaskClient) -> None:
    del client.environ_base["HTTP_SEC_FETCH_SITE"]

    for method, endpoint, address in writes(app):
        if endpoint in _security.OPEN_TO_MACHINES:
            assert client.open(address, method=method, json={}).status_code in {400, 401, 403}, endpoint


def test_stranger_who_reads_gets_no_cookie(app: Flask, client: FlaskClient) -> None:
    product = make.product()
    read = [
        address
        for rule, address in rules(app)
        if "GET" in (rule.methods or set()) and not rule.endpoint.startswith(("admin.", "health."))
    ]
    given = {
        address
        for address in [*read, f"/products/{product.slug}", "/search?q=tide", "/nothing-here"]
        if "Set-Cookie" in client.get(address).headers
    }

    assert len(read) > 12
    assert given == set()


def says_everything(answer: TestResponse) -> None:
    """Check what every answer carries."""
    assert {name: answer.headers.get(name) for name in ALWAYS} == ALWAYS
    assert answer.headers["X-Request-Id"]
    policy = policy_of(answer)
    opener = "same-origin-allow-popups" if "frame-src" in policy else "same-origin"  # wallets open windows
    assert answer.headers["Cross-Origin-Opener-Policy"] == opener
    assert policy["default-src"] == ["'none'"]
    assert policy["base-uri"] == policy["frame-ancestors"] == ["'none'"]
    assert "'self'" in policy["script-src"]
    assert not {word for words in policy.values() for word in words} & {"'unsafe-inline'", "'unsafe-eval'", "*"}


def policy_of(answer: TestResponse) -> dict[str, list[str]]:
    rules = [rule.split() for rule in answer.headers["Content-Security-Policy"].split(";")]
    return {name: words for name, *words in rules}


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [
        ("GET", "/", 200),
        ("GET", "/terms", 200),
        ("GET", "/health/live", 200),
        ("GET", "/admin/orders/", 303),
        ("POST", "/webhooks/stripe", 400),
        ("GET", "/products/nothing-here", 404),
        ("GET", "/static/0/css/nothing.css", 404),
        ("DELETE", "/", 405),
        ("POST", "/cart/lines", 422),
    ],
)
def test_answer_carries_the_headers(client: FlaskClient, method: str, address: str, status: int) -> None:
    answer = client.open(address, method=method)

    assert answer.status_code == status
    says_everything(answer)
    assert policy_of(answer)["require-trusted-types-for"] == ["'script'"]


@pytest.mark.parametrize("address", ["/admin", "/admin//orders/?q=1", "/admin?next=//elsewhere.example"])
@pytest.mark.parametrize("host", ["elsewhere.example", "[::1", "a b"])
def test_address_is_put_right_on_our_own_host(app: Flask, client: FlaskClient, address: str, host: str) -> None:
    answer = client.get(address, headers={"Host": host})

    assert answer.status_code == 308
    assert answer.location.startswith(f"{app.extensions['config'].origin}/admin/")


def test_cache_tells_who_is_sent_on_by_a_redirect_from_who_is_by_htmx(client: FlaskClient) -> None:
    answers = [client.get("/admin/orders/", headers=headers) for headers in ({}, {"HX-Request-Type": "partial"})]

    assert [answer.status_code for answer in answers] == [303, 204]
    assert all("HX-Request-Type" in answer.vary for answer in answers)


def test_bug_carries_the_headers_and_says_nothing_about_itself(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> str:
        raise ZeroDivisionError("the reason is for the log")

    monkeypatch.setitem(app.view_functions, "content.terms", broken)

    answer = client.get("/terms")

    assert answer.status_code == 500
    says_everything(answer)
    assert "the reason is for the log" not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


def test_log_of_a_bug_keeps_the_secrets_of_the_request(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    words = f"typed by {orders.token_of(db.new_id())}"

    def broken(token: str) -> str:
        with db.orders.reading() as session:
            session.execute(text("SELECT 1 / :none, :words"), {"none": 0, "words": words})
        return token

    monkeypatch.setitem(app.view_functions, "orders.show", broken)
    token = orders.token_of(db.new_id())

    assert client.get(f"/orders/{token}").status_code in {422, 500}

    (record,) = [record for record in caplog.records if record.name == "app.blueprints._pages"]
    assert vars(record)["path"] == "/orders/<token>"
    assert "division by zero" in caplog.text
    assert token not in caplog.text
    assert words not in caplog.text


@pytest.mark.usefixtures("catalog_down")
def test_silent_store_carries_the_headers(client: FlaskClient) -> None:
    answer = client.get("/products/slack-tide")

    assert answer.status_code == 503
    says_everything(answer)


def test_only_the_payment_page_lets_the_payment_company_in(app: Flask, client: FlaskClient) -> None:
    company = "/".join(app.extensions["config"].stripe_js_url.split("/")[:3])
    placed = make.place(make.buyer(make.variant()), method="element")

    payment = client.get(f"/checkout/pay/{placed.token}")
    order = client.get(f"/orders/{placed.token}")

    assert payment.status_code == order.status_code == 200
    says_everything(payment)
    assert policy_of(payment)["script-src"] == ["'self'", company]
    assert policy_of(payment)["frame-src"] == [company]
    assert policy_of(order)["script-src"] == ["'self'"]
    assert "frame-src" not in policy_of(order)


def test_payment_page_lets_in_all_that_stripe_asks_for(app: Flask) -> None:
    settings = replace(app.extensions["config"], stripe_api_url="", stripe_js_url="https://js.stripe.com/v3/")
    shop = Flask("shop")
    shop.extensions["config"] = settings
    _security.register(shop)
    shop.add_url_rule("/pay", "pay", lambda: _security.allow_payment_frame() or "")
    shop.add_url_rule("/", "home", lambda: "")

    payment, home = shop.test_client().get("/pay"), shop.test_client().get("/")

    scripts = ["https://*.js.stripe.com", "https://js.stripe.com"]  # https://docs.stripe.com/security/guide
    assert policy_of(payment)["script-src"] == ["'self'", *scripts]
    assert policy_of(payment)["frame-src"] == [*scripts, "https://hooks.stripe.com"]
    assert policy_of(payment)["connect-src"] == ["'self'", "https://api.stripe.com"]
    assert 'payment=(self "https://*.js.stripe.com" "https://js.stripe.com")' in payment.headers["Permissions-Policy"]
    assert home.headers["Permissions-Policy"].endswith("payment=(self)")
    assert payment.headers["Cross-Origin-Opener-Policy"] == "same-origin-allow-popups"
