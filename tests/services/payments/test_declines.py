"""The brake on trying out cards: each decline counts, and what was ordered is kept."""

from datetime import timedelta

import pytest
from flask import Flask

from app import clock
from app.errors import TooOften
from app.services import cart, checkout, orders, payments
from tests import make
from tests.companies import Companies
from tests.working import work

DECLINED, OTHER = "4000000000000002", "4000000000009995"


def decline(placed: checkout.Placed, times: int = 1, card: str = DECLINED) -> None:
    """Have a card declined so often on the payment page, and the shop look each time."""
    assert placed.payment is not None
    for _ in range(times):
        make.pay(placed, card=card)
        checkout.settle(placed.payment.id)


def test_three_declines_of_one_order_stop_it_and_keep_order_and_cart(app: Flask, companies: Companies) -> None:
    buyer = make.buyer(make.variant())
    placed = make.place(buyer)

    decline(placed, 3)

    assert [session["status"] for session in companies.ledger()["sessions"]] == ["expired"]
    with pytest.raises(TooOften) as stopped:
        checkout.pay_again(placed.token, "hosted")
    assert orders.get_for_job(placed.order.id).state == "placed"
    assert cart.of(buyer).count == 1
    assert checkout.pay_again(placed.token, "transfer").payment is not None
    with clock.at(stopped.value.again_at + timedelta(seconds=1)):
        again = checkout.pay_again(placed.token, "hosted")
        make.pay(again)
        assert again.payment is not None
        assert checkout.settle(again.payment.id).state == "confirmed"


def test_a_decline_is_counted_once_however_often_it_is_told(app: Flask) -> None:
    placed = make.place(make.buyer(make.variant()))
    assert placed.payment is not None

    decline(placed, 2)
    for _ in range(5):
        checkout.settle(placed.payment.id)

    assert checkout.pay_again(placed.token, "hosted").payment is not None


def test_one_card_tried_on_many_orders_is_stopped(app: Flask) -> None:
    placed = [make.place(make.buyer(make.variant())) for _ in range(3)]
    for each in placed[:2]:
        decline(each, 2)

    assert placed[2].payment is not None
    decline(placed[2], 1, card=OTHER)
    assert checkout.pay_again(placed[2].token, "hosted").payment is not None
    assert payments.brake.is_stopped("decline", payments.Lanes(order=placed[2].order.id).named()) is False
    decline(placed[2], 1)
    assert payments.find_live(placed[2].order.id) is None


def test_an_address_that_tries_many_carts_is_stopped_and_others_are_not(app: Flask) -> None:
    lanes = payments.Lanes(address="203.0.113.9").named()
    for number in range(15):
        payments.brake.note("decline", lanes, reference=f"ch_{number}")
    buyer = make.buyer(make.variant())
    offer = checkout.quote(buyer)

    def place(address: str) -> checkout.Placed:
        return checkout.place(
            buyer, revision=offer.cart.revision, total_shown=offer.totals.total.amount, method="hosted",
            terms_version=offer.terms_version, address=address,
        )  # fmt: skip

    with pytest.raises(TooOften):
        place("203.0.113.9")
    assert orders.find_of_cart(buyer.cart_id or "") is None
    assert place("203.0.113.10").payment is not None


def test_a_gift_card_that_pays_all_of_it_tries_out_no_card(app: Flask) -> None:
    buyer = make.pays_with(make.gift_card(10_000))
    for number in range(5):
        payments.brake.note("decline", payments.Lanes(cart=buyer.cart_id).named(), reference=f"ch_{number}")

    assert make.place(buyer).order.state == "confirmed"


def test_an_address_of_ipv6_counts_as_its_subscriber(app: Flask) -> None:
    first, second = (payments.Lanes(address=f"2001:db8:1:2::{number}").named() for number in (1, 2))

    assert first == second
    assert "2001" not in str(first)


def test_the_page_says_when_to_come_again_without_javascript(app: Flask, client) -> None:
    placed = make.place(make.buyer(make.variant()))
    decline(placed, 3)

    answer = client.post(f"/orders/{placed.token}/payments", data={"method": "hosted"})

    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert "Please come again at" in answer.text
    assert client.get(f"/orders/{placed.token}").status_code == 200


def test_order_that_cannot_be_paid_by_card_just_now_shows_its_other_ways(app: Flask, client, companies) -> None:
    placed = make.place(make.buyer(make.variant()), method="transfer")
    companies.pull("fail", company="stripe", method="POST", times=9)

    answer = client.post(f"/orders/{placed.token}/payments", data={"method": "hosted"})

    assert answer.status_code == 503
    assert "Card payments do not work at the moment" in answer.text
    assert placed.order.number in answer.text
    assert "Pay by bank transfer" in answer.text
    assert int(answer.headers["Retry-After"]) > 0


def test_old_tries_are_forgotten(app: Flask) -> None:
    lanes = payments.Lanes(cart="c").named()
    payments.brake.note("gift_code", lanes, reference="one")

    with clock.at(clock.now() + timedelta(days=8)):
        payments.forget_tries()
    for number in range(4):
        payments.brake.note("gift_code", lanes, reference=f"{number}")

    assert payments.brake.is_stopped("gift_code", lanes) is False
    work()
