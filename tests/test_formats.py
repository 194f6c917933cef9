"""How things are written for people."""

import pytest

from app import formats


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
