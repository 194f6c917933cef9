"""How many pieces can be bought at once."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.services.catalog import Batch

batches = st.builds(
    Batch, least=st.integers(1, 50), step=st.integers(1, 20), most=st.none() | st.integers(1, 200)
)  # fmt: skip


@given(batches, st.integers(0, 500))
def test_down_is_the_greatest_quantity_that_is_allowed(batch, quantity):
    allowed = range(batch.least, (batch.most if batch.most is not None else 1000) + 1, batch.step)

    assert batch.down(quantity) == max((each for each in allowed if each <= quantity), default=0)


@given(batches, st.integers(1, 500))
def test_advice_is_given_exactly_when_a_quantity_is_not_allowed(batch, quantity):
    assert bool(batch.advice(quantity)) == (batch.down(quantity) != quantity)


@given(batches, st.integers(1, 500))
def test_advice_names_only_quantities_that_are_allowed(batch, quantity):
    advice = batch.advice(quantity)
    assume("choose" in advice)

    named = [int(word) for word in advice.partition("choose")[2].rstrip(".").split() if word.isdecimal()]

    assert named
    assert all(batch.down(each) == each for each in named)


@pytest.mark.parametrize(
    ("quantity", "advice"),
    [
        (5, "This is sold from 6 pieces."),
        (7, "This is sold in steps of 6: choose 6 or 12."),
        (20, "At most 18 of this can be ordered at once."),
        (12, ""),
    ],
)
def test_advice_says_what_to_choose(quantity, advice):
    assert Batch(least=6, step=6, most=18).advice(quantity) == advice
