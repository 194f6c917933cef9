"""Prices as staff type them, and as files have them."""

import pytest

from app.errors import Invalid
from app.services import catalog


@pytest.mark.parametrize(("typed", "amount"), [("29", 2900), ("29.9", 2990), ("29,90", 2990), ("1200.00", 120_000)])
def test_price_is_read_with_either_mark(app, typed, amount):
    assert catalog.read_price(typed).amount == amount


@pytest.mark.parametrize("typed", ["1,200", "1.200", " 0.500 "])
def test_price_that_can_be_read_in_two_ways_is_refused_with_what_to_write(app, typed):
    with pytest.raises(Invalid, match=r"can be read in two ways. Write (1200 or 1\.20|0500 or 0\.50)\."):
        catalog.read_price(typed)


@pytest.mark.parametrize("typed", ["1,200", "1.200", "0.500"])
def test_price_of_a_file_that_can_be_read_in_two_ways_is_left_out_and_told(app, tmp_path, typed):
    path = tmp_path / "products.csv"
    path.write_text(f"Handle;Title;Variant Price\ncup;Cup;{typed}\n")

    rehearsal = catalog.rehearse(path)

    assert rehearsal.variants == 0
    assert f"“{typed}” can be read in two ways" in rehearsal.problems[0].problem
