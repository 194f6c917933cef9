"""Prices per kilogramme, litre, metre: read, worked out, rounded once."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.errors import Invalid
from app.money import Money
from app.services.catalog import Measure, read_measure


@pytest.mark.parametrize(
    ("contents", "reference", "price", "expected"),
    [
        ("750 ml", "", 1250, (1667, "l")),
        ("750 ml", "100 ml", 1250, (167, "100 ml")),
        ("250g", "kg", 399, (1596, "kg")),
        ("1,5 kg", "100 g", 300, (20, "100 g")),
        ("2.5 m2", "", 1000, (400, "m²")),
        ("50 cm", "", 33, (66, "m")),
        ("8 g", "", 1, (125, "kg")),
        ("3 kg", "1 kg", 50, (17, "kg")),  # 16.67 cents
        ("4 kg", "", 2, (1, "kg")),  # a half is rounded up
    ],
)
def test_unit_price_is_rounded_once_half_up(contents, reference, price, expected):
    measure = read_measure(contents, reference)

    assert measure is not None
    found = measure.price_of(Money(price, "EUR"))
    assert (found.price, found.per) == (Money(expected[0], "EUR"), expected[1])


def test_measure_is_written_as_it_was_read():
    for contents, reference in (("750 ml", "100 ml"), ("1.5 kg", "kg"), ("2 m²", "m²"), ("0.125 m³", "m³")):
        measure = read_measure(contents, reference)
        assert measure is not None
        assert (measure.contents, measure.reference) == (contents, reference)
    assert read_measure(" ", "") is None


@pytest.mark.parametrize(
    ("contents", "reference"),
    [("0 g", ""), ("much", ""), ("3 floz", ""), ("-1 kg", ""), ("1.2345 kg", ""), ("1 kg", "1 l"), ("", "kg"),
     ("1 kg", "1.5 kg"), ("1 kg", "0 g")],
)  # fmt: skip
def test_what_is_no_measure_is_refused(contents, reference):
    with pytest.raises(Invalid):
        read_measure(contents, reference)


@given(price=some.integers(0, 10**9), thousandths=some.integers(1, 10**9), per=some.sampled_from([1, 10, 100]))
def test_unit_price_is_never_off_by_more_than_half_a_cent(price, thousandths, per):
    found = Measure(thousandths, "g", per, "g").price_of(Money(price, "EUR"))

    exact = Fraction(price * per * 1000, thousandths)
    assert abs(found.price.amount - exact) <= Fraction(1, 2)
