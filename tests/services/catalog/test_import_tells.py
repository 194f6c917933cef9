"""What an import says of cells that it cannot take as they stand."""

from dataclasses import replace

import pytest

from app.services import catalog
from tests import make
from tests.services.catalog.conftest import HEADER, line


def told(tmp_path, *lines: str, header: str = HEADER) -> dict[int, list[str]]:
    """What the rehearsal of a file says, row by row."""
    path, said = tmp_path / "products.csv", dict[int, list[str]]()
    path.write_text("\n".join((header, *lines)))
    for problem in catalog.rehearse(path).problems:
        said.setdefault(problem.row, []).append(problem.problem)
    return said


@pytest.mark.parametrize(
    ("quantity", "words"),
    [
        ("-5", "“-5” as quantity is below zero; 0 was taken."),
        ("1.5", "“1.5” as quantity is no whole number; 2 was taken."),
        ("99999999999", "“99999999999” as quantity is above 1000000; 1000000 was taken."),
        ("abc", "“abc” is no quantity; 0 was taken."),
        ("1,000", "“1,000” is no quantity; 0 was taken."),
        ("7.0", None),
        ("-0", None),
        ("", None),
    ],
)
def test_an_import_says_which_quantity_it_took_otherwise(app, tmp_path, quantity, words):
    cup = line(Handle="cup", Title="Cup", Variant_Price="1", Variant_Inventory_Qty=quantity)

    assert told(tmp_path, cup) == ({2: [words]} if words else {})


@pytest.mark.parametrize("price", ["", "0", "0.00"])
def test_an_import_says_what_will_not_be_for_sale(app, tmp_path, price):
    said = told(
        tmp_path,
        line(Handle="cup", Title="Cup", Variant_Price=price),
        "",
        line(Handle="jug", Title="Jug", Variant_Price="1"),
    )

    assert said == {2: ["It has no price above 0, so it is shown as “Not for sale just now” until it has one."]}


def test_an_import_names_the_product_that_has_the_same_sku(bring, tmp_path):
    lines = (
        line(Handle="a", Title="A", Variant_SKU="RB-9", Variant_Price="1"),
        line(Handle="b", Title="B", Variant_SKU="rb-9", Variant_Price="1"),
        line(Handle="c", Title="C", Variant_SKU="RB-8", Variant_Price="1"),
    )

    said, run = told(tmp_path, *lines), bring(*lines)

    [[words]] = said.values()
    assert "The SKU “rb-9” is also that of “a”, in row 2." in words
    assert words in catalog.problems_of(run.id)
    assert (run.changed, run.failed) == (3, 0)
    assert catalog.get("b").variants[0].sku == "rb-9"


def test_an_import_names_the_product_of_the_shop_that_has_the_same_sku(bring, tmp_path):
    make.product("Old", slug="old", sku="RB-9")
    make.product("Away", slug="away", sku="RB-8")
    catalog.delete_product(catalog.find_by_slug("away"))
    lines = (
        line(Handle="b", Title="B", Variant_SKU="rb-9", Variant_Price="1"),
        line(Handle="c", Title="C", Variant_SKU="RB-8", Variant_Price="1"),
    )

    said, run = told(tmp_path, *lines), bring(*lines)

    [words] = said.pop(2)
    assert "The SKU “RB-9” is also that of “old”, which the shop has already." in words
    assert said == {}
    assert words in catalog.problems_of(run.id)
    assert run.changed == 2


def test_an_import_of_what_the_shop_has_compares_no_sku_with_itself(bring, tmp_path):
    lines = (line(Handle="a", Title="A", Variant_SKU="RB-9", Variant_Price="1"),)
    bring(*lines)
    catalog.save_product(replace(catalog.get("a"), slug="renamed"))

    assert told(tmp_path, *lines) == {}
