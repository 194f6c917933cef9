"""The door of Stripe's API: keys, versions, parameters, idempotency, levers; then one function an endpoint.

Source: https://docs.stripe.com/api/idempotent_requests. A key replays its first answer, errors of execution included;
an answer that refused the request before it was executed (400, 401, 404) is not kept.
"""

import base64
import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import Blueprint, Response, g, request

from standins import faults, settings, store
from standins.stripe import forms, lists
from standins.stripe.errors import CardError, IdempotencyError, StripeError

VERSION = "2026-10-28.endive"
FORGET_KEYS_AFTER = 24 * 3600
CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, POST, DELETE, OPTIONS",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Stripe-Version, Idempotency-Key",
    "Access-Control-Max-Age": "300",
}

api = Blueprint("stripe_api", __name__, url_prefix="/stripe/v1")
Answer = Callable[..., dict[str, Any]]

_running: set[str] = set()
_running_lock = threading.Lock()


def endpoint(method: str, rule: str, takes: str = "", *, public: bool = False) -> Callable[[Answer], Answer]:
    """Serve a function as one endpoint. It gets the parsed parameters and the ids of the path, and gives a body.

    `takes` names the parameters it knows; `public` endpoints also answer a publishable key with a client secret.
    """
    known = frozenset((*takes.split(), "expand[]"))

    def decorate(function: Answer) -> Answer:
        def view(**path: str) -> Response:
            if request.method == "OPTIONS":
                return Response(status=204, headers=CORS)
            return _answer(function, known, path, public)

        methods = [method, "OPTIONS"] if public else [method]
        api.add_url_rule(rule, f"{method} {rule}", view, methods=methods, provide_automatic_options=False)
        return function

    return decorate


def is_public_call() -> bool:
    """Say whether the call came with the publishable key, as from a browser."""
    return bool(g.get("public", False))


def _answer(function: Answer, known: frozenset[str], path: dict[str, str], public: bool) -> Response:
    g.request_id = store.new_id("req_", 14)
    g.idempotency_key = request.headers.get("Idempotency-Key") if request.method == "POST" else None
    try:
        with _claim(g.idempotency_key):
            return faults.play(
                "stripe",
                request.path.removeprefix("/stripe"),
                lambda: _work(function, known, path, public),
                _broken,
                lambda answer: _keep(answer.status_code, answer.get_data(as_text=True)),
            )
    except StripeError as error:
        return _respond(json.dumps({"error": error.body}), error.status)


def _work(function: Answer, known: frozenset[str], path: dict[str, str], public: bool) -> Response:
    try:
        _check_key(public)
        params = forms.parse(_pairs(), known)
        with store.transaction():
            replayed = _replay()
            if replayed:
                return replayed
            body, status = _execute(function, params, path)
            _keep(status, body)
        return _respond(body, status)
    except StripeError as error:
        return _respond(json.dumps({"error": error.body}), error.status)


def _execute(function: Answer, params: forms.Params, path: dict[str, str]) -> tuple[str, int]:
    try:
        body = function(params, **path)
    except CardError as error:
        return json.dumps({"error": error.body}), error.status
    return json.dumps(lists.expanded(body, params.get("expand", []))), 200


def _pairs() -> list[tuple[str, str]]:
    return list((request.args if request.method == "GET" else request.form).items(multi=True))


def _check_key(public: bool) -> None:
    chosen = settings.current()
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    if kind == "Basic":
        given = base64.b64decode(given).decode().partition(":")[0]
    if public and not given:
        given = request.values.get("key", "")
    g.public = given == chosen.stripe_publishable_key
    if not given:
        raise StripeError("You did not provide an API key.", status=401)
    if g.public and not public:
        message = "This API call cannot be made with a publishable API key. Please use a secret API key."
        raise StripeError(message, "secret_key_required", status=403)
    if not g.public and given != chosen.stripe_secret_key:
        raise StripeError(f"Invalid API Key provided: {given[:8]}{'*' * 8}{given[-4:]}", status=401)


@contextmanager
def _claim(key: str | None) -> Iterator[None]:
    if key is None:
        yield
        return
    with _running_lock:
        if key in _running:
            message = "There is currently another in-progress request using this Idempotent Key."
            raise IdempotencyError(message, "idempotency_key_in_use", status=409)
        _running.add(key)
    try:
        yield
    finally:
        with _running_lock:
            _running.discard(key)


def _fingerprint() -> str:
    text = f"{request.method} {request.path} {sorted(_pairs())}"
    return hashlib.sha256(text.encode()).hexdigest()


def _replay() -> Response | None:
    if g.idempotency_key is None:
        return None
    rows = store.query("SELECT request, status, body, created FROM answers WHERE key = ?", g.idempotency_key)
    if not rows or rows[0][3] < store.now() - FORGET_KEYS_AFTER:
        return None
    first, status, body, _ = rows[0]
    if first != _fingerprint():
        raise IdempotencyError(
            "Keys for idempotent requests can only be used with the same parameters they were first used with."
            f" Try using a key other than '{g.idempotency_key}' if you meant to execute a different request."
        )
    answer = _respond(body, status)
    answer.headers["Idempotent-Replayed"] = "true"
    return answer


def _keep(status: int, body: str) -> None:
    if g.idempotency_key is not None:
        store.query(
            "INSERT OR REPLACE INTO answers (key, request, status, body, created) VALUES (?, ?, ?, ?, ?)",
            g.idempotency_key, _fingerprint(), status, body, store.now(),
        )  # fmt: skip


def _broken(status: int) -> Response:
    if status == 429:
        body = {"message": "Too many requests made to the API too quickly", "type": "invalid_request_error"}
        return _respond(json.dumps({"error": body | {"code": "rate_limit"}}), 429)
    body = {"message": "An unknown error occurred", "type": "api_error"}
    return _respond(json.dumps({"error": body}), status)


def _respond(body: str, status: int) -> Response:
    answer = Response(body, status, mimetype="application/json")
    answer.headers["Request-Id"] = g.request_id
    answer.headers["Stripe-Version"] = request.headers.get("Stripe-Version", VERSION)
    if g.idempotency_key is not None:
        answer.headers["Idempotency-Key"] = g.idempotency_key
    if g.get("public") or "Origin" in request.headers:
        answer.headers.update(CORS)
    return answer
