"""Orders that wait for a transfer keep their things from others: a few at a time, then another way to pay."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask

from app.errors import Conflict
from app.services import checkout, orders
from tests import make
from tests.services.cancellations.test_cancelling import cancel
from tests.services.payments.test_transfers import receive

STRANGER, OTHER = "198.41.0.4", "198.41.0.5"


def place(email: str = "ada@example.org", *, address: str = "", method: str = "transfer") -> checkout.Placed:
    """Order with a cart of its own."""
    buyer = make.buyer(make.variant(stock=3), email=email)
    offer = checkout.quote(buyer)
    return checkout.place(
        buyer, revision=offer.cart.revision, total_shown=offer.totals.total.amount, method=method,
        terms_version=offer.terms_version, address=address,
    )  # fmt: skip


def test_the_fourth_order_of_one_mail_address_that_waits_for_a_transfer_is_refused(app: Flask) -> None:
    for _ in range(3):
        place()

    with pytest.raises(Conflict, match="another way to pay"):
        place("Ada@Example.org")

    assert place(method="hosted").payment is not None
    assert place("ben@example.org").payment is not None


def test_the_eleventh_from_one_network_address_is_refused_and_a_private_network_is_none(app: Flask) -> None:
    for number in range(10):
        place(f"{number}@example.org", address=STRANGER)

    with pytest.raises(Conflict, match="another way to pay"):
        place("more@example.org", address=STRANGER)

    assert place("more@example.org", address=OTHER).payment is not None
    for number in range(11):
        place(f"inner{number}@example.org", address="10.0.0.7")


def test_what_was_paid_or_cancelled_makes_room(app: Flask) -> None:
    placed = [place() for _ in range(3)]

    receive(placed[0], placed[0].order.total)
    place()
    cancel(placed[1].order)

    assert place().payment is not None
    with pytest.raises(Conflict):
        place()


def test_an_order_goes_on_waiting_and_another_may_not_change_to_a_transfer(app: Flask) -> None:
    other, placed = place(method="hosted"), [place() for _ in range(3)]

    again = checkout.pay_again(placed[0].token, "transfer")

    assert again.payment is not None
    assert placed[0].payment is not None
    assert again.payment.id == placed[0].payment.id
    with pytest.raises(Conflict, match="another way to pay"):
        checkout.pay_again(other.token, "transfer")
    assert checkout.pay_again(other.token, "hosted").payment is not None


def test_refused_leaves_no_order_behind(app: Flask) -> None:
    buyer = make.buyer(make.variant(stock=3))
    for _ in range(3):
        place()

    with pytest.raises(Conflict):
        make.place(buyer, method="transfer")

    assert orders.find_of_cart(buyer.cart_id or "") is None


def test_many_at_once_are_no_more_than_one_after_the_other(app: Flask) -> None:
    buyers, start = [make.buyer(make.variant(stock=3)) for _ in range(6)], Barrier(6)

    def order(buyer: make.Buyer) -> bool:
        with app.app_context():
            start.wait()
            try:
                make.place(buyer, method="transfer")
            except Conflict:
                return False
            return True

    with ThreadPoolExecutor(6) as pool:
        said = list(pool.map(order, buyers))

    assert sum(said) == 3
