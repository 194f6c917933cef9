import sys
from pathlib import Path

import pytest
from jinja2 import DictLoader, Environment

from app.compiled import Templates


@pytest.fixture
def kept(tmp_path, monkeypatch) -> Templates:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    kept = Templates()
    kept.directory = str(tmp_path / "kept")
    return kept


def render(kept: Templates, source: str) -> str:
    return (
        Environment(loader=DictLoader({"a": source}), bytecode_cache=kept, autoescape=True).get_template("a").render()
    )


def test_template_is_compiled_once_for_all_processes(kept, monkeypatch):
    render(kept, "one")
    monkeypatch.setattr(Environment, "compile", None)

    assert render(kept, "one") == "one"


def test_template_is_compiled_anew_when_it_has_changed(kept):
    render(kept, "one")

    assert render(kept, "two") == "two"


def test_template_is_rendered_where_nothing_can_be_kept(kept, tmp_path):
    (tmp_path / "kept").write_text("no folder")

    assert render(kept, "one") == "one"


def test_nothing_is_kept_where_python_keeps_no_bytecode(kept, monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    assert render(kept, "one") == "one"
    assert not Path(kept.directory).exists()
