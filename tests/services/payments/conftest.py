"""Shops of several kinds."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask


@pytest.fixture
def captures_on_shipping(app: Flask) -> Iterator[None]:
    """A shop that charges when the parcel leaves."""
    before = app.extensions["config"]
    app.extensions["config"] = replace(before, capture="on_shipping")
    yield
    app.extensions["config"] = before
