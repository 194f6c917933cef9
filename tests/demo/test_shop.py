from collections import Counter

from app.demo import DemoShop, demo_shop
from app.demo.prices import gtin
from app.demo.series import SERIES

SHOP: DemoShop = demo_shop()
PRINTS = [product for product in SHOP.products if product.type in ("Print", "Limited edition")]


def test_demo_shop_has_sixty_prints_or_more_in_six_series_or_more():
    assert len(PRINTS) >= 60
    assert len(SERIES) >= 6
    assert all(len(series.plates) >= 8 for series in SERIES)


def test_every_handle_and_sku_is_its_own():
    handles = Counter(product.handle for product in SHOP.products)
    skus = Counter(variant.sku for product in SHOP.products for variant in product.variants)
    numbers = Counter(variant.gtin for product in SHOP.products for variant in product.variants if variant.gtin)

    for found in (handles, skus, numbers):
        assert [name for name, times in found.items() if times > 1] == []


def test_every_handle_fits_an_address():
    for thing in (*SHOP.products, *SHOP.collections):
        assert thing.handle.isascii()
        assert thing.handle == thing.handle.lower()
        assert thing.handle.replace("-", "").isalnum()


def test_every_variant_answers_its_options_and_each_answer_comes_once():
    for product in SHOP.products:
        answers = [variant.values for variant in product.variants]

        assert len(set(answers)) == len(answers), product.handle
        for values in answers:
            assert len(values) == len(product.options), product.handle
            assert all(value in option.values for value, option in zip(values, product.options, strict=True))


def test_every_variant_has_a_price_and_a_weight():
    for product in SHOP.products:
        assert product.variants, product.handle
        for variant in product.variants:
            assert 500 <= variant.price <= 30000
            assert 50 <= variant.weight_grams <= 10000 or product.is_gift_card
            assert variant.stock >= 0


def test_bigger_and_framed_prints_cost_and_weigh_more():
    for product in PRINTS:
        priced = {variant.values: variant for variant in product.variants}
        for place, option in enumerate(product.options):
            for values, variant in priced.items():
                if values[place] == option.values[0]:
                    continue
                plainer = priced[(*values[:place], option.values[0], *values[place + 1 :])]
                assert variant.price > plainer.price, variant.sku
                assert variant.weight_grams > plainer.weight_grams, variant.sku


def test_stock_goes_from_plenty_to_sold_out():
    variants = [variant for product in SHOP.products for variant in product.variants]

    assert len([product for product in SHOP.products if product.is_sold_out]) >= 3 + 1  # no card lies on a shelf
    assert len([variant for variant in variants if 1 <= variant.stock <= 3]) >= 10
    assert max(variant.stock for variant in variants) >= 50


def test_every_picture_says_what_it_shows():
    pictures = [picture for product in SHOP.products for picture in product.pictures]

    assert all(20 <= len(picture.alt) <= 200 for picture in (*pictures, SHOP.hero))
    assert len({picture.file for picture in pictures}) == len(pictures)


def test_every_text_is_written_for_its_product():
    opening = Counter(product.description[0] for product in SHOP.products)

    assert max(opening.values()) == 1
    assert all(len(text) > 80 for text in opening)


def test_collections_hold_products_that_exist_and_reach_all_of_them():
    handles = {product.handle for product in SHOP.products}
    shelved = [handle for collection in SHOP.collections for handle in collection.products]

    assert set(shelved) == handles
    assert all(len(set(shelf.products)) == len(shelf.products) >= 3 for shelf in SHOP.collections)


def test_under_30_holds_products_that_are():
    shelf = next(shelf for shelf in SHOP.collections if shelf.handle == "under-30")
    cheapest = {product.handle: min(variant.price for variant in product.variants) for product in SHOP.products}

    assert all(cheapest[handle] < 3000 for handle in shelf.products)


def test_one_product_is_a_draft():
    assert [product.title for product in SHOP.products if not product.published] == ["Silk"]


def test_gtin_ends_in_its_check_digit():
    # 4006381333931 is the example of GS1's own text; ours share its arithmetic under another prefix.
    assert gtin(0) == "9520000000004"
    assert gtin(10) == "9520000000103"


def test_wrapping_paper_costs_less_a_metre_on_a_longer_roll():
    rolls = [product for product in SHOP.products if product.type == "Wrapping paper"]

    assert len(rolls) >= 3
    for roll in rolls:
        lengths = [int(variant.contents.removesuffix(" m")) for variant in roll.variants]
        each = [variant.price / length for variant, length in zip(roll.variants, lengths, strict=True)]
        assert lengths == sorted(lengths), roll.handle
        assert each == sorted(each, reverse=True), roll.handle
        assert len(set(each)) > 1, roll.handle
