"""What an order does to a cart."""

from datetime import timedelta

import pytest

from app import clock, db
from app.errors import NotFound
from app.services import cart, inventory, orders
from app.services.checkout.settle import apply
from app.services.payments import Truth
from tests import make


@pytest.fixture
def buyer(app):
    return make.buyer(make.variant(stock=5), quantity=3)


def test_lock_gives_the_lines_in_order_of_variant(buyer):
    cart.add(buyer, make.variant(title="Another").id, 1)

    with db.orders.transaction():
        locked = cart.lock(buyer.cart_id)

    assert [line.variant_id for line in locked.lines] == sorted(line.variant_id for line in locked.lines)
    assert locked.revision == cart.of(buyer).revision


def test_lock_refuses_a_cart_that_is_not_there(app):
    with pytest.raises(NotFound), db.orders.transaction():
        cart.lock("no-such-cart")


def test_take_out_leaves_what_was_added_since(buyer):
    later = make.variant(title="Later")
    cart.add(buyer, buyer.variant_id, 1)
    cart.add(buyer, later.id, 1)

    cart.take_out(buyer.cart_id, "an-order", {buyer.variant_id: 3})

    assert {line.variant_id: line.quantity for line in cart.of(buyer).lines} == {buyer.variant_id: 1, later.id: 1}


def test_take_out_leaves_the_rest_of_several_lines(buyer):
    other = make.variant(title="Other", stock=5)
    cart.add(buyer, other.id, 4)

    cart.take_out(buyer.cart_id, "an-order", {buyer.variant_id: 2, other.id: 1})

    assert {line.variant_id: line.quantity for line in cart.of(buyer).lines} == {buyer.variant_id: 1, other.id: 3}


def test_page_from_before_an_order_may_change_what_was_not_in_it(buyer):
    later = make.variant(title="Later")
    cart.add(buyer, later.id, 1)
    cart.add(buyer, buyer.variant_id, 1)
    shown = cart.of(buyer).revision

    cart.take_out(buyer.cart_id, "an-order", {buyer.variant_id: 3})

    assert [line.quantity for line in cart.set_quantity(buyer, later.id, 2, version=shown).lines] == [1, 2]
    with pytest.raises(cart.ChangedElsewhere):
        cart.set_quantity(buyer, buyer.variant_id, 2, version=shown)


def test_take_out_removes_lines_that_were_ordered_whole(buyer):
    before = cart.of(buyer).revision

    cart.take_out(buyer.cart_id, "an-order", {buyer.variant_id: 3, "removed-since": 1})

    assert cart.of(buyer).lines == ()
    assert cart.of(buyer).revision == before + 1


def test_pieces_held_by_the_own_order_are_not_sold_out(app):
    buyer = make.buyer(make.variant(stock=3), quantity=3)
    inventory.reserve("an-order", {buyer.variant_id: 3}, until=clock.now() + timedelta(minutes=35))

    others = cart.of(buyer).lines[0]
    cart.remember_order(buyer.cart_id, "an-order")
    own = cart.of(buyer).lines[0]

    assert others.is_gone
    assert (own.is_gone, own.left) == (False, 3)


def test_pieces_held_by_a_later_order_are_not_sold_out_once_late_money_confirms_an_earlier_one(app):
    buyer = make.buyer(make.variant(stock=2))
    earlier = make.place(buyer)
    make.expire(earlier.order.id)
    last_one = make.variant(title="Last one", stock=1)
    cart.add(buyer, last_one.id, 1)
    later = make.place(buyer)

    apply(earlier.payment.id, Truth("paid", earlier.order.total_money, "pi_late"))

    [line] = cart.of(buyer).lines
    assert [orders.get_for_job(each.order.id).state for each in (earlier, later)] == ["confirmed", "placed"]
    assert (line.variant_id, line.is_gone, line.left) == (last_one.id, False, 1)
