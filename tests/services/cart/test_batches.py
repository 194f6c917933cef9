"""What is sold from a least number, in steps and up to a most."""

from dataclasses import replace

import pytest

from app.errors import Conflict
from app.money import Money
from app.services import cart, catalog, inventory
from tests import make


@pytest.fixture
def sixes(app):
    """Something that is sold by the half dozen."""
    only = make.variant(title="Postcards", stock=50)
    [product] = catalog.find_products([catalog.find_variants([only.id])[only.id].product_id])
    catalog.save_product(replace(product, batch=catalog.Batch(least=6, step=6, most=18)))
    return only


def test_add_refuses_a_quantity_that_is_not_sold_and_says_which_is(app, ada, sixes):
    with pytest.raises(Conflict, match="from 6 pieces"):
        cart.add(ada, sixes.id, 1)
    who = replace(ada, cart_id=cart.add(ada, sixes.id, 6).id)
    with pytest.raises(Conflict, match=r"choose 6 or 12\. You have 6 in your cart already"):
        cart.add(who, sixes.id, 1)

    assert cart.count(who) == 6


def test_set_quantity_refuses_a_quantity_that_is_not_sold(app, ada, sixes):
    contents = cart.add(ada, sixes.id, 6)
    who = replace(ada, cart_id=contents.id)

    with pytest.raises(Conflict, match="At most 18"):
        cart.set_quantity(who, sixes.id, 24, version=contents.revision)

    assert cart.count(who) == 6
    assert cart.set_quantity(who, sixes.id, 12, version=contents.revision).count == 12


def test_less_than_the_least_that_is_sold_is_sold_out(app, ada, sixes):
    who = replace(ada, cart_id=cart.add(ada, sixes.id, 6).id)
    level = inventory.levels([sixes.id])[sixes.id]
    inventory.adjust(sixes.id, 5, version=level.version, reason="broken", actor="test")

    contents = cart.of(who)
    with pytest.raises(Conflict, match="sold out"):
        cart.add(ada, sixes.id, 6)

    assert contents.lines[0].is_gone
    assert not contents.lines[0].is_short
    assert contents.subtotal == Money(0, "EUR")
