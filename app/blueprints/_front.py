"""The door in front of Flask: pages that this process gave lately are given again without asking anything further.

Flask makes a page and all its headers; the door sends it, the first time and every later time, in the coding the
browser takes, with the visitor's own badge in its slot. The one rule: a page is given only while the state of the
shop, at most a second old, is the one it was made in (docs/decisions, 14).
"""

import gzip
import secrets
import threading
from collections.abc import Iterable
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import brotli
from flask import Flask, Response, request
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header, parse_cookie

from app import config
from app.blueprints._access import Shopper, cart_of_cookie
from app.services import cart, pages

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_PAGE = "stoa.page"  # where a view leaves the page that the door is to send
_MOST_BYTES = 8_000_000  # of pages and their addresses, in each process
_QUICK = 5  # brotli's quality: smaller than gzip's best, as quick as its middle
_QUICKEST = 1  # gzip's level for what is sent once
_WORTH_PACKING = 1000  # bytes
_OF_THE_BODY = {"content-type", "content-encoding", "content-length"}
_VARIES = ("HX-Request-Type", "Cookie", "Accept-Encoding")
_Headers = list[tuple[str, str]]


class _Kept:
    """A page with the headers that Flask gave it."""

    __slots__ = ("brotli", "headers", "page", "state", "tag")

    def __init__(self, page: pages.Packed, state: pages.State, headers: _Headers) -> None:
        self.page = page
        self.state = state
        self.headers = headers
        self.tag = sha256(page.body).hexdigest()[:20]
        self.brotli = b""  # made when it is first asked for

    def body(self, badge: bytes | None, coding: str) -> bytes:
        """Return the page in a coding; `badge` fills the slot, None leaves the stranger's."""
        if badge is not None:
            packed = self.page.filled(badge)
            return packed if coding else gzip.decompress(packed)
        if coding == "br":
            self.brotli = self.brotli or brotli.compress(self.page.plain(), quality=_QUICK)
            return self.brotli
        return self.page.body if coding else self.page.plain()


def register(app: Flask) -> None:
    """Put the door in front of the app, and pack what does not go through it."""
    app.after_request(_pack)
    app.wsgi_app = _Front(app, app.wsgi_app)  # type: ignore[method-assign]


def answer_with(page: pages.Packed, state: pages.State, *, is_known: bool) -> Response:
    """Answer a kept page. `is_known`: it may be given again to whoever sends the same path and query."""
    request.environ[_PAGE] = (page, state, is_known)
    response = Response(mimetype="text/html")
    response.vary.update(_VARIES)
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _pack(response: Response) -> Response:
    """Pack a page that is one visitor's own. No page repeats what a stranger sent beside a secret (BREACH)."""
    if response.mimetype != "text/html" or _PAGE in request.environ or response.is_streamed:
        return response
    response.vary.add("Accept-Encoding")
    takes_it = _coding(request.headers.get("Accept-Encoding", ""), may_be_brotli=False)
    if takes_it and (response.content_length or 0) >= _WORTH_PACKING:
        response.set_data(gzip.compress(response.get_data(), _QUICKEST, mtime=0))
        response.content_encoding = "gzip"
    return response


@lru_cache(maxsize=128)
def badge(app: Flask, pieces: int) -> bytes:
    """Return the badge of a cart with so many pieces, as it stands in pages."""
    with app.test_request_context():
        return app.jinja_env.get_template("cart/_badge.html").render(cart_count=lambda: pieces).encode()


class _Front:
    """The WSGI application that holds the door."""

    def __init__(self, app: Flask, inner: "WSGIApplication") -> None:
        self._app = app
        self._inner = inner
        self._settings: config.Config = app.extensions["config"]
        self._cookie = self._settings.cookie("cart")
        self._state = pages.known_of(app)
        self._kept: dict[tuple[str, str, bool], _Kept] = {}
        self._size = 0
        self._remembering = threading.Lock()
        self._is_open = not app.config["TEMPLATES_AUTO_RELOAD"]

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
            return self._inner(environ, start_response)
        kept = self._kept.get(_key(environ))
        if kept is None or kept.state != self._state.fresh():
            return self._ask(environ, start_response)
        headers = [*kept.headers, ("X-Request-Id", environ.get("HTTP_X_REQUEST_ID", "")[:64] or secrets.token_hex(10))]
        return self._send(kept, headers, environ, start_response)

    def _ask(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Have Flask answer; when it made a page that is kept, send that, and remember it."""
        held: list[Any] = []

        def hold(status: str, headers: _Headers, *rest: Any) -> Any:
            if _PAGE in environ and status.startswith("200"):
                held.append(headers)
                return lambda _: None
            return start_response(status, headers, *rest)

        body = self._inner(environ, hold)
        if not held:
            return body
        if hasattr(body, "close"):
            body.close()
        page, state, is_known = environ[_PAGE]
        headers = [(name, value) for name, value in held[0] if name.lower() != "content-length"]
        lasting = [(name, value) for name, value in headers if name != "X-Request-Id"]
        kept = _Kept(page, state, lasting)
        if is_known and self._is_open and not any(name == "Set-Cookie" for name, _ in lasting):
            self._remember(_key(environ), kept)
        return self._send(kept, headers, environ, start_response)

    def _send(
        self, kept: _Kept, headers: _Headers, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        cart_id = self._cart_of(environ)
        if cart_id is None:
            headers.append(("CDN-Cache-Control", "public, max-age=1"))
        pieces = _count(cart_id)
        tag = f'"{kept.tag}-{pieces}"'
        headers.append(("ETag", f"W/{tag}"))
        known = environ.get("HTTP_IF_NONE_MATCH", "")
        if tag in known or known.strip() == "*":
            start_response("304 NOT MODIFIED", [each for each in headers if each[0].lower() not in _OF_THE_BODY])
            return []
        coding = _coding(environ.get("HTTP_ACCEPT_ENCODING", ""), may_be_brotli=not pieces)
        body = kept.body(badge(self._app, pieces) if pieces else None, coding)
        if coding:
            headers.append(("Content-Encoding", coding))
        headers.append(("Content-Length", str(len(body))))
        start_response("200 OK", headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    def _cart_of(self, environ: "WSGIEnvironment") -> str | None:
        cookies = environ.get("HTTP_COOKIE", "")
        if self._cookie not in cookies:
            return None
        return cart_of_cookie(parse_cookie(cookies).get(self._cookie), self._settings)

    def _remember(self, key: tuple[str, str, bool], kept: _Kept) -> None:
        """Keep a page in the place of the oldest; those of an older state are replaced as they are asked for."""
        with self._remembering:
            before = self._kept.pop(key, None)
            self._kept[key] = kept
            self._size += _size(key, kept) - (_size(key, before) if before else 0)
            while self._size > _MOST_BYTES:
                oldest = next(iter(self._kept))
                self._size -= _size(oldest, self._kept.pop(oldest))


def _key(environ: "WSGIEnvironment") -> tuple[str, str, bool]:
    return environ["PATH_INFO"], environ["QUERY_STRING"], environ.get("HTTP_HX_REQUEST_TYPE") == "partial"


def _size(key: tuple[str, str, bool], kept: _Kept) -> int:
    """Return what a page takes, with its address: that is as long as whoever asked would have it."""
    return len(key[0]) + len(key[1]) + len(kept.page.body)


def _count(cart_id: str | None) -> int:
    try:
        return cart.count(Shopper(cart_id))
    except (OperationalError, PoolTimeout):  # a page that is kept is shown also while the carts are away
        return 0


@lru_cache(maxsize=64)
def _coding(accepted: str, *, may_be_brotli: bool) -> str:
    """Return the coding to send: what the browser likes best of brotli and gzip, or nothing."""
    accept = parse_accept_header(accepted, Accept)
    if may_be_brotli and accept.quality("br") and accept.quality("br") >= accept.quality("gzip"):
        return "br"
    return "gzip" if accept.quality("gzip") else ""
