"""Pages for strangers: the same for everybody, so they are kept whole.

The one rule: a kept view reads nothing of the request but its address and the query parameters it names. `_front.py`
sends what is kept, with the visitor's own badge in its slot.
"""

from collections.abc import Callable
from functools import lru_cache, wraps
from hashlib import sha256
from pathlib import Path
from typing import ParamSpec

from flask import Response, current_app, g, request

from app import config
from app.blueprints import _front
from app.blueprints._pages import wants_part
from app.services import pages

P = ParamSpec("P")
_SOURCES = Path(__file__).resolve().parent.parent


class _AnotherAnswer(Exception):
    """The view answered something that is not a page to keep: a redirect."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


def kept(*parameters: str) -> Callable[[Callable[P, Response]], Callable[P, Response]]:
    """Keep the answers of a GET view that depends on its address and on these query parameters only."""

    def decorate(view: Callable[P, Response]) -> Callable[P, Response]:
        @wraps(view)
        def answer(*args: P.args, **kwargs: P.kwargs) -> Response:
            g.page_state = pages.state()
            g.cart_count = 0
            if not config.current().keep_pages:
                return _front.answer_with(_pack(view(*args, **kwargs)), g.page_state, is_known=False)
            # As sent, whole and marked off from each other: what a view tells apart must not share a page.
            asked = [(name, values) for name in sorted(parameters) if any(values := request.args.getlist(name))]
            key = [_release(), *g.page_state, "part" if wants_part() else "page", request.path, repr(asked)]
            try:
                page = pages.fetch(key, lambda: _pack(view(*args, **kwargs)))
            except _AnotherAnswer as other:
                return other.response
            return _front.answer_with(page, g.page_state, is_known=set(request.args) <= set(parameters))

        return answer

    return decorate


def _pack(response: Response) -> pages.Packed:
    if response.status_code != 200:
        raise _AnotherAnswer(response)
    return pages.Packed.of(response.get_data(), _front.badge(current_app, 0))


def _release() -> str:
    """Return what else a page is made of: the templates, the static files and the settings that it shows."""
    settings = config.current()
    shown = (settings.name, settings.currency, str(settings.prices_include_tax), settings.origin, settings.theme_dir)
    return f"{shown}{_newest_source() if current_app.config['TEMPLATES_AUTO_RELOAD'] else _sources_at_start()}"


@lru_cache(maxsize=1)
def _sources_at_start() -> str:
    return _newest_source()


def _newest_source() -> str:
    folders = [_SOURCES / "templates", _SOURCES / "static", *map(Path, filter(None, [config.current().theme_dir]))]
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    stamps = [(str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in sorted(files)]
    return sha256(repr(stamps).encode()).hexdigest()[:20]
