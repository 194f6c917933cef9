"""Documents that must keep up with the code."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from app.config import Config

ROOT = Path(__file__).resolve().parent.parent.parent
_CARD = re.compile(r"\b\d{4} \d{4} \d{4} \d{4}\b")


@pytest.mark.parametrize("name", [field.name for field in fields(Config)])
def test_every_setting_is_documented(name: str) -> None:
    assert f"`SHOP_{name.upper()}`" in (ROOT / "docs/configuration.md").read_text(encoding="utf-8")


def test_readme_and_bin_dev_name_the_same_cards() -> None:
    readme, greeting = ((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "bin/launcher/dev.py"))

    assert set(_CARD.findall(readme)) == set(_CARD.findall(greeting)) != set()
