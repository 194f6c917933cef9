"""Money: nothing is lost and nothing is made when amounts are added, rounded or shared out."""

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.money import Money

amounts = st.integers(min_value=-(10**12), max_value=10**12)
weights = st.lists(st.integers(min_value=0, max_value=10**6), min_size=1, max_size=30)


@given(amounts, weights)
def test_shares_sum_to_the_whole(amount: int, weights: list[int]) -> None:
    shares = Money(amount, "EUR").split(weights)

    assert Money.total(shares, "EUR") == Money(amount, "EUR")
    assert len(shares) == len(weights)


@given(amounts, weights)
def test_share_is_at_most_one_cent_from_exact(amount: int, weights: list[int]) -> None:
    shares = Money(amount, "EUR").split(weights)

    even = weights if any(weights) else [1] * len(weights)
    exact = [Decimal(amount * weight) / sum(even) for weight in even]
    assert all(abs(share.amount - want) < 1 for share, want in zip(shares, exact, strict=True))


def test_earlier_part_takes_the_odd_cent() -> None:
    assert Money(100, "EUR").split([1, 1, 1]) == [Money(34, "EUR"), Money(33, "EUR"), Money(33, "EUR")]


@given(amounts, st.sampled_from(["EUR", "JPY", "KWD", "CLF"]))
def test_amount_survives_writing_and_reading(amount: int, currency: str) -> None:
    money = Money(amount, currency)

    assert Money.parse(str(money.decimal), currency) == money


@pytest.mark.parametrize(("text", "currency"), [("1.999", "EUR"), ("1.5", "JPY"), ("NaN", "EUR"), ("1e9999999", "EUR")])
def test_amount_that_the_currency_does_not_know_is_refused(text: str, currency: str) -> None:
    with pytest.raises(ValueError, match=r"digits|amount"):
        Money.parse(text, currency)


def test_amount_is_read_as_people_type_it() -> None:
    assert Money.typed("19,99", "EUR") == Money.typed("19.99", "EUR") == Money(1999, "EUR")
    assert Money.typed("1,250", "KWD") == Money(1250, "KWD")
    for text in ("1,200", "1.200"):
        with pytest.raises(ValueError, match="two ways"):
            Money.typed(text, "EUR")


@pytest.mark.parametrize(
    ("text", "currency", "says"),
    [
        ("much", "EUR", "“much” cannot be read. Enter an amount, as in 12.50."),
        ("12.345678", "EUR", "Enter an amount, as in 12.50."),
        ("5.5", "JPY", "Enter an amount, as in 1250."),
        ("10000000000", "EUR", "Enter an amount up to 9999999999.99."),
        ("-" + "9" * 20, "EUR", "Enter an amount up to 9999999999.99."),
    ],
)
def test_what_cannot_be_kept_is_refused_with_what_to_type_instead(text: str, currency: str, says: str) -> None:
    with pytest.raises(ValueError, match=re.escape(says)):
        Money.typed(text, currency)


@pytest.mark.parametrize(("factor", "want"), [("0.5", 1), ("0.25", 0), ("1.5", 2), ("-0.5", -1)])
def test_half_a_cent_rounds_away_from_zero(factor: str, want: int) -> None:
    assert Money(1, "EUR").times(Decimal(factor)) == Money(want, "EUR")


def test_two_currencies_never_meet() -> None:
    with pytest.raises(ValueError, match="do not add up"):
        Money(1, "EUR") + Money(1, "USD")
    with pytest.raises(ValueError, match="do not add up"):
        assert Money(1, "EUR") < Money(1, "USD")


def test_float_is_no_money() -> None:
    with pytest.raises(TypeError):
        Money(1.5, "EUR")  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        Money(1, "EUR") * 1.5  # type: ignore[operator]


def test_money_is_written_as_programs_read_it() -> None:
    written = [str(money) for money in (Money(1999, "EUR"), Money(0, "EUR"), Money(-1250, "JPY"), Money(1250, "KWD"))]

    assert written == ["19.99 EUR", "0.00 EUR", "-1250 JPY", "1.250 KWD"]
