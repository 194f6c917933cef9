"""A product that becomes a gift card and goods again: the pieces that lie nowhere come and go with it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app import clock
from app.errors import Conflict
from app.services import catalog, inventory
from tests import make


@pytest.fixture
def tide(app):
    """Goods, four of them on the shelf."""
    return make.product("Slack Tide", slug="tide", stock=4)


def edit(**changes):
    product = catalog.find_by_slug("tide")
    return catalog.edit_product("staff:cleo", replace(product, **changes), version=product.revision)


def level():
    [variant] = catalog.find_by_slug("tide").variants
    return inventory.level_as_staff(variant.id)


def test_goods_again_have_as_many_as_before(tide):
    edit(is_gift_card=True)
    edit(title="Gift card")
    edit(is_gift_card=False)

    newest = inventory.movements(tide.variants[0].id)[0]
    assert level().on_hand == 4
    assert (newest.change, newest.reason) == (-10_000, "No gift card any more")
    edit(title="Slack Tide")
    assert level().on_hand == 4


def test_a_gift_card_again_has_a_new_run(tide):
    for is_gift_card in (True, False, True):
        edit(is_gift_card=is_gift_card)
    assert level().on_hand == 10_004

    edit(is_gift_card=False)
    assert level().on_hand == 4


def test_what_was_sold_of_a_run_and_what_is_promised_of_it_is_not_taken_twice(tide):
    edit(is_gift_card=True)
    until = clock.now() + timedelta(minutes=30)
    [variant] = tide.variants
    inventory.reserve("sold", {variant.id: 3}, until=until)
    inventory.sell("sold")
    inventory.reserve("held", {variant.id: 6}, until=until)

    edit(is_gift_card=False)

    assert (level().on_hand, level().available) == (6, 0)


def test_a_refused_edit_gives_no_run_and_takes_none(tide):
    make.product("Other", slug="other")
    with pytest.raises(Conflict):
        edit(is_gift_card=True, slug="other")
    assert level().on_hand == 4
    edit(is_gift_card=True)

    with pytest.raises(Conflict):
        catalog.edit_product("staff:cleo", replace(tide, is_gift_card=False), version=tide.revision)

    assert level().on_hand == 10_004
