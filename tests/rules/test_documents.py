"""Documents that must keep up with the code."""

from dataclasses import fields
from pathlib import Path

import pytest

from app.config import Config

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.mark.parametrize("name", [field.name for field in fields(Config)])
def test_every_setting_is_documented(name: str) -> None:
    assert f"`SHOP_{name.upper()}`" in (ROOT / "docs/configuration.md").read_text(encoding="utf-8")
