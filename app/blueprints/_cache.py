"""Pages for strangers: the same for everybody, so they are kept whole.

A visitor with a cart gets the same page with a badge of their own put in, on the server. The one rule: a kept view
reads nothing of the request but its address and the query parameters it names.
"""

import gzip
import hashlib
from collections.abc import Callable
from functools import lru_cache, wraps
from pathlib import Path
from typing import ParamSpec

from flask import Response, current_app, g, render_template, request

from app import config
from app.blueprints._access import shopper
from app.blueprints._pages import wants_part
from app.services import cart, pages

P = ParamSpec("P")
_LONGEST = 200  # characters of a parameter that can matter
_SOURCES = Path(__file__).resolve().parent.parent


def kept(*parameters: str) -> Callable[[Callable[P, Response]], Callable[P, Response]]:
    """Keep the answers of a GET view that depends on its address and on these query parameters only."""

    def decorate(view: Callable[P, Response]) -> Callable[P, Response]:
        @wraps(view)
        def answer(*args: P.args, **kwargs: P.kwargs) -> Response:
            g.page_state = pages.state()
            query = [f"{name}={request.args[name][:_LONGEST]}" for name in sorted(parameters) if name in request.args]
            key = [_release(), *g.page_state, "part" if wants_part() else "page", request.path, *query]
            g.cart_count = 0
            return _answer(pages.fetch(key, lambda: _pack(view(*args, **kwargs).get_data())))

        return answer

    return decorate


def _pack(body: bytes) -> bytes:
    # gzip, which every browser takes, also without https; it is made once and lies in the cache as it is sent.
    return gzip.compress(body, 6, mtime=0)


def _answer(packed: bytes) -> Response:
    """Put the visitor's badge where the stranger's is, and let browsers ask whether anything changed."""
    visitor = shopper()
    pieces = cart.count(visitor)
    if pieces:
        stranger = render_template("cart/_badge.html", cart_count=0).encode()
        own = render_template("cart/_badge.html", cart_count=pieces).encode()
        packed = _pack(gzip.decompress(packed).replace(stranger, own, 1))
    is_packed = request.accept_encodings.quality("gzip") > 0
    response = Response(packed if is_packed else gzip.decompress(packed), mimetype="text/html")
    if is_packed:
        response.content_encoding = "gzip"
    response.vary.update(("HX-Request-Type", "Cookie", "Accept-Encoding"))
    response.headers["Cache-Control"] = "private, no-cache"
    if visitor.cart_id is None:
        response.headers["CDN-Cache-Control"] = "public, max-age=1"
    response.set_etag(hashlib.sha256(packed).hexdigest()[:20], weak=True)
    response.make_conditional(request)
    return response


def _release() -> str:
    """Return what else a page is made of: the templates, the static files and the settings that it shows."""
    settings = config.current()
    shown = (settings.name, settings.currency, str(settings.vat_rate), settings.origin)
    return f"{shown}{_newest_source() if current_app.config['TEMPLATES_AUTO_RELOAD'] else _sources_at_start()}"


@lru_cache(maxsize=1)
def _sources_at_start() -> str:
    return _newest_source()


def _newest_source() -> str:
    files = [path for name in ("templates", "static") for path in (_SOURCES / name).rglob("*") if path.is_file()]
    return f"{len(files)}-{max(path.stat().st_mtime_ns for path in files)}"
