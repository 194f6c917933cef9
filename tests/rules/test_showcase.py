"""The developers' page shows every component in every state, so that none is changed unseen (docs/look.md)."""

import re
from functools import cache
from pathlib import Path

import pytest
from lxml import html

from tests import showcase

APP = Path(__file__).parents[2] / "app"
PAGE = "".join(file.read_text() for file in sorted((APP / "templates/dev").glob("*.html")))
MACROS = [
    (file.name, name)
    for file in sorted((APP / "templates/ui").glob("*.html"))
    for name in re.findall(r"{%-? macro ([a-z]\w*)\(", file.read_text())
]
SHEETS = [file for file in sorted((APP / "static/css").glob("*.css")) if "@layer components" in file.read_text()]
MADE_BY_A_SCRIPT = {"zoom__picture", "zoom__stage--near"}
STEPS = re.compile(r"picture--[xy]\d+")  # of where a crop looks; one of them stands for all


@pytest.mark.parametrize(("file", "macro"), MACROS)
def test_every_macro_is_called_there(file, macro):
    assert re.search(rf'from "ui/{file}" import [^%]*\b{macro}\b', PAGE)
    assert re.search(rf"{{[{{%] ?(?:call )?[^}}]*\b{macro}\(", PAGE)


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_every_class_of_a_component_is_worn_there(sheet):
    text = re.sub(r"/\*.*?\*/|\"[^\"]*\"", "", sheet.read_text(), flags=re.DOTALL)
    selectors = " ".join(re.findall(r"([^{};]+){", text))
    classes = set(re.findall(r"\.([a-z][\w-]*)", selectors)) - MADE_BY_A_SCRIPT

    assert {name for name in classes if not STEPS.fullmatch(name)} - worn() == set()


@cache
def worn() -> set[str]:
    """Every class on the page, in its three frames and with its errors."""
    client = showcase.make_app().test_client()
    pages = [client.get(f"/dev/ui?frame={frame}") for frame in ("", "checkout", "admin")]
    assert {page.status_code for page in pages} == {200}
    return {name for page in pages for name in " ".join(html.fromstring(page.text).xpath("//@class")).split()}
