"""A shopper without a cart."""

import pytest

from tests.make import Buyer


@pytest.fixture
def ada() -> Buyer:
    """Somebody who has not put anything in a cart yet."""
    return Buyer(cart_id=None, variant_id="")
