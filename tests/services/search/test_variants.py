"""Lists compare variants: a size, a frame and a price must be had together, and what is ordered is what cards show."""

import random
from dataclasses import dataclass, replace
from itertools import combinations

import pytest

from app.money import Money
from app.services import catalog, inventory, search
from app.services.search import Filters
from tests import make

SIZES, FRAMES, TAGS = ("Small", "Middle", "Large"), ("None", "Oak"), ("Calm", "Loud")
SEED = 20261130


@dataclass(frozen=True)
class Had:
    """One variant as somebody looks for it; `is_here`: it can be bought."""

    title: str
    tag: str
    size: str
    frame: str
    price: int
    is_here: bool


@pytest.fixture
def shop(app):
    """Twenty products of which some variants are missing, sold out or without a price; what is had of them."""
    chance = random.Random(SEED)
    had = list[Had]()
    for number in range(20):
        made = make.product(f"Print {number:02}", options={"Size": SIZES, "Frame": FRAMES}, stock=0)
        kept = chance.sample(made.variants, chance.randint(1, len(made.variants)))
        tag, stocked = chance.choice(TAGS), chance.random() < 0.8
        priced = [replace(each, price=Money(chance.randrange(1000, 9000, 500), "EUR")) for each in kept]
        if len(priced) > 1:
            priced[0] = replace(priced[0], price=None)
        catalog.save_product(replace(made, variants=tuple(priced), tags=(tag,)))
        all_of = list[Had]()
        for each in priced:
            is_here = stocked and chance.random() < 0.6
            if is_here:
                inventory.receive(each.id, 2, reason="came", actor="test")
            if each.price:
                all_of.append(Had(made.title, tag, *each.values, price=each.price.amount, is_here=is_here))
        had += [each for each in all_of if each.is_here] or all_of
    search.index_stale()
    return had


def fitting(had, chosen, *, but=""):
    """Return the variants that fit what is chosen, in plain Python; `but` names a filter that is not looked at."""
    sizes, frames, tags = ({value for name, value in chosen["choices"] if name == facet}
                           for facet in ("Size", "Frame", "tag"))  # fmt: skip
    return [
        each
        for each in had
        if (but == "Size" or not sizes or each.size in sizes)
        and (but == "Frame" or not frames or each.frame in frames)
        and (but == "tag" or not tags or each.tag in tags)
        and (but == "price" or chosen["least"] <= each.price <= chosen["most"])
        and (not chosen["in_stock"] or each.is_here)
    ]


def choices():
    """Yield what may be chosen: nothing, one or two of the values, with and without a span of prices and stock."""
    values = [*(("Size", size) for size in SIZES), *(("Frame", frame) for frame in FRAMES), *(("tag", t) for t in TAGS)]
    for chosen in [(), *((each,) for each in values), *combinations(values, 2)]:
        for least, most in ((0, 10_000), (3000, 5000)):
            for in_stock in (False, True):
                yield {"choices": chosen, "least": least, "most": most, "in_stock": in_stock}


def test_lists_have_and_count_what_a_variant_fits(shop):
    for chosen in choices():
        spanned = chosen if chosen["least"] else {**chosen, "least": None, "most": None}
        listing = search.list_products(filters=Filters(**spanned), sort="price", size=50, has_facets=True)
        fits = fitting(shop, chosen)
        cheapest = {each.title: min(one.price for one in fits if one.title == each.title) for each in fits}

        assert {card.title for card in listing.cards} == set(cheapest), chosen
        assert listing.total == len(cheapest)
        assert listing.in_stock == len({each.title for each in fits if each.is_here})
        assert [card.price.amount for card in listing.cards] == sorted(cheapest.values())
        assert {card.title: card.price.amount for card in listing.cards} == cheapest
        span = [each.price for each in fitting(shop, chosen, but="price")]
        assert (listing.cheapest, listing.dearest) == (min(span, default=None), max(span, default=None))
        counted = {
            (facet.name, value.value): value.count for facet in listing.facets for value in facet.values if value.count
        }
        for facet, of in (("Size", "size"), ("Frame", "frame"), ("tag", "tag")):
            if any(name == facet for name, _ in counted):
                told = {value: count for (name, value), count in counted.items() if name == facet}
                pairs = {(getattr(each, of), each.title) for each in fitting(shop, chosen, but=facet)}
                expected = {value: len([1 for mine, _ in pairs if mine == value]) for value, _ in pairs}
                assert told == expected, chosen


def test_dearest_first_is_by_the_price_that_is_shown(shop):
    chosen = Filters(choices=(("Size", "Large"),))

    prices = [card.price.amount for card in search.list_products(filters=chosen, sort="-price", size=50).cards]

    assert len(prices) > 3
    assert prices == sorted(prices, reverse=True)
    assert prices == [card.price.amount for card in search.find("print", filters=chosen, sort="-price").cards]


def test_what_is_sold_out_is_not_found_by_its_value_until_it_is_back(app):
    tide = make.product("Tide", options={"Size": ("Small", "Large")}, stock=0)
    small, large = tide.variants
    inventory.receive(small.id, 1, reason="came", actor="test")
    search.index_stale()
    in_large = Filters(choices=(("Size", "Large"),))
    assert search.list_products(filters=in_large).total == 0

    inventory.receive(large.id, 1, reason="came", actor="test")
    search.index_turns()

    assert search.list_products(filters=in_large).total == 1


def test_of_what_is_all_sold_out_every_value_is_found_at_its_price(app):
    tide = make.product("Tide", options={"Size": ("Small", "Large")}, stock=0)
    dear = replace(tide.variants[1], price=Money(4900, "EUR"))
    catalog.save_product(replace(tide, variants=(tide.variants[0], dear)))
    search.index_stale()

    [card] = search.list_products(filters=Filters(choices=(("Size", "Large"),))).cards

    assert (card.is_sold_out, card.price.amount) == (True, 4900)
    assert card.url == f"{tide.url}?v={dear.id}"


def test_a_thousand_variants_are_told_apart(app):
    many = tuple(f"No. {number}" for number in range(1000))
    tide = make.product("Tide", options={"Number": many}, stock=0)
    priced = [replace(each, price=Money(1000 + place, "EUR")) for place, each in enumerate(tide.variants)]
    catalog.save_product(replace(tide, variants=tuple(priced)))
    search.index_stale()

    for place in (0, 499, 999):
        chosen = Filters(choices=(("Number", many[place]),), least=1000 + place, most=1000 + place)
        [card] = search.list_products(filters=chosen).cards
        assert card.price.amount == 1000 + place
    assert search.list_products(filters=Filters(choices=(("Number", many[5]),), least=1006)).total == 0


def test_more_options_than_a_product_has_leave_nothing(app):
    make.product("Tide", options={"Size": ("Small", "Large"), "Frame": ("None",)}, stock=3)
    search.index_stale()
    chosen = (("Size", "Small"), ("Frame", "None"), *((f"Option {number}", "Any") for number in range(18)))

    listing = search.list_products(filters=Filters(choices=chosen), has_facets=True)

    assert (listing.total, listing.matches) == (0, 1)
    assert len([value for facet in listing.facets for value in facet.values if value.is_chosen]) == 20
