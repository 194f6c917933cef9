"""How things are written for people."""

import pytest

from app import formats
from app.money import Money


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        ("A4 / Oak", "A4~/ Oak"),
        ("50 × 70 cm / Cotton rag 310 g / None", "50 × 70~cm~/ Cotton rag 310~g~/ None"),
        ("2 frames / N/A", "2 frames~/ N/A"),
        ("", ""),
    ],
)
def test_choices_begin_no_line_with_a_slash_or_a_unit(label, shown):
    assert formats.choices(label) == shown.replace("~", "\N{NO-BREAK SPACE}")


def test_what_goes_back_has_a_minus_and_no_hyphen():
    assert formats.money(Money(-50, "EUR")) == "−€0.50"
    assert formats.money(Money(1_999, "EUR")) == "€19.99"
