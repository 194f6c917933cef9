"""The door of UPS's API: OAuth tokens, levers, and errors in UPS's shape."""

import base64
import json
import time
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, request

from standins import faults, settings, store

api = Blueprint("ups_api", __name__, url_prefix="/ups")
Answer = Callable[..., dict[str, Any]]
TOKEN_SECONDS = 14399


class UpsError(Exception):
    """An answer other than 200, with UPS's code."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        """Say what is wrong in UPS's words."""
        super().__init__(message)
        self.code, self.status = code, status


def endpoint(method: str, rule: str) -> Callable[[Answer], Answer]:
    """Serve a function as one endpoint behind a bearer token. It gets the JSON body (or None) and the path."""

    def decorate(function: Answer) -> Answer:
        def view(**path: str) -> Response:
            return faults.play("ups", request.path.removeprefix("/ups"), lambda: _work(function, path), _broken)

        api.add_url_rule(rule, f"{method} {rule}", view, methods=[method])
        return function

    return decorate


@api.post("/security/v1/oauth/token")
def token() -> Response:
    """Give a token for the client's id and secret."""
    return faults.play("ups", "/security/v1/oauth/token", _token, _broken)


def _token() -> Response:
    chosen = settings.current()
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    expected = f"{chosen.ups_client_id}:{chosen.ups_client_secret}"
    if kind != "Basic" or base64.b64decode(given).decode() != expected:
        return _error("10401", "ClientId is Invalid", 401)
    if request.form.get("grant_type") != "client_credentials":
        return _error("10400", "Invalid/Missing Authorization Header", 400)
    key = store.new_id("", 64)
    with store.transaction():
        store.put("ups.token", {"id": key, "expires": time.time() + TOKEN_SECONDS})
    body = {
        "token_type": "Bearer",
        "issued_at": str(int(time.time() * 1000)),
        "client_id": chosen.ups_client_id,
        "access_token": key,
        "expires_in": str(TOKEN_SECONDS),
        "status": "approved",
    }
    return Response(json.dumps(body), mimetype="application/json")


def _work(function: Answer, path: dict[str, str]) -> Response:
    try:
        _check_token()
        body = json.loads(request.get_data() or b"null") if request.method == "POST" else None
        with store.transaction():
            answer = function(body, **path)
    except UpsError as error:
        return _error(error.code, str(error), error.status)
    except ValueError:
        return _error("10400", "Invalid request: the body is not JSON.", 400)
    return Response(json.dumps(answer), mimetype="application/json")


def _check_token() -> None:
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    known = store.find("ups.token", given) if kind == "Bearer" else None
    if not known or known["expires"] < time.time():
        raise UpsError("250002", "Invalid Authentication Information.", 401)


def _broken(status: int) -> Response:
    if status == 429:
        return _error("10429", "Too Many Requests", 429)
    return _error("10500", "Internal Server Error", status)


def _error(code: str, message: str, status: int) -> Response:
    body = {"response": {"errors": [{"code": code, "message": message}]}}
    return Response(json.dumps(body), status, mimetype="application/json")
