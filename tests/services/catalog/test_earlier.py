"""The price that a reduction counts from: the least of the thirty days before it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app import clock, db
from app.money import Money
from app.services import catalog
from tests import make

_START = clock.now().replace(microsecond=0)


@pytest.fixture
def tide(app):
    with clock.at(_START):
        return make.product("Slack Tide", price=2900)


def sell(product, day, price, compare_at=None, **fields):
    """Save the first variant's prices on a day, and return the variant as it is read afterwards."""
    now = catalog.get_product_as_staff(product.id)
    prices = {"price": price and Money(price, "EUR"), "compare_at": compare_at and Money(compare_at, "EUR")}
    variants = (replace(now.variants[0], **prices), *now.variants[1:])
    with clock.at(_START + timedelta(days=day)):
        catalog.save_product(replace(now, variants=variants, **fields))
    return catalog.get_product_as_staff(product.id).variants[0]


def amounts(variant):
    return tuple(each and each.amount for each in (variant.was, variant.lowest))


def test_reduction_counts_from_the_price_that_was_paid(tide):
    assert amounts(sell(tide, 40, 1900, 2900)) == (2900, 2900)


def test_price_that_nobody_paid_is_not_counted_from(tide):
    assert amounts(sell(tide, 40, 1900, 4900)) == (2900, 2900)
    assert amounts(sell(tide, 41, 1900, 2500)) == (2500, 2900)  # less than that may be claimed


def test_compare_at_price_beside_a_price_that_stays_is_no_reduction(tide):
    assert amounts(sell(tide, 40, 2900, 3900)) == (None, 2900)


def test_sale_after_sale_counts_from_the_price_of_the_first(tide):
    sell(tide, 40, 1900, 2900)
    sell(tide, 50, 2900)

    assert amounts(sell(tide, 70, 2400, 2900)) == (None, 1900)
    assert amounts(sell(tide, 71, 1500, 2900)) == (1900, 1900)


def test_sale_is_forgotten_thirty_days_after_its_end(tide):
    sell(tide, 40, 1900, 2900)
    sell(tide, 50, 2900)

    assert amounts(sell(tide, 80, 2400, 2900)) == (None, 1900)
    sell(tide, 81, 2900)
    assert amounts(sell(tide, 112, 2400, 2900)) == (2900, 2900)


def test_reduction_keeps_its_price_before_for_as_long_as_it_lasts(tide):
    sell(tide, 40, 1900, 2900)

    assert amounts(sell(tide, 100, 1900, 2900, title="Slack Water")) == (2900, 2900)
    assert amounts(sell(tide, 101, 1900, 3100)) == (2900, 2900)
    assert amounts(sell(tide, 102, 1900)) == (None, None)


def test_least_of_many_prices_counts(tide):
    for day, price in enumerate((2500, 2700, 2100, 2600, 2300), start=40):
        sell(tide, day, price)

    assert amounts(sell(tide, 45, 2000, 2900)) == (2100, 2100)
    assert len(catalog.get_product_as_staff(tide.id).variants[0].past) == 2  # 21 and 23: what was higher is over


def test_price_of_a_draft_was_seen_by_nobody(tide):
    sell(tide, 1, 100, is_published=False)
    sell(tide, 40, 5900)

    assert amounts(sell(tide, 41, 1900, 2900, is_published=True)) == (2900, None)


def test_price_that_was_seen_before_a_product_was_hidden_counts(tide):
    sell(tide, 40, 2900, is_published=False)
    sell(tide, 45, 1900, 4900)

    assert amounts(sell(tide, 50, 1900, 4900, is_published=True)) == (2900, 2900)


def test_what_an_import_brings_with_a_variant_that_is_new_is_believed(tide):
    new = catalog.Variant(id=db.new_id(), price=Money(1900, "EUR"), compare_at=Money(2900, "EUR"))
    saved = catalog.save_product(replace(tide, variants=(*tide.variants, new)))

    assert amounts(saved.variants[1]) == (2900, None)


def test_time_without_a_price_is_none(tide):
    sell(tide, 40, None)

    assert amounts(sell(tide, 50, 1900, 2900)) == (2900, 2900)
    sell(tide, 60, None)
    assert amounts(sell(tide, 100, 1500, 2900)) == (2900, None)


def test_page_and_list_say_what_a_reduction_counts_from(client, tide):
    sell(tide, 40, 1900, 4900)

    page = client.get(tide.url).text
    assert "Lowest price of the 30 days before: €29.00" in page
    assert "€49.00" not in page
    [card] = catalog.cards([tide.id])
    assert (card.price, card.was) == (Money(1900, "EUR"), Money(2900, "EUR"))
