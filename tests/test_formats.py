"""How things are written for people."""

from datetime import UTC, datetime

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


@pytest.mark.parametrize(
    ("month", "written"), [(1, "3 Jan 2026, 13:00 CET"), (7, "3 Jul 2026, 14:00 CEST")], ids=["winter", "summer"]
)
def test_deadline_names_the_zone_that_its_hour_is_of(app, month, written):
    assert formats.deadline(datetime(2026, month, 3, 12, tzinfo=UTC)) == written
