"""A browser on its way to the checkout."""

import pytest
from flask.testing import FlaskClient

from tests import make


@pytest.fixture
def tide(app):
    """A print at 29 euros, of which five are here."""
    return make.variant(price=2900, stock=5)


@pytest.fixture
def shopper(client: FlaskClient, tide) -> FlaskClient:
    """A browser with one print in its cart."""
    client.post("/cart/lines", data={"variant": tide.id})
    return client
