"""A shopper without a cart, and one with two pieces in it."""

from dataclasses import replace

import pytest

from app.services import cart
from tests import make
from tests.make import Buyer


@pytest.fixture
def ada() -> Buyer:
    """Somebody who has not put anything in a cart yet."""
    return Buyer(cart_id=None, variant_id="")


@pytest.fixture
def tide(app):
    return make.variant(price=2900, stock=5)


@pytest.fixture
def shopper(app, ada, tide):
    """Ada with two of the variant in her cart."""
    return replace(ada, cart_id=cart.add(ada, tide.id, 2).id, variant_id=tide.id)
