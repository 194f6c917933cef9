"""The declared rates: what is offered, what it costs, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.money import Money
from app.services import shipping
from app.services.shipping.rules import ZONES

SMALL = Money(20_00, "EUR")


def test_options_are_offered_cheapest_first_with_days() -> None:
    ways = shipping.options("DE", 800, SMALL)

    assert [(way.code, way.name, way.carrier, way.price.amount, way.days) for way in ways] == [
        ("standard", "Standard", "UPS", 490, (1, 3)),
        ("express", "Express", "UPS", 1290, (1, 1)),
    ]


@pytest.mark.parametrize(("grams", "price"), [(0, 490), (2_000, 490), (2_001, 690), (5_001, 990), (30_000, 1490)])
def test_options_price_by_weight(grams: int, price: int) -> None:
    assert shipping.options("DE", grams, SMALL)[0].price == Money(price, "EUR")


@pytest.mark.parametrize(("subtotal", "price"), [(79_99, 490), (80_00, 0), (80_01, 0)])
def test_standard_is_free_from_a_subtotal(subtotal: int, price: int) -> None:
    assert shipping.options("DE", 500, Money(subtotal, "EUR"))[0].price.amount == price


@pytest.mark.parametrize(("country", "grams"), [("KP", 500), ("", 500), ("DE", 30_001)])
def test_options_are_none_when_too_far_or_too_heavy(country: str, grams: int) -> None:
    assert shipping.options(country, grams, SMALL) == []


def test_each_country_stands_in_one_zone_and_has_standard_delivery() -> None:
    assert len(shipping.countries()) == sum(len(zone.countries) for zone in ZONES)
    for country in shipping.countries():
        assert "standard" in {way.code for way in shipping.options(country, 500, SMALL)}


@given(country=st.sampled_from(shipping.countries()), grams=st.integers(0, 40_000), more=st.integers(0, 5_000))
def test_a_heavier_parcel_never_costs_less(country: str, grams: int, more: int) -> None:
    light = {way.code: way.price.amount for way in shipping.options(country, grams, SMALL)}
    heavy = {way.code: way.price.amount for way in shipping.options(country, grams + more, SMALL)}

    assert all(heavy[code] >= light[code] for code in heavy)
