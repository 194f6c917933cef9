"""Cards: read once while nothing changes, never old beyond that, and never what somebody pays."""

from dataclasses import replace

from app.services import cart, catalog
from tests import make
from tests.make import Buyer


def test_cards_are_read_once_in_a_generation(app, count_queries):
    ids = [make.product(f"Print {number}").id for number in range(3)]
    at = catalog.generation()

    with count_queries() as first:
        catalog.cards(ids[:2], at=at)
    with count_queries() as second:
        shown = catalog.cards([ids[2], ids[0], ids[1], "none"], at=at)
        catalog.cards(ids, at=at)

    assert first.mongo == 1
    assert second.mongo == 1
    assert [card.id for card in shown] == [ids[2], ids[0], ids[1]]


def test_cards_are_read_anew_after_a_change(app):
    product = make.product("Tide", price=2900)
    draft = make.product("Dune")
    before = catalog.generation()
    assert [card.price.amount for card in catalog.cards([product.id, draft.id], at=before)] == [2900, 2900]

    make.reprice(product.variants[0], 3100)
    catalog.save_product(replace(draft, is_published=False))

    assert [card.price.amount for card in catalog.cards([product.id, draft.id], at=catalog.generation())] == [3100]
    assert [card.price.amount for card in catalog.cards([product.id, draft.id])] == [3100]


def test_cart_takes_the_price_of_now_whatever_a_card_still_says(app):
    product = make.product("Tide", price=2900)
    at = catalog.generation()
    catalog.cards([product.id], at=at)
    make.reprice(product.variants[0], 3100)

    put = cart.add(Buyer(cart_id=None, variant_id=product.variants[0].id), product.variants[0].id, 1)

    assert catalog.cards([product.id], at=at)[0].price.amount == 2900
    assert [line.unit_price.amount for line in put.lines] == [3100]
