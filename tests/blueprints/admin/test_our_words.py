"""What staff type that is wrong is refused in the shop's words, never in those of the forms' library."""

import pytest

from tests import make

THEIRS = ("Not a valid", "Field cannot", "Field must", "Number must", "This field is required", "Invalid")
LONG = "x" * 400


@pytest.mark.parametrize(
    ("address", "typed", "says"),
    [
        ("taxes/", {"country": "de", "percent": "7", "valid_from": "soon"}, "Enter a date"),
        ("taxes/", {"country": "de", "percent": "7", "valid_from": "2026-01-01", "name": LONG}, "Use at most 20 char"),
        ("taxes/", {"country": "de", "percent": "7", "valid_from": "2026-01-01", "tax_class": "x"}, "Choose one of"),
        ("promotions/", {"name": "Spring", "kind": "percent", "starts_on": "soon"}, "Enter a date"),
        ("promotions/", {"name": "Spring", "kind": "percent", "collections": "nowhere"}, "Choose some of"),
        ("collections/", {"title": LONG, "slug": "x", "version": "0"}, "Use at most 200 char"),
        ("collections/", {"title": "Sea", "slug": "x", "version": "0", "sort": "x"}, "Choose one of"),
        ("products/", {"title": LONG}, "Use at most 300 char"),
        (
            "products/{product}",
            {"title": "Tide", "slug": "tide", "least": "0", "version": "1"},
            "Enter a number from 1",
        ),
        ("products/{product}", {"title": "Tide", "slug": "tide", "tax_class": "x", "version": "1"}, "Choose one of"),
        ("stock/{variant}/backorder", {"backorder": "-1", "low_at": "0", "version": "0"}, "Enter a number from 0"),
        ("stock/{variant}/backorder", {"backorder": "1", "low_at": "1", "expected_on": "x"}, "Enter a date"),
        ("gift-cards/", {"amount": "1", "note": LONG, "key": "0" * 32}, "Use at most 200 char"),
        ("stock/bookings/check", {"note": LONG, "kind": "received", "text": "A 1"}, "Use at most 200 char"),
        ("stock/bookings/check", {"note": "L", "kind": "x", "text": "A 1"}, "Choose one of"),
        ("synonyms/", {"words": "sofa, " * 400}, "Use at most 1000 char"),
    ],
)
def test_refusal_is_in_the_shops_words(admin, address, typed, says):
    product = make.product("Slack Tide", slug="tide")
    place = address.format(product=product.id, variant=product.variants[0].id)

    answer = admin.post(f"/admin/{place}", data=typed)

    assert answer.status_code == 422
    assert says in answer.text
    assert not [each for each in THEIRS if each in answer.text]
