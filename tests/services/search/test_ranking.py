"""What is bought most: counted from confirmed orders of late, shown as an order of lists when there are figures."""

from datetime import timedelta

import pytest

from app import clock
from app.services import catalog, orders, search
from app.tasks import clock as jobs
from tests import make


@pytest.fixture
def bought(app):
    """One product that was bought, one that was only ordered, one that nobody wanted."""
    paid, unpaid = make.order(paid=True), make.order()
    other = make.product("Nobody")
    search.index_stale()
    return paid.lines[0].product_id, unpaid.lines[0].product_id, other.id


def listed(**how):
    return [card.id for card in search.list_products(sort="popular", **how).cards]


def test_rank_counts_confirmed_orders(bought):
    assert not search.list_products().has_popular

    jobs.rank_products()

    assert search.list_products().has_popular
    assert orders.count_bought(days=90) == {bought[0]: 1}
    assert listed()[0] == bought[0]


def test_rank_forgets_what_was_bought_long_ago(bought):
    jobs.rank_products()

    with clock.at(clock.now() + timedelta(days=91)):
        jobs.rank_products()

    assert not search.list_products().has_popular


def test_rank_changes_the_catalogue_only_when_a_figure_changes(bought):
    before = catalog.generation()

    assert search.rank({bought[2]: 3, "unknown": 9}) == 1
    after = catalog.generation()
    assert search.rank({bought[2]: 3}) == 0

    assert before != after == catalog.generation()
    assert listed()[0] == bought[2]


def test_figure_stays_when_the_product_is_written_anew(bought):
    search.rank({bought[2]: 3})

    search.index_products([bought[2]])

    assert listed()[0] == bought[2]
