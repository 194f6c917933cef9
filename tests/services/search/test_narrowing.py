"""Facets: what a choice leaves, and counts that its own facet's choices do not touch."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from app import db
from app.money import Money
from app.services import catalog, inventory, search
from app.services.search import Filters, asking, breadth, indexing
from tests import make

_SPREAD = """
UPDATE search_documents AS d SET sample = 1024 * (place - 1) / 40
FROM (SELECT product_id, row_number() OVER (ORDER BY created_at) AS place FROM search_documents) AS each
WHERE each.product_id = d.product_id
"""
_IN_SAMPLES = """
UPDATE search_documents SET words = ts_delete(words, CAST('{~1,~2,~3,~4,~5,~6}' AS text[]))
    || array_to_tsvector(ARRAY(SELECT '~' || n FROM generate_series(1, 6) AS n WHERE sample < 1024 >> n))
"""


@pytest.fixture
def shop(app):
    """Three prints and a notebook: two prints in oak, one print and the notebook sold out."""
    made = {
        "Tide": make.product("Tide", price=1900, options={"Size": ("Small", "Large"), "Frame": ("None", "Oak")}),
        "Dune": make.product("Dune", price=2900, options={"Size": ("Small",), "Frame": ("None", "Oak")}),
        "Fern": make.product("Fern", price=9900, options={"Size": ("Large",), "Frame": ("None",)}, stock=0),
        "Cedar": make.product("Cedar", price=1200, options={"Ruling": ("Dotted",)}, stock=0),
    }
    for title, kind in (("Tide", "Print"), ("Dune", "Print"), ("Fern", "Print"), ("Cedar", "Notebook")):
        made[title] = catalog.save_product(replace(made[title], kind=kind, tags=("Quiet",)))
    catalog.save_collection(
        catalog.Collection(id="c-sea", slug="sea", title="Sea", product_ids=(made["Dune"].id, made["Tide"].id))
    )
    search.index_stale()
    return made


def listed(**chosen):
    return search.list_products(filters=Filters(**chosen), sort="title", has_facets=True)


def titles(listing):
    return [card.title for card in listing.cards]


def counts(listing, name):
    return {value.value: value.count for facet in listing.facets if facet.name == name for value in facet.values}


def test_list_counts_every_facet(shop):
    listing = listed()

    assert counts(listing, "kind") == {"Print": 3, "Notebook": 1}
    assert counts(listing, "Size") == {"Small": 2, "Large": 2}
    assert counts(listing, "collection") == {"c-sea": 2}
    assert (listing.total, listing.in_stock, listing.cheapest, listing.dearest) == (4, 2, 1200, 9900)
    assert [facet.name for facet in listing.facets] == ["collection", "kind", "Frame", "Size", "Ruling"]


def test_options_may_be_called_as_the_filters_are(app):
    make.product("Card", price=1900, options={"price": ("Low", "High")})
    make.product("Voucher", price=2900, options={"price": ("Middle",)})
    make.product("Dear card", slug="dear", price=9900, options={"price": ("Low",)})
    search.index_stale()

    listing = listed(most=5000, choices=(("price", "Low"),))

    assert titles(listing) == ["Card"]
    assert counts(listing, "price") == {"Low": 1, "High": 1, "Middle": 1}
    assert listing.dearest == 9900


def test_choice_narrows_the_other_facets_but_not_its_own(shop):
    listing = listed(choices=(("Frame", "Oak"),))

    assert titles(listing) == ["Dune", "Tide"]
    assert counts(listing, "Frame") == {"None": 3, "Oak": 2}
    assert counts(listing, "Size") == {"Small": 2, "Large": 1}
    assert listing.in_stock == 2


def test_values_of_one_facet_add_up_and_facets_cut(shop):
    both = listed(choices=(("Size", "Small"), ("Size", "Large")))
    cut = listed(choices=(("Size", "Large"), ("Frame", "Oak")))

    assert titles(both) == ["Dune", "Fern", "Tide"]
    assert titles(cut) == ["Tide"]
    assert counts(cut, "Size") == {"Small": 2, "Large": 1}  # what Oak leaves
    assert counts(cut, "Frame") == {"None": 2, "Oak": 1}  # what Large leaves


def test_each_count_is_what_choosing_it_shows(shop):
    chosen = (("Frame", "Oak"), ("kind", "Print"))
    listing = listed(choices=chosen)

    for facet in listing.facets:
        for value in facet.values:
            others = tuple(choice for choice in chosen if choice[0] != facet.name)
            assert value.count == listed(choices=(*others, (facet.name, value.value))).total


def test_price_and_stock_narrow_too(shop):
    cheap, here = listed(most=1900), listed(in_stock=True)

    assert titles(cheap) == ["Cedar", "Tide"]
    assert (cheap.cheapest, cheap.dearest, cheap.in_stock) == (1200, 9900, 1)
    assert titles(here) == ["Dune", "Tide"]
    assert here.in_stock == 2
    assert counts(here, "Size") == {"Small": 2, "Large": 1}
    assert titles(listed(least=1200, most=2900, in_stock=True)) == ["Dune", "Tide"]


def test_collection_is_a_facet_of_a_search(shop):
    assert titles(listed(choices=(("collection", "c-sea"),))) == ["Dune", "Tide"]
    assert titles(search.find("fern", filters=Filters(choices=(("collection", "c-sea"),)))) == []


def test_choice_that_nothing_has_stays_to_be_taken_back(shop):
    listing = listed(choices=(("Frame", "Gold"),))

    assert listing.total == 0
    assert listing.matches == 4
    assert [each.value for facet in listing.facets for each in facet.values if each.is_chosen] == ["Gold"]


def test_value_that_nobody_can_buy_is_not_offered(app):
    tide = make.product("Tide", options={"Size": ("Small", "Large")})
    catalog.save_product(replace(tide, variants=(tide.variants[0], replace(tide.variants[1], price=None))))
    make.product("Dune", options={"Size": ("Small", "Middle")})
    search.index_stale()

    assert counts(listed(), "Size") == {"Small": 2, "Middle": 1}


def test_last_one_sold_leaves_what_is_in_stock(shop):
    for variant in shop["Dune"].variants:
        adjust(variant.id, 0)

    assert search.index_turns() > 0

    assert titles(listed(in_stock=True)) == ["Tide"]
    assert search.index_turns() == 0


def test_things_that_come_in_are_in_stock(shop):
    search.index_turns()

    inventory.receive(shop["Cedar"].variants[0].id, 1, reason="came", actor="test")
    search.index_turns()

    assert titles(listed(in_stock=True)) == ["Cedar", "Dune", "Tide"]


def test_many_that_come_in_at_once_are_asked_for_in_steps(shop, monkeypatch):
    asked, find_variants = list[int](), catalog.find_variants
    monkeypatch.setattr(catalog, "find_variants", lambda ids: asked.append(len(set(ids))) or find_variants(ids))
    monkeypatch.setattr(indexing, "AT_ONCE", 2)
    for variant in shop["Dune"].variants:
        adjust(variant.id, 0)

    turned = search.index_turns()

    assert turned > max(asked)
    assert max(asked) <= 2
    assert search.index_turns() == 0
    assert titles(listed(in_stock=True)) == ["Tide"]


def test_price_narrows_by_anything_that_can_be_had_of_a_product(app):
    tide = make.product("Tide", options={"Size": ("Small", "Middle", "Large")}, stock=5)
    variants = [
        replace(variant, price=Money(amount, "EUR"))
        for variant, amount in zip(tide.variants, (1900, 4900, 7900), strict=True)
    ]
    catalog.save_product(replace(tide, variants=tuple(variants)))
    make.product("Dune", price=2900)
    search.index_stale()

    assert titles(listed(least=6000)) == ["Tide"]
    assert titles(listed(most=2000)) == ["Tide"]
    assert titles(listed(least=8000)) == titles(listed(most=1800)) == []
    assert (listed().cheapest, listed().dearest) == (1900, 7900)

    for variant in (variants[0], variants[2]):
        adjust(variant.id, 0)
    search.index_turns()

    assert titles(listed(most=2000)) == titles(listed(least=6000)) == []
    assert (listed().cheapest, listed().dearest) == (2900, 4900)


@pytest.fixture
def tide(app):
    """A product that costs more the larger it is; its dearest frame is sold out."""
    made = make.product("Tide", options={"Size": ("Small", "Large"), "Frame": ("None", "Oak", "Gold")}, stock=5)
    prices = (1900, 3900, 7900, 4900, 6900, 9900)
    variants = [
        replace(variant, price=Money(amount, "EUR")) for variant, amount in zip(made.variants, prices, strict=True)
    ]
    made = catalog.save_product(replace(made, variants=tuple(variants)))
    for variant in variants[2::3]:
        adjust(variant.id, 0)
    search.index_stale()
    return made


@pytest.mark.parametrize(
    ("chosen", "amount", "is_from", "place"),
    [
        ({}, 1900, True, None),
        ({"least": 3000}, 3900, True, 1),
        ({"least": 6000}, 6900, False, 4),
        ({"most": 2000}, 1900, False, None),
        ({"choices": (("Size", "Large"),)}, 4900, True, 3),
        ({"choices": (("Frame", "None"), ("Size", "Large"))}, 4900, False, 3),
        ({"choices": (("Frame", "Oak"), ("Size", "Large")), "least": 5000}, 6900, False, 4),
        ({"choices": (("Frame", "Gold"), ("Frame", "Oak"))}, 3900, True, 1),
    ],
)
def test_card_has_the_price_of_what_is_looked_for_and_leads_there(tide, chosen, amount, is_from, place):
    [card] = listed(**chosen).cards

    address = tide.url if place is None else f"{tide.url}?v={tide.variants[place].id}"
    assert (card.price.amount, card.is_from, card.url) == (amount, is_from, address)


def test_what_has_fewer_left_than_are_sold_at_once_is_not_in_stock(shop):
    tide = catalog.save_product(replace(catalog.find_products([shop["Tide"].id])[0], batch=catalog.Batch(least=6)))
    search.index_stale()
    first, *others = tide.variants
    for variant in others:
        adjust(variant.id, 5)
    adjust(first.id, 6)
    search.index_turns()
    assert titles(listed(in_stock=True)) == ["Dune", "Tide"]

    adjust(first.id, 5)

    assert search.index_turns() > 0
    here, every = listed(in_stock=True), listed()
    assert (titles(here), every.in_stock) == (["Dune"], 1)
    assert {card.title: card.is_sold_out for card in every.cards}["Tide"]

    inventory.receive(others[0].id, 1, reason="came", actor="test")
    search.index_turns()
    assert titles(listed(in_stock=True)) == ["Dune", "Tide"]


def test_what_is_sold_from_fewer_pieces_again_is_in_stock(shop):
    tide = catalog.find_products([shop["Tide"].id])[0]
    for variant in tide.variants:
        adjust(variant.id, 2)
    tide = catalog.save_product(replace(tide, batch=catalog.Batch(least=3)))
    search.index_stale()
    assert titles(listed(in_stock=True)) == ["Dune"]

    catalog.save_product(replace(tide, batch=catalog.Batch(least=2)))
    search.index_stale()

    assert titles(listed(in_stock=True)) == ["Dune", "Tide"]


def adjust(variant_id, counted):
    level = inventory.level_as_staff(variant_id)
    inventory.adjust(variant_id, counted, version=level.version, reason="counted", actor="test")


@pytest.mark.parametrize(("chosen", "oak"), [({}, 16), ({"choices": (("Frame", "None"),)}, 20)])
def test_many_products_are_counted_from_a_sample_and_said_to_be_many(monkeypatch, app, chosen, oak):
    monkeypatch.setattr(breadth, "LONG", 0)
    for module in (asking, breadth):
        monkeypatch.setattr(module, "MANY", 10)
    for number in range(40):
        make.product(f"Print {number}", options={"Frame": ("None", "Oak") if number % 2 else ("None",)}, stock=0)
    search.index_stale()
    with db.orders.transaction() as session:  # which products are in a sample is else left to their ids
        session.execute(text(_SPREAD))
        session.execute(text(_IN_SAMPLES))

    listing = listed(**chosen)

    assert listing.total == 40
    assert counts(listing, "Frame") == {"None": 40, "Oak": oak}  # of the first five or ten, two or five are oak
    assert search.Value("Oak", 1000, is_chosen=False).shown_count == "1,000+"
