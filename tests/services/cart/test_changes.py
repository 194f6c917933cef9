"""What a shopper does to a cart."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from app import clock, db
from app.errors import Conflict, Invalid, NotFound
from app.money import Money
from app.services import cart, catalog, checkout, inventory
from tests import make


def test_add_makes_a_cart(app, ada, tide):
    made = cart.add(ada, tide.id, 2)

    assert made.id is not None
    assert [(line.variant_id, line.quantity, line.total) for line in made.lines] == [(tide.id, 2, Money(5800, "EUR"))]
    assert made.subtotal == Money(5800, "EUR")
    assert made.can_be_ordered


def test_add_again_adds_up_in_one_line(shopper, tide):
    assert [line.quantity for line in cart.add(shopper, tide.id, 1).lines] == [3]


def test_add_from_many_tabs_at_once_makes_one_cart(app, ada, tide):
    others = [make.variant(title=f"Print {number}", stock=9) for number in range(4)]
    who = replace(ada, cart_id=db.new_id())
    moment = clock.now()

    def add(number: int) -> None:
        with app.app_context():
            cart.add(who, others[number % 4].id, 1)

    with clock.at(moment), ThreadPoolExecutor(20) as pool:
        list(pool.map(add, range(20)))

    contents = cart.of(who)
    assert Counter({line.variant_id: line.quantity for line in contents.lines}) == {each.id: 5 for each in others}
    assert contents.revision == int(moment.timestamp()) + 19  # the first add made the row, the others counted on


@pytest.mark.parametrize("quantity", [0, -1, 100, 10**9])
def test_add_refuses_a_quantity_that_is_none(shopper, tide, quantity):
    with pytest.raises(Invalid):
        cart.add(shopper, tide.id, quantity)

    assert cart.count(shopper) == 2


def test_add_refuses_more_than_are_left_and_says_how_many(shopper, tide):
    with pytest.raises(Conflict, match="Only 5 left, 2 of them in your cart already"):
        cart.add(shopper, tide.id, 4)

    assert cart.count(shopper) == 2


@pytest.mark.parametrize(
    ("stock", "said"),
    [(1, "The last one is in your cart already."), (3, "Only 3 left, 3 of them in your cart already.")],
)
def test_add_of_more_than_all_asks_for_no_fewer(app, ada, stock, said):
    last = make.variant(stock=stock)
    contents = cart.add(ada, last.id, stock)

    with pytest.raises(Conflict) as refused:
        cart.add(replace(ada, cart_id=contents.id), last.id, 1)

    assert str(refused.value) == said


def test_add_refuses_what_is_sold_out(app, ada):
    with pytest.raises(Conflict, match="sold out"):
        cart.add(ada, make.variant(stock=0).id, 1)


def test_add_refuses_what_is_unknown_or_unpublished(app, ada):
    hidden = make.product(is_published=False).variants[0]

    with pytest.raises(NotFound):
        cart.add(ada, "no-such-variant", 1)
    with pytest.raises(Conflict, match="not sold at the moment"):
        cart.add(ada, hidden.id, 1)


def test_add_refuses_a_cart_without_end(shopper, monkeypatch):
    monkeypatch.setattr("app.services.cart.changes.MAX_LINES", 1)

    with pytest.raises(Conflict, match="at most 1 different"):
        cart.add(shopper, make.variant(title="Another").id, 1)


def test_line_that_is_sold_otherwise_meanwhile_is_told_and_cannot_be_ordered(shopper, tide):
    [product] = catalog.find_products([catalog.find_variants([tide.id])[tide.id].product_id])
    catalog.save_product(replace(product, batch=catalog.Batch(least=3)))

    contents = cart.of(shopper)

    assert contents.lines[0].advice == "This is sold from 3 pieces."
    assert not contents.can_be_ordered


def test_set_quantity_changes_the_line(shopper, tide):
    before = cart.of(shopper)

    after = cart.set_quantity(shopper, tide.id, 4, version=before.revision)

    assert [line.quantity for line in after.lines] == [4]
    assert after.revision == before.revision + 1


def test_set_quantity_holds_when_another_line_changed(shopper, tide):
    seen = cart.of(shopper).revision
    cart.add(shopper, make.variant(title="Another").id, 1)

    after = cart.set_quantity(shopper, tide.id, 1, version=seen)

    assert sorted(line.quantity for line in after.lines) == [1, 1]


def test_set_quantity_refuses_a_stale_page_of_the_same_line(shopper, tide):
    seen = cart.of(shopper).revision
    cart.add(shopper, tide.id, 2)

    with pytest.raises(Conflict, match="in another tab"):
        cart.set_quantity(shopper, tide.id, 1, version=seen)

    assert cart.count(shopper) == 4


def test_set_quantity_refuses_a_line_that_was_removed(shopper, tide):
    seen = cart.of(shopper).revision
    cart.remove(shopper, tide.id)

    with pytest.raises(Conflict, match="taken out"):
        cart.set_quantity(shopper, tide.id, 1, version=seen)


def test_set_quantity_refuses_more_than_are_left(shopper, tide):
    with pytest.raises(Conflict, match="Only 5 left"):
        cart.set_quantity(shopper, tide.id, 6, version=cart.of(shopper).revision)

    assert cart.count(shopper) == 2


def test_remove_twice_is_once(shopper, tide):
    once = cart.remove(shopper, tide.id)

    assert once.lines == ()
    assert cart.remove(shopper, tide.id).revision == once.revision


def test_unpublished_product_is_shown_but_cannot_be_ordered(shopper, tide):
    product = catalog.find_products([catalog.find_variants([tide.id])[tide.id].product_id])[0]
    catalog.save_product(replace(product, is_published=False))

    contents = cart.of(shopper)

    assert contents.lines[0].is_gone
    assert contents.lines[0].title == "Slack Tide"
    assert contents.subtotal == Money.zero("EUR")
    assert not contents.can_be_ordered
    assert cart.remove(shopper, tide.id).lines == ()


def test_deleted_variant_keeps_its_copied_words(shopper, tide):
    product = catalog.find_products([catalog.find_variants([tide.id])[tide.id].product_id])[0]
    catalog.save_product(replace(product, variants=(replace(tide, id=db.new_id()),)))

    line = cart.of(shopper).lines[0]

    assert (line.title, line.unit_price, line.is_gone) == ("Slack Tide", Money(2900, "EUR"), True)


def test_stock_that_went_is_told(shopper, tide):
    inventory.adjust(tide.id, 1, version=inventory.level_as_staff(tide.id).version, reason="lost", actor="test")

    contents = cart.of(shopper)

    assert contents.lines[0].is_short
    assert contents.lines[0].left == 1
    assert not contents.can_be_ordered


def test_cart_without_the_catalogue_shows_what_it_copied(shopper, catalog_down):
    contents = cart.of(shopper)

    assert not contents.is_current
    assert not contents.can_be_ordered
    assert [(line.title, line.total) for line in contents.lines] == [("Slack Tide", Money(5800, "EUR"))]


def test_cart_outlives_a_flushed_redis(app, shopper):
    app.extensions["stores"].redis.flushdb()
    app.extensions["stores"].cache.flushdb()

    assert cart.count(shopper) == 2


def test_many_lines_cost_no_more_queries_than_one(ada, app, count_queries):
    product = make.product("Many", options={"Size": tuple(str(number) for number in range(40))}, stock=9)
    who = replace(ada, cart_id=cart.add(ada, product.variants[0].id, 1).id)
    for variant in product.variants[1:]:
        cart.add(who, variant.id, 1)

    with count_queries() as counted:
        contents = cart.of(who)

    assert len(contents.lines) == 40
    assert (counted.sql, counted.mongo) == (4, 1)


def test_lines_stand_in_the_order_they_were_added(app, ada, tide):
    other = make.variant(title="Another")
    who = replace(ada, cart_id=cart.add(ada, other.id, 1).id)
    cart.add(who, tide.id, 1)
    cart.add(who, other.id, 1)

    assert [line.variant_id for line in cart.of(who).lines] == [other.id, tide.id]


def test_carts_that_nobody_comes_back_to_are_forgotten(app):
    ordered, left = make.buyer(make.variant()), make.buyer(make.variant())
    cart.remember_order(ordered.cart_id, "an-unpaid-order")

    with clock.at(clock.now() + timedelta(days=89)):
        cart.forget_old()
        kept = cart.count(left)
    with clock.at(clock.now() + timedelta(days=91)):
        cart.forget_old()

    assert kept == 1
    assert (cart.count(left), cart.count(ordered)) == (0, 1)
    assert checkout.draft_of(left).address is None


def test_forgotten_cart_that_comes_back_is_above_every_revision_it_had(app):
    back = make.buyer(make.variant(stock=9))
    had = cart.of(back).revision
    for _ in range(3):
        had = cart.add(back, back.variant_id, 1).revision

    with clock.at(clock.now() + timedelta(days=91)):
        cart.forget_old()
        anew = cart.add(back, back.variant_id, 1)

    assert (anew.id, anew.count) == (back.cart_id, 1)
    assert anew.revision > had
