"""Which promotions a cart gets, and what it says where a code does not count."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from app import clock
from app.errors import Invalid
from app.money import Money
from app.services import cart, catalog, checkout, orders, pricing, promotions
from tests import make


def _saved(buyer: make.Buyer) -> dict[str, int]:
    """What each promotion takes, goods and delivery, by name."""
    priced = checkout.quote(buyer).priced
    taken = zip(priced.given, priced.totals.taken, strict=True)
    return {each.name: (all_of.goods + all_of.delivery).amount for each, all_of in taken}


def test_coupon_is_entered_in_any_case_and_with_spaces(app: Flask) -> None:
    make.promotion(code="Friends 10")
    buyer = make.buyer(make.variant(price=2900))

    checkout.enter_coupon(buyer, " friends  10 ")

    assert _saved(buyer) == {"Friends": 290}
    assert checkout.quote(buyer).totals.total.amount == 2900 - 290 + 490


@pytest.mark.parametrize(
    ("terms", "says"),
    [
        ({"code": "OTHER"}, "We do not know this code"),
        ({"starts_on": date(2026, 3, 2)}, "is valid from 2 Mar 2026"),
        ({"ends_on": date(2026, 2, 28)}, "ended on 28 Feb 2026"),
        ({"minimum": 3000}, "This code is valid from €30.00. You need €1.00 more."),
        ({"products": ("another",)}, "does not apply to anything in your cart"),
        ({"kind": "buy_get", "buy": 2, "get": 1}, "Add 2 more pieces to use this code."),
    ],
)
def test_coupon_that_does_not_count_says_why_and_is_not_kept(app: Flask, terms: dict[str, Any], says: str) -> None:
    make.promotion(**({"code": "CODE"} | terms))
    buyer = make.buyer(make.variant(price=2900))

    with clock.at(datetime(2026, 3, 1, 12, tzinfo=UTC)), pytest.raises(Invalid, match=says) as refusal:
        checkout.enter_coupon(buyer, "code")

    assert "code" in refusal.value.fields
    assert checkout.quote(buyer).cart.coupon is None


def test_coupon_ends_at_midnight_in_store_time(app: Flask) -> None:
    make.promotion(code="CODE", ends_on=date(2026, 3, 1))
    buyer = make.buyer(make.variant())
    midnight = datetime(2026, 3, 1, 23, tzinfo=UTC)  # Berlin is an hour ahead

    with clock.at(midnight - timedelta(seconds=1)):
        checkout.enter_coupon(buyer, "code")
    with clock.at(midnight), pytest.raises(Invalid, match="ended on 1 Mar 2026"):
        checkout.enter_coupon(buyer, "code")


def test_stopped_coupon_says_so_and_its_code_can_be_given_anew(app: Flask) -> None:
    old = make.promotion(code="CODE")
    promotions.stop(old.id, version=old.version, actor="test")
    buyer = make.buyer(make.variant())

    with pytest.raises(Invalid, match="no longer valid"):
        checkout.enter_coupon(buyer, "code")
    make.promotion("Anew", code="CODE")
    checkout.enter_coupon(buyer, "code")

    assert list(_saved(buyer)) == ["Anew"]


def test_best_automatic_promotion_and_one_coupon_count_together(app: Flask) -> None:
    make.promotion("Little", percent=Decimal(5))
    make.promotion("More", percent=Decimal(10))
    make.promotion("Code", code="CODE", kind="fixed", amount=500)
    buyer = make.buyer(make.variant(price=2900))

    checkout.enter_coupon(buyer, "code")

    assert _saved(buyer) == {"More": 290, "Code": 500}


def test_exclusive_coupon_counts_alone_when_it_saves_more(app: Flask) -> None:
    make.promotion("By itself", percent=Decimal(10))
    make.promotion("Big", code="BIG", percent=Decimal(30), is_exclusive=True)
    make.promotion("Small", code="SMALL", percent=Decimal(5), is_exclusive=True)
    buyer = make.buyer(make.variant(price=2900))

    checkout.enter_coupon(buyer, "big")
    assert _saved(buyer) == {"Big": 870}
    with pytest.raises(Invalid, match="cannot be combined with “By itself”, which saves you more"):
        checkout.enter_coupon(buyer, "small")


def test_coupon_that_would_raise_the_total_is_refused() -> None:
    """Where tax is added, a code for untaxed goods can leave more of a dear delivery to the taxed ones."""
    terms = promotions.Terms(name="Half", kind="percent", code="HALF", percent=Decimal(50), products=("book",))
    half = promotions.Promotion(id="p", uses=0, stopped_at=None, **terms.values())
    lines = [pricing.Line(Money(100, "EUR"), 1, Decimal(rate)) for rate in (0, 19)]

    priced = promotions.price(
        promotions.Goods(lines, ["book", "print"]), Money(1990, "EUR"), promotions.Candidates(code="HALF", coupon=half),
        today=date(2026, 3, 1), prices_include_tax=False,
    )  # fmt: skip

    assert (priced.given, priced.refusal) == ((), "This code does not make your cart any cheaper.")


def test_coupon_for_a_collection_counts_for_its_products_only(app: Flask) -> None:
    inside, outside = make.product("Inside", price=1000), make.product("Outside", price=5000)
    shelf = catalog.save_collection(catalog.Collection(id="c1", slug="c1", title="Shelf", product_ids=(inside.id,)))
    make.promotion(code="SHELF", collections=(shelf.id,))
    buyer = make.buyer(outside.variants[0])

    with pytest.raises(Invalid, match="does not apply to anything in your cart"):
        checkout.enter_coupon(buyer, "shelf")
    cart.add(buyer, inside.variants[0].id, 2)
    checkout.enter_coupon(buyer, "shelf")

    lines = checkout.quote(buyer).totals.lines
    assert sorted(line.discount.amount for line in lines) == [0, 200]


def test_free_delivery_takes_the_delivery_and_its_tax_off(app: Flask) -> None:
    make.promotion("Sent free", kind="free_delivery", minimum=2000)
    buyer = make.buyer(make.variant(price=2900))

    totals = checkout.quote(buyer).totals

    assert (totals.delivery_full.amount, totals.delivery.amount, totals.total.amount) == (490, 0, 2900)
    assert totals.delivery_tax.amount == 0


def test_first_order_coupon_is_refused_to_who_has_ordered(app: Flask) -> None:
    make.promotion(code="HELLO", is_first_order_only=True)
    make.order(paid=True, email="ada@example.org")
    ada = make.buyer(make.variant(), email="Ada@example.org")
    ben = make.buyer(make.variant(), email="ben@example.org")

    with pytest.raises(Invalid, match="for a first order only"):
        checkout.enter_coupon(ada, "hello")
    checkout.enter_coupon(ben, "hello")

    assert list(_saved(ben)) == ["Friends"]


def test_code_that_stops_counting_stays_and_says_why(app: Flask) -> None:
    promotion = make.promotion(code="CODE")
    buyer = make.buyer(make.variant())
    checkout.enter_coupon(buyer, "code")

    promotions.stop(promotion.id, version=promotion.version, actor="test")

    offer = checkout.quote(buyer)
    assert (offer.cart.coupon, offer.priced.given) == ("CODE", ())
    assert offer.priced.refusal == "This code is no longer valid."


def test_order_keeps_what_each_promotion_took_when_the_promotion_changes(app: Flask) -> None:
    promotion = make.promotion("Friends", code="CODE")
    buyer = make.buyer(make.variant(price=2900), quantity=2)
    checkout.enter_coupon(buyer, "code")

    order = make.place(buyer).order
    terms = promotions.Terms(name="Other", kind="fixed", amount=1, code="CODE")
    promotions.change(promotion.id, terms, version=promotion.version, actor="test")

    kept = orders.get_for_job(order.id)
    assert (kept.subtotal, kept.discount, kept.delivery, kept.total) == (5800, 580, 490, 5710)
    assert [(each["name"], each["goods"]) for each in kept.reductions] == [("Friends (CODE)", 580)]
    assert kept.lines[0].reductions == [{"name": "Friends (CODE)", "amount": 580}]
    assert kept.breakdown.total.amount == 5710


def test_everything_for_nothing_needs_no_payment(app: Flask) -> None:
    make.promotion("Gift", code="GIFT", percent=Decimal(100))
    make.promotion("Sent free", kind="free_delivery")
    buyer = make.buyer(make.variant(price=2900, stock=2))
    checkout.enter_coupon(buyer, "gift")

    placed = make.place(buyer)

    assert placed.payment is None
    assert (placed.order.total, placed.order.tax, placed.order.state) == (0, 0, "confirmed")


def test_address_decides_the_tax(app: Flask) -> None:
    make.tax_rate("DE", "7", postcode="101")
    buyer = make.buyer(make.variant(price=2900))

    totals = checkout.quote(buyer).totals

    assert [(each.rate, each.tax.amount) for each in totals.rates] == [(Decimal(7), totals.tax.amount)]


def test_cart_reads_its_promotions_and_rates_in_one_query_each(app: Flask, count_queries) -> None:
    for number in range(5):
        make.promotion(f"By itself {number}", percent=Decimal(5 + number))
    buyer = make.buyer(make.variant(), quantity=1)
    for _ in range(4):
        cart.add(buyer, make.variant().id, 1)

    with count_queries() as counted:
        assert cart.of(buyer).priced.given

    assert (counted.sql, counted.mongo) == (4, 1)


def test_uses_of_ended_orders_are_told_apart(app: Flask) -> None:
    promotion = make.promotion(code="CODE", total_limit=3)
    for number in range(2):
        buyer = make.buyer(make.variant(), email=f"b{number}@example.org")
        checkout.enter_coupon(buyer, "code")
        placed = make.place(buyer)
    make.expire(placed.order.id)

    assert promotions.uses_of_promotions([promotion.id]) == {promotion.id: 1}
    assert promotions.get_as_staff(promotion.id).uses == 1


@pytest.mark.parametrize("kind", ["percent", "buy_get"])
@pytest.mark.parametrize("percent", [None, Decimal(0), Decimal("100.01")])
def test_promotion_without_a_percent_in_range_is_refused(app: Flask, kind: str, percent: Decimal | None) -> None:
    with pytest.raises(Invalid) as refusal:
        promotions.add(promotions.Terms(name="Spring", kind=kind, percent=percent), actor="test")

    assert refusal.value.fields == {"percent": "Enter a number up to 100, and above 0."}
