"""Vendure's product CSV: padded columns, bars between values, rows that belong to the name above them."""

import textwrap
from dataclasses import replace

import pytest

from app.services import catalog, inventory
from tests.pictures import picture_bytes
from tests.working import work

FILE = textwrap.dedent("""\
    name  ,slug  ,description ,assets ,facets ,optionGroups ,optionValues ,sku ,price ,taxCategory,stockOnHand,trackInventory,variantAssets,variantFacets
    Lamp  ,      ,"Warm, <b>calm</b><script>x</script>",lamp.jpg|lamp2.jpg,category:Home|category:Lamps|brand:Sol|color:red,"colour|RAM","red|8 GB"  ,L1 ,12.50 ,standard ,4 , ,red.jpg ,
          ,      , , , , ,"blue|8 GB" ,L2 ,13 ,standard ,0 , , ,
          ,      , , , , ,"blue" ,L3 ,13 ,standard ,0 , , ,
          ,      , , , , ,"blue|8 GB" ,L4 ,13 ,standard ,0 , , ,
          ,      , , , , ,"green|8 GB" ,L5 ,cheap ,standard ,0 , , ,
    Plant ,plant ,, ,category:Home , , ,P1 ,3.00 ,standard ,7 , , ,
    """)  # noqa: E501 - the rows of a file are as long as they are


@pytest.fixture
def path(app, tmp_path):
    path = tmp_path / "products.csv"
    path.write_text(FILE)
    for number, name in enumerate(("lamp.jpg", "lamp2.jpg", "red.jpg")):
        (tmp_path / name).write_bytes(picture_bytes(64 + number))
    return path


def bring(path):
    run = catalog.start_import(path, folder=path.parent)
    work("imports")
    return catalog.get_import(run)


def test_import_takes_products_with_variants_facets_pictures_and_stock(path):
    run = bring(path)

    lamp, plant = catalog.get("lamp"), catalog.get("plant")
    assert (run.changed, run.failed) == (2, 0)
    assert (lamp.kind, lamp.vendor, lamp.tags) == ("Lamps", "Sol", ("Home", "Lamps", "red"))
    assert [(option.name, option.values) for option in lamp.options] == [
        ("Colour", ("red", "blue")),
        ("RAM", ("8 GB",)),
    ]
    assert [(each.sku, each.price.amount) for each in lamp.variants] == [("L1", 1250), ("L2", 1300)]
    assert lamp.description == "Warm, <b>calm</b>"
    assert {picture.alt for picture in lamp.media} == {"Lamp"}
    assert lamp.media_of(lamp.variants[0]).source == "red.jpg"
    levels = inventory.levels([lamp.variants[0].id, plant.variants[0].id])
    assert [level.on_hand for level in levels.values()] == [4, 7]


def test_import_names_the_rows_that_it_leaves_out(path):
    run = bring(path)

    text = catalog.problems_of(run.id).replace('"', "")
    for said in (
        "4,lamp,It has not one value for each",
        "5,lamp,This variant stands in the file twice",
        "6,lamp,“cheap”",
    ):
        assert said in text


def test_import_of_the_same_file_changes_nothing(path):
    bring(path)

    again = bring(path)

    assert (again.changed, again.unchanged) == (0, 2)


def test_what_the_file_has_no_column_for_stays(path):
    bring(path)
    before = catalog.get("plant")
    [variant] = before.variants
    kept = replace(variant, gtin="4006381333931", weight_grams=300, requires_shipping=False)
    before = catalog.save_product(replace(before, variants=(kept,), is_published=False))

    again = bring(path)

    assert again.changed == 0
    assert catalog.get_product_as_staff(before.id) == before


def test_two_products_of_one_name_do_not_become_one(path):
    path.write_text(FILE + "Plant , ,, ,category:Home , , ,P2 ,9.00 ,standard ,7 , , ,\n")

    run = bring(path)

    assert (run.changed, run.failed) == (2, 1)
    assert catalog.get("plant").variants[0].price.amount == 300
    assert "8,plant,This product stands in the file twice, from row 7 and from row 8" in catalog.problems_of(
        run.id
    ).replace('"', "")
