"""Shopify's CSV: dirty files, the same file twice, a worker killed half way."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from app import clock
from app.errors import Invalid
from app.money import Money
from app.services import catalog, images, inventory
from app.services.catalog import imports
from tests.services.catalog.conftest import CUP, HEADER, line
from tests.working import work, work_and_die


def test_import_takes_products_with_their_variants_and_stock(bring):
    run = bring(*CUP)

    product = catalog.get("cup")
    red, blue = product.variants
    assert (run.changed, run.unchanged, run.failed) == (1, 0, 0)
    assert run.finished_at is not None
    assert (product.title, product.tags, product.description) == ("Cup", ("mug", "tea"), "<p>Hot</p>")
    assert product.options == (catalog.Option("Colour", ("Red", "Blue")),)
    assert [variant.price.amount for variant in product.variants] == [1250, 1350]
    assert (red.compare_at, blue.compare_at.amount) == (None, 1500)
    assert {red.sku, blue.sku} == {"CUP"}
    assert [level.on_hand for level in inventory.levels([red.id, blue.id]).values()] == [4, 0]


def test_import_of_the_same_file_changes_nothing(bring):
    bring(*CUP)
    before = catalog.get("cup")
    inventory.receive(before.variants[0].id, 3, reason="delivery", actor="test")

    run = bring(*CUP)

    assert (run.changed, run.unchanged) == (0, 1)
    assert catalog.get("cup") == before
    assert inventory.levels([before.variants[0].id])[before.variants[0].id].on_hand == 7


def test_import_finds_a_product_by_the_address_it_had(bring):
    bring(*CUP)
    before = catalog.save_product(replace(catalog.get("cup"), slug="tea-cup"))

    run = bring(*CUP)

    assert (run.changed, run.unchanged) == (0, 1)
    assert catalog.list_ids("products") == [before.id]
    assert catalog.get("tea-cup").variants == before.variants
    assert [level.on_hand for level in inventory.levels([each.id for each in before.variants]).values()] == [4, 0]


def test_import_keeps_ids_and_what_the_file_does_not_name(bring):
    bring(*CUP)
    ids = {variant.values: variant.id for variant in catalog.get("cup").variants}

    bring(CUP[0].replace("12.50", "11.00"), line(Handle="cup", Option1_Value="Green", Variant_Price="9"))

    after = {variant.values: variant for variant in catalog.get("cup").variants}
    assert {values: after[values].id for values in ids} == ids
    assert after["Red",].price.amount == 1100
    assert set(after) == {("Red",), ("Blue",), ("Green",)}


def test_import_sets_stock_only_when_told(bring):
    bring(*CUP)
    red = catalog.get("cup").variants[0].id

    bring(CUP[0].replace('"4"', '"9"'))
    assert inventory.levels([red])[red].on_hand == 4

    bring(CUP[0].replace('"4"', '"9"'), sets_stock=True)
    assert inventory.levels([red])[red].on_hand == 9


@pytest.mark.parametrize(
    ("encoding", "end", "separator"),
    [
        ("utf-8-sig", "\r\n", ","),
        ("cp1252", "\r\n", ","),
        ("utf-8", "\n", ";"),
        ("utf-8-sig", "\n", "\t"),
        ("utf-16", "\r\n", "\t"),
    ],
)
def test_import_reads_what_spreadsheets_write(app, tmp_path, encoding, end, separator):
    images.make_bucket()
    rows = (
        ("Handle", "Title", "Body (HTML)", "Variant Price"),
        ("krug", "Krüge", f'"Two{end}lines, ""quoted"""', '"1.234,50"'),
    )
    path = tmp_path / "products.csv"
    path.write_bytes(end.join(separator.join(row) for row in rows).encode(encoding))

    catalog.start_import(path)
    work("imports.")

    product = catalog.get("krug")
    assert product.title == "Krüge"
    assert product.description.split() == ["Two", "lines,", '"quoted"']
    assert product.variants[0].price.amount == 123450


def test_import_leaves_out_bad_rows_and_says_which(bring):
    run = bring(
        *CUP,
        line(Handle="cup", Option1_Value="Red", Variant_Price="1"),
        line(Handle="cup", Option1_Value="Gold", Variant_Price="much"),
        line(Handle="jug", Title="Jug", Variant_Price="-3"),
        line(Title="Nobody's", Variant_Price="3"),
        line(Handle="pot", Title="Pot", Variant_Price="20", Variant_Inventory_Qty="some"),
    )

    problems = catalog.problems_of(run.id).splitlines()
    assert (run.changed, run.failed) == (2, 2)
    assert [row.split(",")[0] for row in problems] == ["Row", "4", "5", "6", "6", "7", "8"]
    assert "twice" in problems[1]
    assert "“much” is no price" in problems[2]
    assert {variant.values for variant in catalog.get("cup").variants} == {("Red",), ("Blue",)}
    assert catalog.get("pot").variants[0].price.amount == 2000


def test_import_shortens_what_is_too_long_and_says_so(bring):
    run = bring(
        line(Handle="cup", Title="Cup", Type="K" * 101, Vendor="V" * 101, Tags="tea," + "t" * 101,
             Option1_Name="o" * 101, Option1_Value="Red", Variant_Price="3"),
        line(Handle="cup", Option1_Value="v" * 201, Variant_Price="3"),
    )  # fmt: skip

    product = catalog.get("cup")
    assert (product.kind, product.vendor, product.tags) == ("K" * 100, "V" * 100, ("tea", "t" * 100))
    assert product.options == (catalog.Option("o" * 100, ("Red",)),)
    problems = catalog.problems_of(run.id).splitlines()[1:]
    assert [row.split(",")[0] for row in problems] == ["2"] * 4 + ["3"]
    assert "“KKKKKKKKKKKKKKKKKKKKKKKKKKKKKK…” is longer than 100 characters; the rest was left out." in problems[0]
    assert "A value is longer than 200 characters, so this variant was left out." in problems[4]


def test_problems_run_no_formula_in_a_spreadsheet(bring):
    run = bring(line(Handle="=cmd|' /C calc'!A0", Title="x", Variant_Price="y"))

    assert "'=cmd" in catalog.problems_of(run.id)


def test_import_goes_on_where_it_was_stopped(bring, monkeypatch):
    lines = [line(Handle=f"thing-{number}", Title=f"Thing {number}", Variant_Price="1") for number in range(30)]
    monkeypatch.setattr("app.services.catalog.imports._PRODUCTS_AT_ONCE", 7)

    run = bring(*lines)
    catalog.go_on(run.id)

    assert run.changed == 30
    assert catalog.get_import(run.id).changed == 30


def test_import_counts_once_what_a_killed_worker_did_not_note(bring, monkeypatch):
    run = bring(*CUP, to_the_end=lambda: work_and_die(monkeypatch, "imports.", imports, "_note"))

    work("imports.")

    red = catalog.get("cup").variants[0].id
    assert inventory.levels([red])[red].on_hand == 4
    assert catalog.get_import(run.id).unchanged == 1
    assert catalog.get_import(run.id).finished_at is not None


def test_import_of_the_same_stock_changes_nothing_where_pieces_are_owed(bring):
    bring(*CUP)
    blue = catalog.get("cup").variants[1].id
    inventory.receive(blue, 1, reason="delivery", actor="test")
    inventory.allow_backorder(blue, 5, expected_on=date(2030, 12, 3), low_at=0, version=2, actor="test")
    inventory.reserve("order", {blue: 3}, until=clock.now() + timedelta(minutes=30))
    inventory.sell("order")
    before = inventory.levels([blue])[blue]

    bring(*CUP, sets_stock=True)

    assert inventory.levels([blue])[blue] == before


def test_rehearsal_changes_nothing(app, tmp_path):
    path = tmp_path / "products.csv"
    path.write_text("\n".join((HEADER, *CUP, line(Handle="jug", Title="Jug", Variant_Price="x"))))

    rehearsal = catalog.rehearse(path)

    assert (rehearsal.products, rehearsal.variants) == (1, 2)
    assert [problem.row for problem in rehearsal.problems] == [4, 4]
    assert catalog.find_by_slug("cup") is None


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"\x00\x01\x02"])
def test_import_refuses_another_kind_of_file(app, tmp_path, content):
    path = tmp_path / "products.csv"
    path.write_bytes(content)

    with pytest.raises(Invalid, match=r"no product CSV that can be read|no product in this file"):
        catalog.start_import(path)


def test_a_file_in_another_encoding_is_refused_with_what_to_do(app, tmp_path):
    path = tmp_path / "products.csv"
    path.write_bytes("Handle,Title\ncup,Tasse à thé, Å\n".encode("mac-roman"))

    with pytest.raises(Invalid, match="Save it as CSV UTF-8"):
        catalog.rehearse(path)


def test_import_takes_gift_cards_of_a_worth_that_one_can_have(bring):
    rows = ("25", "0", "10000.01")
    run = bring(
        *(line(Handle="card", Title="Card", Gift_Card="true", Option1_Name="Value", Option1_Value=each,
               Variant_Price=each) for each in rows),
        sets_stock=True,
    )  # fmt: skip

    [variant] = catalog.get("card").variants
    sold = catalog.find_variants([variant.id])[variant.id]
    assert (sold.is_gift_card, sold.requires_shipping, sold.tax_class) == (True, False, "zero")
    assert inventory.levels([variant.id])[variant.id].on_hand > 1000
    assert [row.split(",")[0] for row in catalog.problems_of(run.id).splitlines()] == ["Row", "3", "4"]


def test_unit_price_is_taken_and_stays_when_a_file_says_nothing_of_it(bring):
    oil = {"Handle": "oil", "Title": "Oil", "Variant_Price": "12.50"}
    total, base = ({f"Unit_Price_{name}_Measure": amount, f"Unit_Price_{name}_Measure_Unit": unit}
                   for name, amount, unit in (("Total", "750.00", "ml"), ("Base", "100.00", "ml")))  # fmt: skip

    bring(line(**oil, **total, **base))
    bring(line(**oil | {"Title": "Olive oil"}))

    [variant] = catalog.get("oil").variants
    assert catalog.get("oil").title == "Olive oil"
    assert variant.unit_price == catalog.UnitPrice(Money(167, "EUR"), "100 ml")


def test_measure_that_cannot_be_read_is_told_and_left_out(bring):
    run = bring(line(Handle="oil", Title="Oil", Variant_Price="12.50", Unit_Price_Total_Measure="3",
                     Unit_Price_Total_Measure_Unit="floz"))  # fmt: skip

    assert "This variant has no unit price." in catalog.problems_of(run.id)
    assert catalog.get("oil").variants[0].measure is None
