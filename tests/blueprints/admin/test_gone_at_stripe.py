"""Gift cards whose price went back at Stripe itself: what was spent is written off, and nothing goes back twice."""

import pytest

from app import db
from app.errors import Invalid
from app.money import Money
from app.services import catalog, checkout, credits, gift_cards, orders, payments
from tests import make
from tests.blueprints.admin.test_credits import look
from tests.blueprints.orders.test_cancellation import last_step
from tests.services.health.test_fsck import faults
from tests.working import work


def bought(*, quantity: int = 1, beside: catalog.Variant | None = None) -> orders.Order:
    """An order of gift cards of 25 euros, which are issued."""
    order = make.settled(make.gift_order(quantity=quantity, beside=beside))
    work()
    return order


def credited(order: orders.Order) -> list[int]:
    return [each.amount for each in credits.of_order(order.id)]


def cards_of(order: orders.Order) -> list[gift_cards.GiftCard]:
    return list(gift_cards.sold_with(order.id))


def spend(card: gift_cards.GiftCard, amount: int) -> None:
    with db.orders.transaction():
        gift_cards.spend(card.id, Money(amount, "EUR"), reference=db.new_id())


def void(card: gift_cards.GiftCard) -> None:
    gift_cards.void(card.id, balance=make.left_on(card), reason="Refunded", actor="staff:cleo")


def refund_there(order: orders.Order, amount: int) -> None:
    """Give back at Stripe itself, and have the shop hear of it."""
    [payment] = payments.of_order(order.id)
    make.at_stripe("refunds", payment_intent=payment.intent_id or "", amount=str(amount))
    checkout.reconcile()


def attention(order: orders.Order) -> list[str]:
    return [entry.text for entry in orders.timeline(order.id) if entry.needs_attention]


def test_what_was_spent_is_written_off_at_once(app):
    order = bought(quantity=2)
    for card in cards_of(order):
        spend(card, 2500)

    refund_there(order, 5000)

    work()
    assert (credited(order), attention(order)) == ([5000], [])
    assert "orders.credits" not in faults()
    with pytest.raises(Invalid, match=r"Only 0\.00 EUR of this order can still be given back"):
        credits.quote(order, credits.Wish(free=1), credits.of_order(order.id))


def test_what_is_left_on_a_card_is_voided_before_the_rest_is_written_off(admin, companies):
    order = bought()
    [card] = cards_of(order)
    spend(card, 1000)

    refund_there(order, 2500)

    [said] = attention(order)
    assert f"{card.last4} (15.00 EUR). Void them if they are not paid for any more." in said
    assert "25.00 EUR of this order stand in no credit note yet: refund them here too" in said
    assert (credited(order), "orders.credits" in faults()) == ([], True)
    early = admin.get(f"/admin/orders/{order.number}/credits", query_string={"delivery": "0", "free": "25"})
    assert "Only 10.00 EUR can be given back so" in early.text
    assert "one that was spent in part is voided first" in early.text

    void(card)
    form = look(admin, order, free="25")
    seen = admin.get(f"/admin/orders/{order.number}/credits", query_string={"delivery": "0", "free": "25"}).text
    assert "€25.00 of this was given back before, so it is not refunded again." in seen
    assert "Credit €25.00" in seen
    admin.post(f"/admin/orders/{order.number}/credits", data=form | {"reason": "Given back at Stripe"})

    work()
    assert credited(order) == [2500]
    assert [refund["amount"] for refund in companies.ledger()["refunds"]] == [2500]  # that of the dashboard alone
    assert "orders.credits" not in faults()
    said = "25.00 EUR are given back, but for 25.00 EUR that went back before: Given back at Stripe"
    assert said in [entry.text for entry in orders.timeline(order.id)]


def test_what_is_cancelled_beside_the_cards_was_given_back_too(admin, companies):
    order = bought(beside=make.variant(price=2900))
    refund_there(order, order.total)

    address = f"/admin/orders/{order.number}/cancellation"
    form = last_step(admin.get(address, query_string={"line-2": "1"}).text)
    seen = admin.get(address, query_string={"line-2": "1"}).text
    assert "of this was given back before, so it is not refunded again." in seen
    assert "refund €" not in seen
    admin.post(address, data=form | {"reason": "Not wanted"})

    work()
    assert len(credited(order)) == 1
    assert [refund["amount"] for refund in companies.ledger()["refunds"]] == [order.total]


def test_a_whole_card_is_given_back_by_its_piece_and_nothing_goes_twice(admin, companies):
    order = bought()
    [card] = cards_of(order)
    refund_there(order, 2500)

    admin.post(f"/admin/orders/{order.number}/credits", data=look(admin, order, line_1="1") | {"reason": "As it was"})

    work()
    assert (credited(order), make.left_on(card)) == ([2500], 0)
    assert [refund["amount"] for refund in companies.ledger()["refunds"]] == [2500]
    assert "orders.credits" not in faults()


def test_the_price_of_a_whole_card_that_went_back_there_beside_one_that_was_spent_goes_back_once(admin, companies):
    order = bought(quantity=2)
    spend(cards_of(order)[0], 2500)

    refund_there(order, 2500)

    assert credited(order) == []  # nobody here knows of which of them it was the price
    assert "25.00 EUR of this order stand in no credit note yet: refund them here too" in attention(order)[0]
    address = f"/admin/orders/{order.number}/credits"
    page = admin.get(address).text
    assert "Up to €50.00 can still be credited. €25.00 of it went back at Stripe and is not refunded again." in page
    admin.post(address, data=look(admin, order, line_1="1") | {"reason": "As it was"})

    work()
    assert credited(order) == [2500]
    assert [refund["amount"] for refund in companies.ledger()["refunds"]] == [2500]
    assert "orders.credits" not in faults()


def test_what_was_spent_is_not_given_back_together_with_a_whole_card(app):
    order = bought(quantity=2)
    spend(cards_of(order)[0], 2500)
    refund_there(order, 3000)

    with pytest.raises(Invalid, match=r"Only 5\.00 EUR can be given back so"):
        credits.quote(order, credits.Wish({1: 1}, free=2500), [])

    assert credits.quote(order, credits.Wish({1: 1}, free=500), []).paid == Money(3000, "EUR")


def test_what_comes_back_on_a_card_whose_price_went_back_is_named(app):
    order = bought()
    [card] = cards_of(order)
    spend(card, 2500)
    refund_there(order, 2500)
    work()
    assert (credited(order), "gift_cards.paid" in faults()) == ([2500], False)

    with db.orders.transaction():  # what it paid for is cancelled
        gift_cards.give_back(card.id, Money(2500, "EUR"), kind="refunded", reference=db.new_id())

    assert faults()["gift_cards.paid"] == [order.number]
    void(card)
    assert "gift_cards.paid" not in faults()
