"""Many products come in together, and nothing of one is lost, doubled or overwritten for that."""

from dataclasses import replace
from datetime import timedelta
from itertools import count

from app import clock, db
from app.services import catalog, inventory
from app.services.catalog import taking
from tests.counting import count_queries
from tests.services.catalog.conftest import CUP, line
from tests.working import Killed, dying, free_jobs, work

MANY = [
    line(Handle=f"thing-{number}", Title="Thing", Option1_Name="Size", Option1_Value=size,
         Variant_Price="1", Variant_Inventory_Qty=stock)
    for number in range(60) for size, stock in (("S", 2), ("L", 3))
]  # fmt: skip


def on_hand(product):
    ids = [variant.id for variant in product.variants]
    return [level.on_hand for level in inventory.levels(ids).values()]


def test_many_products_cost_few_questions(bring):
    with count_queries() as asked:
        run = bring(*MANY)

    assert run.changed == 60
    assert asked.mongo <= 40, "60 and more, were each asked for and written by itself"
    assert asked.sql <= 100
    assert on_hand(catalog.get("thing-59")) == [2, 3]


def test_many_products_that_are_as_they_were_cost_few_questions(bring):
    bring(*MANY)

    with count_queries() as asked:
        run = bring(*MANY)

    assert run.unchanged == 60
    assert (asked.mongo <= 20, asked.sql <= 60) == (True, True)


def test_what_a_colleague_changed_meanwhile_stays_and_is_told(bring, monkeypatch):
    bring(*CUP)
    save = taking.save_product

    def save_late(product, **how):
        save(replace(catalog.get("cup"), title="Mug"))
        return save(product, **how)

    monkeypatch.setattr(taking, "save_product", save_late)
    run = bring(CUP[0].replace("12.50", "11.00"), CUP[1], line(Handle="jug", Title="Jug", Variant_Price="1"))

    assert (run.changed, run.failed) == (1, 1)
    assert (catalog.get("cup").title, catalog.get("jug").title) == ("Mug", "Jug")
    assert "Somebody else changed this product meanwhile" in catalog.problems_of(run.id)


def test_an_address_that_was_taken_meanwhile_leaves_one_product_out(bring, monkeypatch):
    add = taking.add_products

    def add_late(products):
        catalog.save_product(replace(products[1], id=db.new_id(), title="Theirs"))
        return add(products)

    monkeypatch.setattr(taking, "add_products", add_late)
    run = bring(*(line(Handle=name, Title=name, Variant_Price="1", Variant_Inventory_Qty=1) for name in "abc"))

    assert (run.changed, run.failed) == (2, 1)
    assert [catalog.get(name).title for name in "abc"] == ["a", "Theirs", "c"]
    assert [on_hand(catalog.get(name)) for name in "abc"] == [[1], [0], [1]]
    assert "Another product has the address “b”" in catalog.problems_of(run.id)


def test_a_product_that_cannot_be_written_leaves_the_others_in(bring, monkeypatch):
    monkeypatch.setattr("app.services.catalog.writing._LARGEST", 2_000)

    run = bring(
        line(Handle="cup", Title="Cup", Variant_Price="1"),
        line(Handle="jug", Title="Jug", Variant_Price="1", Body="<p>" + "much " * 500),
    )

    assert (run.changed, run.failed) == (1, 1)
    assert "too large for the catalogue" in catalog.problems_of(run.id)


def test_a_product_that_stands_in_the_file_under_both_its_addresses_is_taken_twice(bring):
    bring(*CUP)
    catalog.save_product(replace(catalog.get("cup"), slug="tea-cup"))

    run = bring(
        *(line.replace("12.50", "11.00") for line in CUP), *(line.replace('"cup"', '"tea-cup"') for line in CUP)
    )

    assert (run.changed, run.failed) == (2, 0)
    assert catalog.get("tea-cup").variants[0].price.amount == 1250, "as the later rows say"


def test_stock_counts_once_wherever_a_worker_dies(bring):
    bring(*CUP)
    red = catalog.get("cup").variants[0].id

    for at in count(1):
        counted = 10 + at
        try:
            bring(
                CUP[0].replace('"4"', f'"{counted}"'), CUP[1], sets_stock=True, to_the_end=lambda at=at: work_until(at)
            )
        except Killed:
            was_set = (level := inventory.levels([red])[red]).on_hand == counted
            inventory.adjust(red, 1, version=level.version, reason="all but one were sold", actor="test")
            free_jobs()
            work("imports.")
        else:
            break

        assert inventory.levels([red])[red].on_hand == (1 if was_set else counted)
        assert catalog.list_imports(limit=1)[0].finished_at is not None
    assert at > 8, "it died before each statement and commit of the way"


def work_until(at):
    with dying(at):
        work("imports.")


def test_stock_that_orders_need_is_refused_alone(bring):
    bring(*CUP, line(Handle="jug", Title="Jug", Variant_Price="1", Variant_Inventory_Qty=2))
    red = catalog.get("cup").variants[0].id
    inventory.reserve("order", {red: 3}, until=clock.now() + timedelta(minutes=30))

    run = bring(
        CUP[0].replace('"4"', '"1"'),
        CUP[1],
        line(Handle="jug", Title="Jug", Variant_Price="1", Variant_Inventory_Qty=9),
        line(Handle="pot", Title="Pot", Variant_Price="1", Variant_Inventory_Qty=5),
        sets_stock=True,
    )

    assert "The stock was not set. 3 are promised to orders" in catalog.problems_of(run.id)
    assert [on_hand(catalog.get(name)) for name in ("cup", "jug", "pot")] == [[4, 0], [9], [5]]
    assert run.finished_at is not None
