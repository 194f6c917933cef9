"""The files a browser fetches: read once, named by their content, packed when first asked for, kept for a year.

A style sheet's `@import "part.css";` lines are replaced by the parts, so a page kind costs one request and no build;
comments in style sheets, and indents and those comments of our scripts that have lines of their own, are not sent.
The one rule: a page names a file only through `url()`, in templates `asset()`; only an address with its hash is kept.
"""

import gzip
import hashlib
import mimetypes
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path, PurePosixPath
from posixpath import normpath

import brotli
from flask import Flask, Response, abort, current_app, g, request

FOLDER = Path(__file__).parent / "static"
FOREVER = "public, max-age=31536000, immutable"

_IMPORT = re.compile(r'^@import "(?P<name>[\w./-]+)";\n', re.MULTILINE)
_URL = re.compile(r'url\("(?P<name>\.\./[\w./-]+)"\)')
_COMMENT = re.compile(r"/\*.*?\*/\s*", re.DOTALL)
_NOTE = re.compile(rb"^[ \t]*//.*\n|^[ \t]+", re.MULTILINE)
_CUSTOMERS, _OWN = "css/store.css", "css/theme.css"
_TEXT = {".css", ".js", ".json", ".svg", ".txt"}
_KINDS = {
    ".js": "text/javascript",
    ".json": "application/speculationrules+json",  # the only JSON here says what a browser may fetch ahead
    ".woff2": "font/woff2",
}


@dataclass(frozen=True)
class Asset:
    """One file as it is sent: its body, its address, and its compressed forms by content coding."""

    url: str
    digest: str
    kind: str
    body: bytes
    is_text: bool

    @cached_property
    def encoded(self) -> Mapping[str, bytes]:
        """The compressed forms. Packing takes a hundred times what reading does, and pages only need addresses."""
        return {"br": brotli.compress(self.body), "gzip": gzip.compress(self.body, mtime=0)} if self.is_text else {}


def register(app: Flask) -> None:
    """Serve `static/` and give templates `asset("css/store.css")`. In development changed files are read anew."""
    app.add_url_rule("/static/<digest>/<path:name>", "asset", _send)
    app.jinja_env.globals["asset"] = url


def url(name: str) -> str:
    """Return the address of a static file, which changes with its content."""
    return _assets()[name].url


def _assets() -> Mapping[str, Asset]:
    settings = current_app.extensions.get("config")
    theme = Path(settings.theme_dir) / "static" if settings and settings.theme_dir else None
    return _read(FOLDER, _stamp(theme), theme)


def _stamp(theme: Path | None) -> int:
    """Return what changes with any file, looked at once a request; always the same where none is read anew."""
    if not current_app.config["TEMPLATES_AUTO_RELOAD"]:
        return 0
    if "assets_stamp" not in g:
        g.assets_stamp = max(map(_newest, filter(None, (FOLDER, theme))))
    stamp: int = g.assets_stamp
    return stamp


def _send(digest: str, name: str) -> Response:
    found = _assets().get(name) or abort(404)
    return _answer(found, is_current=digest == found.digest)


def _answer(asset: Asset, *, is_current: bool) -> Response:
    """Send the smallest form the browser takes.

    A foreign hash is what a page of the release before or after asks for while both serve: it gets this release's
    file, uncached.
    """
    encoding = request.accept_encodings.best_match(asset.encoded)
    response = Response(asset.encoded[encoding] if encoding else asset.body, mimetype=asset.kind)
    if encoding:
        response.content_encoding = encoding
    response.headers["Cache-Control"] = FOREVER if is_current else "no-cache"
    response.vary.add("Accept-Encoding")
    response.set_etag(f"{asset.digest}-{encoding or 'plain'}")
    response.make_conditional(request)
    return response


def _newest(folder: Path) -> int:
    return max((path.stat().st_mtime_ns for path in folder.rglob("*")), default=0)


@lru_cache(maxsize=4)
def _read(folder: Path, _stamp: int, theme: Path | None = None) -> Mapping[str, Asset]:
    """Read every file below `folder`, those of a theme in their place; style sheets last, for they name the others."""
    assets: dict[str, Asset] = {}
    paths = _names(folder) | (_names(theme) if theme else {})
    for name in sorted(paths, key=lambda name: (name.endswith(".css"), name)):
        body = _style_sheet(name, paths, assets) if name.endswith(".css") else paths[name].read_bytes()
        assets[name] = _make(name, _NOTE.sub(b"", body) if name.startswith("js/") else body)
    return assets


def _names(folder: Path) -> dict[str, Path]:
    return {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}


def _make(name: str, body: bytes) -> Asset:
    suffix = Path(name).suffix
    digest = hashlib.sha256(body).hexdigest()[:12]
    kind = _KINDS.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    return Asset(url=f"/static/{digest}/{name}", digest=digest, kind=kind, body=body, is_text=suffix in _TEXT)


def _style_sheet(name: str, paths: Mapping[str, Path], assets: Mapping[str, Asset]) -> bytes:
    """Join a style sheet with the parts it imports, drop the comments, and point it at hashed addresses.

    A theme's own sheet comes last in what customers see.
    """
    folder = PurePosixPath(name).parent
    text = _IMPORT.sub(lambda found: paths[str(folder / found["name"])].read_text(), paths[name].read_text())
    if name == _CUSTOMERS and _OWN in paths:
        text += paths[_OWN].read_text()

    def hashed(found: re.Match[str]) -> str:
        return f'url("{assets[normpath(folder / found["name"])].url}")'

    return _URL.sub(hashed, _COMMENT.sub("", text)).encode()
