"""A file over what the shop has: what it says is taken, what it does not say stays."""

from dataclasses import replace

import pytest

from app.money import Money
from app.services import catalog, images, inventory
from tests import make
from tests.pictures import picture_bytes
from tests.working import work


@pytest.fixture
def bring(app, tmp_path):
    """Import a file of these lines to the end; return the run and what was wrong."""
    images.make_bucket()

    def bring(*lines, **how):
        path = tmp_path / "products.csv"
        path.write_text("\n".join(lines))
        run = catalog.start_import(path, **how)
        work("imports.")
        return catalog.get_import(run), catalog.problems_of(run).replace('"', "")

    return bring


def kept(*, options=None):
    """Put a product in the shop that staff have worked on."""
    made = make.product("Cup", slug="cup", sku="CUP", options=options, stock=4, description="<p>Hot</p>")
    fields = {"gtin": "4006381333931", "compare_at": Money(3900, "EUR"), "requires_shipping": False}
    variants = tuple(replace(each, **fields) for each in made.variants)
    picture = images.add(picture_bytes(64), "A hand round a cup")
    words = {"kind": "Mug", "vendor": "Sol", "tags": ("tea",), "is_published": False}
    catalog.save_product(replace(made, variants=variants, media=(picture,), **words))
    return catalog.get_product_as_staff(made.id)


def on_hand(product):
    return [level.on_hand for level in inventory.levels([each.id for each in product.variants]).values()]


def test_what_a_file_has_no_column_for_stays(bring):
    before = kept()

    run, _ = bring("Handle,Title,Variant Price", "cup,Tea cup,12.50", sets_stock=True)

    after = catalog.get_product_as_staff(before.id)
    [variant] = before.variants
    assert run.changed == 1
    assert on_hand(after) == [4]
    assert after == replace(
        before, title="Tea cup", variants=(replace(variant, price=Money(1250, "EUR")),), revision=after.revision
    )


def test_a_product_that_is_new_gets_what_is_usual(bring):
    bring("Handle,Title,Variant Price", "jug,Jug,12.50")

    jug = catalog.get("jug")
    [variant] = jug.variants
    assert (jug.is_published, jug.is_gift_card, jug.kind, jug.tags, jug.options) == (True, False, "", (), ())
    assert (variant.requires_shipping, variant.weight_grams, variant.sku) == (True, 0, "")


def test_a_price_before_that_is_none_any_more_falls_away(bring):
    before = kept()

    bring("Handle,Title,Variant Price", "cup,Cup,40")

    assert catalog.get_product_as_staff(before.id).variants[0].compare_at is None


def test_a_file_without_options_changes_the_only_variant(bring):
    before = kept(options={"Colour": ("Red",)})

    bring("Handle,Title,Variant Price", "cup,Cup,12.50")

    after = catalog.get_product_as_staff(before.id)
    assert (after.options, after.variants[0].id) == (before.options, before.variants[0].id)
    assert after.variants[0].price == Money(1250, "EUR")


def test_a_file_without_options_leaves_several_variants_alone_and_says_so(bring):
    before = kept(options={"Colour": ("Red", "Blue")})

    run, problems = bring("Handle,Title,Variant Price,Variant Inventory Qty", "cup,Tea cup,12.50,9", sets_stock=True)

    after = catalog.get_product_as_staff(before.id)
    assert run.changed == 1
    assert (after.title, after.options, after.variants) == ("Tea cup", before.options, before.variants)
    assert on_hand(after) == [4, 4]
    assert "2,cup,The file has no column for Colour" in problems


def test_a_file_with_more_options_says_that_the_variants_are_others(bring):
    before = kept(options={"Colour": ("Red", "Blue")})
    header = "Handle,Title,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Variant Price"

    _, problems = bring(header, "cup,Cup,Colour,Red,Size,S,12.50")

    [variant] = catalog.get_product_as_staff(before.id).variants
    assert variant.values == ("Red", "S")
    assert "2,cup,It has more or fewer options than before" in problems


def test_pictures_of_staff_stay_behind_those_of_the_file(bring, tmp_path):
    before = kept()
    [own] = before.media
    (tmp_path / "cup.jpg").write_bytes(picture_bytes(80))
    (tmp_path / "lid.jpg").write_bytes(picture_bytes(90))
    both = ("Handle,Title,Image Src,Image Alt Text", "cup,Cup,cup.jpg,A cup", "cup,,lid.jpg,Its lid")
    bring(*both, folder=tmp_path)
    catalog.describe_picture("staff:cleo", before.id, catalog.find_by_slug("cup").media[0].key, read="A cup", alt="Tea")

    bring("Handle,Title,Image Src", "cup,Cup,cup.jpg", folder=tmp_path)

    media = catalog.find_by_slug("cup").media
    assert [(each.source, each.alt) for each in media] == [("cup.jpg", "Tea"), ("", own.alt)]


def test_a_gift_card_stays_one_where_a_file_has_no_column_for_it(bring):
    card = make.gift_product(2500)
    header = "Handle,Title,Option1 Name,Option1 Value,Variant Price"

    bring(header, f"{card.slug},Card,Value,2500,30")

    after = catalog.get_product_as_staff(card.id)
    assert (after.title, after.is_gift_card, after.variants[0].requires_shipping) == ("Card", True, False)
    assert on_hand(after) == [10_000]


def test_a_gift_card_that_a_file_makes_goods_leaves_no_pieces(bring):
    card = make.gift_product(2500)
    header = "Handle,Title,Option1 Name,Option1 Value,Variant Price,Gift Card"

    bring(header, f"{card.slug},Card,Value,2500,30,false")

    after = catalog.get_product_as_staff(card.id)
    assert (after.is_gift_card, after.variants[0].requires_shipping) == (False, True)
    assert on_hand(after) == [0]


def test_rows_of_a_product_that_stand_apart_change_nothing_and_are_told(bring, tmp_path):
    run, problems = bring("Handle,Title,Variant Price", "cup,Cup,1", "jug,Jug,2", "Cup,Other,3", "pot,Pot,4")

    assert (run.changed, run.failed) == (3, 1)
    assert catalog.get("cup").title == "Cup"
    assert "4,cup,This product stands in the file twice, from row 2 and from row 4" in problems
    rehearsal = catalog.rehearse(tmp_path / "products.csv")
    assert (rehearsal.products, [problem.row for problem in rehearsal.problems]) == (3, [4])
