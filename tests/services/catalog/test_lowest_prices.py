"""The lowest price of the 30 days before a reduction (https://eur-lex.europa.eu/eli/dir/1998/6/2022-05-28, 6a)."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import clock
from app.money import Money
from app.services import catalog, search
from tests import make

START = datetime(2027, 1, 4, 9, tzinfo=UTC)
SAID = "Lowest price of the 30 days before: "

Sell = Callable[..., None]


def euros(amount: int | None) -> Money | None:
    return None if amount is None else Money(amount, "EUR")


def variant() -> catalog.Variant:
    [product] = catalog.find_products(catalog.list_ids("products"))
    return product.variants[0]


@pytest.fixture
def sell(app: Flask) -> Sell:
    """Sell a print of 30 euros at another price, so many days after it was put up; strike one through beside it."""
    make.product("Tide", slug="tide", price=3000)

    def at(day: int, price: int | None, *, was: int | None = None, is_published: bool = True) -> None:
        [product] = catalog.find_products(catalog.list_ids("products"))
        changed = replace(product.variants[0], price=euros(price), compare_at=euros(was))
        with clock.at(START + timedelta(days=day)):
            catalog.save_product(replace(product, variants=(changed,), is_published=is_published))

    return at


def test_price_that_never_changed_has_none_before(sell: Sell) -> None:
    sell(1, 3000, was=4000)

    assert variant().lowest_before is None


def test_sale_that_follows_another_names_the_price_of_the_other(sell: Sell) -> None:
    sell(40, 2000, was=3500)
    first = variant().lowest_before
    sell(50, 3000)
    sell(52, 2500, was=3500)
    second = variant().lowest_before
    sell(83, 2400, was=3500)

    assert (first, second) == (euros(3000), euros(2000))
    assert variant().lowest_before == euros(2500)
    assert len(variant().earlier) == 1, "what is too long ago is forgotten"


def test_change_of_other_things_changes_no_price(sell: Sell) -> None:
    sell(40, 2000, was=3500)
    sell(90, 2000, was=2900)

    assert variant().lowest_before == euros(3000)


def test_price_that_customers_never_saw_is_none_of_them(sell: Sell) -> None:
    sell(1, 3000, is_published=False)
    sell(2, 100, is_published=False)
    sell(3, 2800, was=4000)

    assert variant().lowest_before == euros(3000)


def test_price_of_before_it_was_out_of_the_shop_for_long_is_none_of_them(sell: Sell) -> None:
    sell(1, 3000, is_published=False)
    sell(60, 3000, was=4000)

    assert variant().lowest_before is None


def test_price_that_was_taken_away_is_one_of_them(sell: Sell) -> None:
    sell(1, None)
    sell(20, 2800, was=4000)
    recent = variant().lowest_before
    sell(21, None)
    sell(60, 2700, was=4000)

    assert (recent, variant().lowest_before) == (euros(3000), None)


def test_lowest_is_that_of_the_days_whatever_the_prices_did(sell: Sell) -> None:
    chance, day, price, spans = random.Random(98), 0, 3000, list[tuple[int, int]]()
    for _ in range(60):
        day += chance.randint(1, 20)
        spans.append((price, day))
        price = chance.choice([each for each in range(1000, 4000, 500) if each != price])
        sell(day, price)

        lowest = min(each for each, until in spans if until > day - 30)
        assert variant().lowest_before == euros(lowest)


@pytest.mark.parametrize("address", ["/products/tide", "/products"])
def test_page_and_card_name_it_beside_a_reduction(client: FlaskClient, sell: Sell, address: str) -> None:
    sell(40, 2000, was=3500)
    search.index_stale()

    assert f"{SAID}€30.00" in client.get(address).text


@pytest.mark.parametrize("was", [None, 3000, 2900])
def test_page_names_no_price_that_is_not_below_the_one_struck_through(
    client: FlaskClient, sell: Sell, was: int | None
) -> None:
    sell(40, 2000, was=was)

    assert SAID not in client.get("/products/tide").text
