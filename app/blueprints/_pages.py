"""The whole htmx layer: a read answers a page or its part, a write the changed parts or a 303, an error a notice.

The one rule: the server chooses the part, by `HX-Request-Type`; the client never names it (docs/decisions, htmx 4).
"""

import logging
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Any, cast

from botocore.exceptions import ClientError
from flask import Flask, Response, g, make_response, redirect, render_template, request
from htmx_flask import Htmx
from htmx_flask import make_response as make_htmx_response
from htmx_flask.requests import HtmxAwareRequest
from sqlalchemy.exc import DataError, DBAPIError, OperationalError
from werkzeug.exceptions import HTTPException

from app import clock, formats
from app.errors import STORE_ERRORS, Conflict, Forbidden, Invalid, NotFound, ShopError, TooOften, Unavailable
from app.services import checkout

log = logging.getLogger(__name__)

STATUS: dict[type[ShopError], int] = {
    NotFound: 404,
    Forbidden: 403,
    Invalid: 422,
    Conflict: 409,
    TooOften: 429,
    Unavailable: 503,
}
_STORE_DOWN = "A part of the shop does not answer. Nothing was lost. Please try again in a moment."
_UNSTORABLE = (
    "Something in what was sent cannot be kept, so nothing was done. Please type it again and send it once more."
)


def wants_part() -> bool:
    """Whether htmx asks for a part of a page. A boosted or restored page asks for the whole."""
    return request.headers.get("HX-Request-Type") == "partial"


def page(template: str, *, part: str | None = None, status: int = 200, **context: Any) -> Response:
    """Answer a read: `part` when htmx asks for one, `template` otherwise. Both render with the same context."""
    chosen = part if part and wants_part() else template
    response = make_response(render_template(chosen, **context), status)
    response.vary.add("HX-Request-Type")
    return response


def changed(part: str, *, then: str, **context: Any) -> Response:
    """Answer a write: the changed parts for htmx, a 303 to the page that shows them for a plain browser."""
    if "HX-Request-Type" in request.headers:
        return make_response(render_template(part, **context))
    return see_other(then)


def see_other(address: str) -> Response:
    """Send the browser to `address` with a GET. htmx goes there as a real navigation."""
    is_fetched = "HX-Request-Type" in request.headers
    sent = make_htmx_response("", 204, redirect=address) if is_fetched else redirect(address, 303)
    response = cast(Response, sent)
    response.vary.add("HX-Request-Type")
    return response


def pdf(body: bytes, *, name: str) -> Response:
    """Send a PDF to look at in the browser; `name` is what it is called when it is kept. No cache keeps it."""
    shown = f'inline; filename="{name}.pdf"'
    return Response(
        body, mimetype="application/pdf", headers={"Content-Disposition": shown, "Cache-Control": "no-store"}
    )


def status_of(error: ShopError) -> int:
    """Return the status of a refusal's kind."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def show_error(
    error: ShopError, *, status: int | None = None, template: str = "errors/error.html", **context: Any
) -> Response:
    """Show a refusal: a notice for a part, a page otherwise, with the status of its kind."""
    status = status or status_of(error)
    chosen = "errors/_notice.html" if wants_part() else template
    response = make_response(render_template(chosen, error=error, status=status, **context), status)
    response.vary.add("HX-Request-Type")
    response.headers["Cache-Control"] = "no-store"
    return say_when(response, error)


def in_words(error: ShopError) -> str:
    """Say a refusal, and when to come again where that is known: in a minute, or the first whole one after its end."""
    again_at = error.again_at if isinstance(error, TooOften) else None
    if again_at is None:
        return str(error)
    if again_at <= clock.now() + timedelta(seconds=61):  # the limiter tells whole seconds, rounded up
        return f"{error} Please wait a minute and try again."
    minute = (again_at + timedelta(seconds=59)).replace(second=0, microsecond=0)
    return f"{error} Please come again at {formats.deadline(minute)}."


def say_when(response: Response, error: ShopError) -> Response:
    """Tell programs, where a refusal is one of a moment, in how many seconds to ask again; return the response."""
    if isinstance(error, TooOften) and error.again_at:
        response.headers["Retry-After"] = str(max(1, int((error.again_at - clock.now()).total_seconds()) + 1))
    if isinstance(error, Unavailable) and error.retry:
        response.headers["Retry-After"] = "5"
    return response


def register(app: Flask) -> None:
    """Install htmx's request, the error handlers and the filters that templates use."""
    Htmx(app)
    app.request_class = _Request
    app.register_error_handler(ShopError, show_error)
    app.register_error_handler(HTTPException, _show_http_error)
    for kind in STORE_ERRORS:
        app.register_error_handler(kind, _show_store_error)
    app.register_error_handler(DataError, _show_unstorable)
    app.register_error_handler(OverflowError, _show_unstorable)  # by a number too long for a form's bounds
    app.register_error_handler(Exception, _show_bug)
    app.jinja_env.filters["in_words"] = in_words
    app.jinja_env.filters["money"] = formats.money
    app.jinja_env.filters["moment"] = formats.moment
    app.jinja_env.filters["deadline"] = formats.deadline
    app.jinja_env.filters["day"] = formats.day
    app.jinja_env.filters["choices"] = formats.choices
    app.jinja_env.filters["percent"] = formats.percent
    app.jinja_env.tests["past"] = is_past
    app.jinja_env.filters["address_lines"] = address_lines
    app.jinja_env.filters["country"] = checkout.country_name


class _Request(HtmxAwareRequest):  # type: ignore[misc]  # the package has no types
    """A request whose files stay in memory: the forms that take one bound its size, and no full disk is in the way."""

    def _get_file_stream(self, *_about: object, **_named: object) -> BytesIO:
        """Return where a file is read to; the hook that Werkzeug documents."""
        return BytesIO()


def is_past(when: date, at: datetime | None = None) -> bool:
    """Whether a moment, or a day in store time, is over now or at another: nothing is promised for it any more."""
    now = at or clock.now()
    return when < (now if isinstance(when, datetime) else clock.day_of(now))


def address_lines(address: Mapping[str, Any]) -> list[str]:
    """Return the lines of an order's address as they are written in its country."""
    return checkout.Address.from_copy(address).formatted()


def _show_http_error(error: HTTPException) -> Response | HTTPException:
    code = error.code or 500
    if code < 400:
        return error
    response = show_error(ShopError(_PLAIN.get(code, _PLAIN[400])), status=code)
    for name, value in error.get_headers():
        if name not in {"Content-Type", "Content-Length"}:
            response.headers[name] = value
    return response


def _show_store_error(error: Exception) -> Response:
    if isinstance(error, DBAPIError) and not isinstance(error, OperationalError):
        return _show_bug(error)
    if isinstance(error, ClientError) and error.response["Error"]["Code"] == "NoSuchKey":
        return _show_bug(error)  # trying again brings no file back
    log.error("a store does not answer", extra={"reason": str(error), "path": _path()})
    return show_error(Unavailable(_STORE_DOWN))


def _show_unstorable(error: Exception) -> Response:
    log.warning("what was sent cannot be kept", exc_info=error, extra={"path": _path()})
    return show_error(Invalid(_UNSTORABLE))


def _show_bug(error: Exception) -> Response:
    log.error("a bug", exc_info=error, extra={"path": _path(), "method": request.method})
    body = render_template("errors/500.html", request_id=g.get("request_id", ""))
    return Response(body, 500, {"Cache-Control": "no-store"})


def _path() -> str:
    """Return the path for the log, without the token of an order's link: whoever has that may see the order."""
    token = (request.view_args or {}).get("token")
    return request.path.replace(token, "<token>") if token else request.path


_PLAIN: Mapping[int, str] = {
    400: "That request was not complete. Please go back, reload the page and try again.",
    405: "That address cannot be used this way. Please start from the page that links to it.",
    413: "That was too large to send. Please send something smaller.",
    415: "That kind of content cannot be read here.",
    429: "That was a little too often. Please wait a minute and try again.",
}
