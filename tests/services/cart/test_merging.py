"""Two carts become one, whichever is which and however often."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from app.services import cart, catalog
from app.services.cart.merging import Wish, combine
from tests import make

variants = st.sampled_from(["a", "b", "c", "d"])
carts = st.dictionaries(variants, st.builds(Wish, st.integers(1, 99), st.integers(0, 9999)))
limits = st.dictionaries(variants, st.integers(0, 150))


@given(carts, carts, limits)
def test_combine_is_the_same_either_way_round(mine, theirs, limits):
    assert combine(mine, theirs, limits) == combine(theirs, mine, limits)


@given(carts, carts, limits)
def test_combine_takes_nothing_away_and_adds_no_more_than_can_be_had(mine, theirs, limits):
    both = combine(mine, theirs, limits)

    assert both.keys() == mine.keys() | theirs.keys()
    for variant, wish in both.items():
        had = [each[variant].quantity for each in (mine, theirs) if variant in each]
        assert max(had) <= wish.quantity <= sum(had)
        assert wish.quantity <= max(*had, limits.get(variant, 0), 0)


@given(carts, limits)
def test_combine_with_an_empty_cart_changes_nothing(mine, limits):
    assert combine(mine, {}, limits) == mine


@given(carts, carts)
def test_combine_asks_again_when_the_price_is_above_the_lower_that_was_agreed(mine, theirs):
    for variant, wish in combine(mine, theirs, {}).items():
        assert wish.price_seen == min(each[variant].price_seen for each in (mine, theirs) if variant in each)


def in_cart(quantities, ada) -> str:
    who = ada
    for variant_id, quantity in quantities.items():
        who = replace(who, cart_id=cart.add(who, variant_id, quantity).id)
    return who.cart_id


def quantities(contents: cart.Cart) -> dict[str, int]:
    return {line.variant_id: line.quantity for line in contents.lines}


def test_merge_adds_up_and_empties_the_other_cart(app, ada):
    tide, dune = make.variant(stock=9).id, make.variant(title="Dune", stock=9).id
    at_hand, kept = in_cart({tide: 2}, ada), in_cart({tide: 3, dune: 1}, ada)
    before = cart.of(replace(ada, cart_id=at_hand)).revision

    merged = cart.merge(at_hand, kept)

    assert quantities(merged.cart) == {tide: 5, dune: 1}
    assert (merged.fewer, merged.waits_for) == ((), None)
    assert merged.cart.revision == before + 1
    assert cart.count(replace(ada, cart_id=kept)) == 0


def test_merge_twice_and_with_itself_is_once(app, ada):
    tide = make.variant(stock=9).id
    at_hand, kept = in_cart({tide: 2}, ada), in_cart({tide: 3}, ada)
    cart.merge(at_hand, kept)

    again = cart.merge(at_hand, kept)

    assert quantities(again.cart) == quantities(cart.merge(at_hand, at_hand).cart) == {tide: 5}


def test_merge_is_capped_at_what_can_be_had_and_says_so(app, ada):
    few, sixes = make.variant(title="Few", stock=4), make.variant(title="Sixes", stock=50)
    [product] = catalog.find_products([catalog.find_variants([sixes.id])[sixes.id].product_id])
    catalog.save_product(replace(product, batch=catalog.Batch(least=6, step=6, most=12)))
    at_hand, kept = in_cart({few.id: 3, sixes.id: 12}, ada), in_cart({few.id: 2, sixes.id: 6}, ada)

    merged = cart.merge(at_hand, kept)

    assert quantities(merged.cart) == {few.id: 4, sixes.id: 12}
    assert sorted(map(str, merged.fewer)) == [
        "Your cart has 12 of Sixes instead of 18: more cannot be had.",
        "Your cart has 4 of Few instead of 5: more cannot be had.",
    ]
    assert merged.cart.can_be_ordered


def test_merge_into_a_full_cart_says_what_did_not_fit(app, ada, monkeypatch):
    tide, dune = make.variant(stock=9).id, make.variant(title="Dune", stock=9).id
    at_hand, kept = in_cart({tide: 1}, ada), in_cart({dune: 1, tide: 1}, ada)
    monkeypatch.setattr("app.services.cart.merging.MAX_LINES", 1)

    merged = cart.merge(at_hand, kept)

    assert quantities(merged.cart) == {tide: 2}
    assert list(map(str, merged.fewer)) == ["Dune did not fit into your cart."]


def test_merge_leaves_a_cart_alone_whose_order_waits_for_its_money(app, ada):
    waiting = make.buyer(make.variant(stock=9), quantity=2)
    placed = make.place(waiting)
    at_hand = in_cart({make.variant(title="Dune").id: 1}, ada)

    merged = cart.merge(at_hand, waiting.cart_id)

    assert merged.waits_for == placed.order.id
    assert (merged.cart.count, cart.count(waiting)) == (1, 2)


def test_merge_by_two_windows_at_once_counts_once(app, ada):
    tide = make.variant(stock=50).id
    at_hand, kept = in_cart({tide: 2}, ada), in_cart({tide: 3}, ada)

    def merge(_: int) -> None:
        with app.app_context():
            cart.merge(at_hand, kept)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(merge, range(8)))

    assert quantities(cart.of(replace(ada, cart_id=at_hand))) == {tide: 5}
