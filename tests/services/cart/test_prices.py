"""Prices that changed while something lay in the cart: told, and agreed to before they are charged."""

import pytest

from app.errors import Conflict
from app.money import Money
from app.services import cart, inventory
from app.services.cart import changes
from tests import make


def test_risen_price_needs_consent(shopper, tide):
    make.reprice(tide, 3500)

    asked = cart.of(shopper)
    agreed = cart.accept_prices(shopper, subtotal_shown=7000)

    assert asked.lines[0].has_risen
    assert asked.subtotal == Money(7000, "EUR")
    assert not asked.can_be_ordered
    assert agreed.can_be_ordered
    assert agreed.revision == asked.revision + 1, "an order of the old prices is another order"


def test_consent_is_not_given_to_the_price_of_what_is_sold_out(app, shopper, tide):
    dune = make.variant(title="Dune", price=1000, stock=1)
    cart.add(shopper, dune.id, 1)
    level = inventory.levels([dune.id])[dune.id]
    inventory.adjust(dune.id, 0, version=level.version, reason="broken", actor="test")
    make.reprice(tide, 3500)
    make.reprice(dune, 9900)

    cart.accept_prices(shopper, subtotal_shown=7000)
    inventory.receive(dune.id, 1, reason="found again", actor="test")

    assert {line.variant_id: line.has_risen for line in cart.of(shopper).lines} == {tide.id: False, dune.id: True}


def test_consent_to_a_price_that_rose_again_is_refused(shopper, tide):
    make.reprice(tide, 9900)

    with pytest.raises(Conflict, match="changed again"):
        cart.accept_prices(shopper, subtotal_shown=7000)

    assert cart.of(shopper).has_risen


def test_consent_is_given_to_the_rest_when_another_tab_removes_a_line(app, shopper, tide):
    dune = make.variant(title="Dune", price=1000)
    cart.add(shopper, dune.id, 1)
    make.reprice(tide, 3500)
    make.reprice(dune, 2000)
    shown = cart.of(shopper)
    cart.remove(shopper, dune.id)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(changes, "read", lambda _: shown)  # before the other tab removed it
        cart.accept_prices(shopper, subtotal_shown=9000)

    assert [(line.variant_id, line.has_risen) for line in cart.of(shopper).lines] == [(tide.id, False)]


def test_adding_more_is_no_consent(shopper, tide):
    make.reprice(tide, 3500)

    assert cart.add(shopper, tide.id, 1).has_risen


def test_fallen_price_is_charged_and_told(shopper, tide):
    make.reprice(tide, 2000)

    contents = cart.of(shopper)

    assert contents.subtotal == Money(4000, "EUR")
    assert contents.lines[0].has_changed
    assert contents.can_be_ordered
