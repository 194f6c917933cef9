"""Limits of promotions hold when many order at once, and uses come back exactly once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import db
from app.errors import Conflict
from app.services import cart, checkout, orders, payments, promotions
from app.services.checkout.settle import apply
from app.services.payments import Truth
from app.services.promotions import Promotion, PromotionUse
from app.services.promotions.models import PromotionCustomer
from tests import make


def _held(promotion: Promotion) -> tuple[int, int]:
    """The counter of a promotion, and how many orders hold a use by the rows."""
    with db.orders.reading() as session:
        uses = session.scalar(select(Promotion.uses).where(Promotion.id == promotion.id))
        query = select(func.count()).where(
            PromotionUse.promotion_id == promotion.id, PromotionUse.given_back_at.is_(None)
        )
        return int(uses or 0), int(session.scalar(query) or 0)


def _buyer(number: int, code: str, *, email: str = "") -> make.Buyer:
    who = make.buyer(make.variant(stock=3), email=email or f"buyer{number}@example.org")
    checkout.enter_coupon(who, code)
    return who


def _at_once(app: Flask, buyers: list[make.Buyer]) -> list[checkout.Placed | Conflict]:
    """Have all of them order at the same moment, by the total that each has seen."""
    offers = [checkout.quote(buyer) for buyer in buyers]

    def order(buyer: make.Buyer, offer: checkout.Quote) -> checkout.Placed | Conflict:
        with app.app_context():
            try:
                return make.place(buyer, revision=offer.cart.revision, total_shown=offer.totals.total.amount)
            except Conflict as refusal:
                return refusal

    with ThreadPoolExecutor(len(buyers)) as pool:
        return list(pool.map(order, buyers, offers))


def test_coupon_with_three_uses_serves_three_of_twelve_at_once(app: Flask) -> None:
    promotion = make.promotion(code="THREE", total_limit=3)
    buyers = [_buyer(number, "three") for number in range(12)]

    answers = _at_once(app, buyers)

    placed = [each for each in answers if isinstance(each, checkout.Placed)]
    refused = [each for each in answers if isinstance(each, checkout.TotalChanged)]
    assert (len(placed), len(refused)) == (3, 9)
    assert {each.order.discount for each in placed} == {290}
    assert {each.total.amount for each in refused} == {2900 + 490}, "the losers see the total they would pay now"
    assert _held(promotion) == (3, 3)
    with db.orders.reading() as session:
        assert session.scalar(select(func.count()).select_from(orders.Order)) == 3


@pytest.mark.parametrize("terms", [{"customer_limit": 1}, {"is_first_order_only": True}])
def test_one_customer_at_once_in_many_windows_gets_it_once(app: Flask, terms: dict[str, object]) -> None:
    promotion = make.promotion(code="ONCE", **terms)
    spellings = ("ada@example.org", "Ada@example.org", "ADA@example.org", "ada@EXAMPLE.org")
    buyers = [_buyer(number, "once", email=email) for number, email in enumerate(spellings)]

    answers = _at_once(app, buyers)

    assert sum(isinstance(each, checkout.Placed) for each in answers) == 1
    assert sum(isinstance(each, checkout.TotalChanged) for each in answers) == 3
    assert _held(promotion)[1] == 1


def test_use_comes_back_once_when_the_order_ends_unpaid(app: Flask) -> None:
    promotion = make.promotion(code="ONCE", total_limit=1, customer_limit=1)
    placed = make.place(_buyer(1, "once", email="ada@example.org"))
    assert _held(promotion) == (1, 1)

    for _ in range(3):
        make.expire(placed.order.id)
        promotions.give_back(placed.order.id)

    assert _held(promotion) == (0, 0)
    assert make.place(_buyer(2, "once", email="ada@example.org")).order.discount == 290


def test_use_comes_back_once_when_given_back_many_times_at_once(app: Flask) -> None:
    promotion = make.promotion(code="CODE", total_limit=5)
    make.place(_buyer(1, "code"))
    placed = make.place(_buyer(2, "code"))

    def give_back(_: int) -> None:
        with app.app_context():
            promotions.give_back(placed.order.id)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(give_back, range(8)))

    assert _held(promotion) == (1, 1)


def test_shopper_who_comes_back_to_an_unpaid_order_keeps_its_coupon(app: Flask) -> None:
    make.promotion(code="ONCE", total_limit=1, customer_limit=1)
    buyer = _buyer(1, "once")
    first = make.place(buyer)

    offer = checkout.quote(buyer)
    cart.add(buyer, make.variant(price=1000).id, 1)
    second = make.place(buyer)

    assert offer.priced.refusal == ""
    assert second.order.id != first.order.id
    assert orders.get_for_job(first.order.id).state == "cancelled"
    assert second.order.discount == 390


def test_promotion_that_staff_changed_meanwhile_is_not_given_as_it_was(app: Flask) -> None:
    promotion = make.promotion(code="CODE")
    buyer = _buyer(1, "code")
    offer = checkout.quote(buyer)
    real = checkout.place.__globals__["_check_method"]

    def change_first(*args: object) -> None:
        real(*args)
        terms = promotions.Terms(name="Friends", kind="percent", percent=promotion.percent / 2, code="CODE")
        promotions.change(promotion.id, terms, version=promotion.version, actor="test")

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(checkout.place.__globals__, "_check_method", change_first)
        with pytest.raises(checkout.TotalChanged) as refusal:
            make.place(buyer, revision=offer.cart.revision, total_shown=offer.totals.total.amount)

    assert refusal.value.total.amount == 2900 - 145 + 490
    assert orders.find_of_cart(buyer.cart_id or "") is None


def test_late_money_takes_the_use_again_or_goes_back(app: Flask) -> None:
    promotion = make.promotion(code="ONCE", total_limit=1)
    first = make.place(_buyer(1, "once"))
    make.expire(first.order.id)
    second = make.place(_buyer(2, "once"))
    assert first.payment is not None

    apply(first.payment.id, Truth("paid", first.order.total_money, "pi_late"))
    assert orders.get_for_job(first.order.id).state == "cancelled"
    assert [refund.amount for refund in payments.refunds_of(first.order.id)] == [first.order.total]

    make.expire(second.order.id)
    assert second.payment is not None
    apply(second.payment.id, Truth("paid", second.order.total_money, "pi_later"))
    assert orders.get_for_job(second.order.id).state == "confirmed"
    assert _held(promotion) == (1, 1)


def test_limit_that_staff_set_later_counts_the_uses_so_far(app: Flask) -> None:
    promotion = make.promotion(code="CODE")
    placed = [make.place(_buyer(number, "code")) for number in range(2)]
    make.expire(placed[0].order.id)

    terms = promotions.Terms(name="Friends", kind="percent", percent=promotion.percent, code="CODE", total_limit=2)
    promotions.change(promotion.id, terms, version=promotion.version, actor="test")
    make.place(_buyer(3, "code"))

    assert _held(promotion) == (2, 2)
    with db.orders.reading() as session:
        held = session.scalar(
            select(func.sum(PromotionCustomer.uses)).where(PromotionCustomer.promotion_id == promotion.id)
        )
    assert held == 2
