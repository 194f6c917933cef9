"""A small theme: an owner's folder with tokens, a template and a picture of their own, laid over the shop."""

import re

import pytest

from app import create_app, db
from app.config import Config, ConfigError


@pytest.fixture
def theme(tmp_path):
    """A theme with one of each."""
    files = {
        "static/css/theme.css": ':root { --paper: oklch(99% 0 0); }\n.brand { background: url("../img/leaf.svg"); }\n',
        "static/css/hero.css": "@layer components {\n  .hero { color: red; }\n}\n",
        "static/img/leaf.svg": "<svg xmlns='http://www.w3.org/2000/svg'/>",
        "static/img/icon.svg": "<svg xmlns='http://www.w3.org/2000/svg' id='mine'/>",
        "templates/base.html": '{% extends "stoa/base.html" %}{% block footer_line %}Printed in Leipzig.{% endblock %}',
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


@pytest.fixture
def themed(app, shop_settings, theme):
    """A stranger in the shop with the theme on."""
    themed = create_app(Config.from_env(shop_settings | {"SHOP_THEME_DIR": str(theme)}))
    yield themed.test_client()
    themed.extensions["stores"].close()
    themed.extensions["push"].close()
    for database in db.BOTH:
        database.engine.dispose()
        database.open(shop_settings[f"SHOP_{database.name.upper()}_URL"])


def sheet_of(client):
    address = re.search(r'<link rel="stylesheet" href="([^"]+)"', client.get("/").text)[1]
    return address, client.get(address).text


def test_theme_is_laid_over_the_shop(themed, client):
    page = themed.get("/").text
    _, sheet = sheet_of(themed)

    assert "Printed in Leipzig." in page
    assert '<header class="header">' in page  # the rest is the shop's
    assert sheet.index("--paper: oklch(99% 0 0)") > sheet.index("@media print")  # it comes last
    assert ".hero { color: red; }" in sheet
    assert ".hero__title" not in sheet
    picture = re.search(r'url\("(/static/\w+/img/leaf\.svg)"\)', sheet)[1]
    assert themed.get(picture).status_code == 200
    icon = re.search(r'<link rel="icon" href="([^"]+)"', page)[1]
    assert "mine" in themed.get(icon).text


def test_shop_without_the_theme_is_as_it_was(themed, client):
    themed.get("/")

    address, sheet = sheet_of(client)

    assert "Printed in Leipzig." not in client.get("/").text
    assert ".hero__title" in sheet
    assert address != sheet_of(themed)[0]


def test_folder_that_does_not_exist_keeps_the_shop_from_starting(shop_settings):
    with pytest.raises(ConfigError, match="SHOP_THEME_DIR"):
        Config.from_env(shop_settings | {"SHOP_THEME_DIR": "/nowhere"})
