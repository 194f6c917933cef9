import gzip
import os
import re
import time

import brotli
import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import assets


@pytest.fixture
def app() -> Flask:
    app = Flask("app", static_folder=None)
    assets.register(app)
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def url(app: Flask, name: str) -> str:
    with app.app_context():
        return assets.url(name)


def test_asset_is_kept_forever_and_sent_compressed(app, client):
    answer = client.get(url(app, "css/store.css"), headers={"Accept-Encoding": "gzip, deflate, br"})

    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Content-Encoding"] == "br"
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.mimetype == "text/css"
    assert brotli.decompress(answer.data).decode().startswith("@layer reset, base, components, pages, utilities;")


@pytest.mark.parametrize(
    ("accepts", "coding", "decode"), [("gzip", "gzip", gzip.decompress), ("identity", None, bytes)]
)
def test_asset_is_sent_in_a_form_the_browser_takes(app, client, accepts, coding, decode):
    answer = client.get(url(app, "img/icon.svg"), headers={"Accept-Encoding": accepts})

    assert answer.headers.get("Content-Encoding") == coding
    assert decode(answer.data) == (assets.FOLDER / "img/icon.svg").read_bytes()


def test_script_is_sent_without_its_comments_and_indents(app, client):
    sent = client.get(url(app, "js/cart.js")).text

    assert sent.startswith('customElements.define("cart-drawer"')
    assert not re.search(r"^[ \t]|^//", sent, re.MULTILINE)


def test_asset_is_not_sent_again_when_the_browser_has_it(app, client):
    etag = client.get(url(app, "css/store.css")).headers["ETag"]

    answer = client.get(url(app, "css/store.css"), headers={"If-None-Match": etag})

    assert answer.status_code == 304
    assert not answer.data


def test_asset_of_another_release_is_answered_but_not_kept(client):
    answer = client.get("/static/000000000000/css/store.css")

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("name", ["css/nothing.css", "../config.py", "css/../../config.py"])
def test_asset_refuses_what_is_no_static_file(client, name):
    assert client.get(f"/static/000000000000/{name}").status_code == 404


def test_style_sheet_is_joined_and_points_at_hashed_files(app, client):
    text = client.get(url(app, "css/store.css")).text

    assert "@import" not in text
    assert "/*" not in text
    named = re.findall(r'url\("([^"]+)"\)', text)
    assert named
    assert set(named) == {url(app, name.split("/", 3)[3]) for name in named}


def test_style_sheet_changes_its_address_with_any_of_its_parts(tmp_path):
    (tmp_path / "whole.css").write_text('@import "part.css";\n')
    (tmp_path / "part.css").write_text("a { color: red; }")
    before = assets._read(tmp_path, 1)["whole.css"].url

    (tmp_path / "part.css").write_text("a { color: blue; }")
    after = assets._read(tmp_path, 2)["whole.css"].url

    assert before != after


def test_changed_file_shows_at_the_next_request_in_development(app, client, monkeypatch, tmp_path):
    monkeypatch.setattr(assets, "FOLDER", tmp_path)
    app.config["TEMPLATES_AUTO_RELOAD"] = True
    sheet = tmp_path / "theme.css"
    sheet.write_text("a { color: red; }")
    before = url(app, "theme.css")

    sheet.write_text("a { color: blue; }")
    os.utime(sheet, ns=(0, time.time_ns() + 1_000_000_000))
    after = url(app, "theme.css")

    assert before != after
    assert client.get(after).text == "a { color: blue; }"


def test_first_view_keeps_within_its_budgets():
    """Compressed bytes (DESIGN, Pages, speed, caches). Extended letters are fetched by the pages that have them."""
    found = assets._read(assets.FOLDER, 0)
    scripts = [asset for name, asset in found.items() if name.startswith(("js/", "vendor/")) and name.endswith(".js")]
    fonts = [asset for name, asset in found.items() if name.endswith(".woff2") and not name.endswith("-ext.woff2")]

    assert len(found["css/store.css"].encoded["br"]) <= 14_000
    assert len(found["css/admin.css"].encoded["br"]) <= 14_000
    assert sum(len(script.encoded["br"]) for script in scripts) <= 20_000
    assert sum(len(font.body) for font in fonts) <= 40_000
