"""Gift cards that are bought: issued once for each piece when the money is here, and voided when it goes back."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from flask import Flask

from app import db
from app.errors import Conflict, Invalid
from app.money import Money
from app.services import (
    cancellations,
    cart,
    checkout,
    credits,
    documents,
    fulfilment,
    gift_cards,
    notifications,
    orders,
    payments,
)
from tests import make
from tests.companies import Companies
from tests.turns import at_once, refusals
from tests.working import work


def cards_of(order: orders.Order) -> list[gift_cards.GiftCard]:
    return list(gift_cards.sold_with(order.id))


def test_each_piece_becomes_a_card_whose_code_is_mailed(app: Flask, companies: Companies) -> None:
    order = make.settled(make.gift_order(quantity=2))

    work()

    cards = cards_of(order)
    assert [(card.position, card.piece, card.balance) for card in cards] == [(1, 1, 2500), (1, 2, 2500)]
    mail = next(mail for mail in companies.ledger()["mails"] if "gift card" in mail["subject"])
    for card in cards:
        assert gift_cards.code_of(card.id) in mail["content"]["text/plain"]
        assert gift_cards.code_of(card.id) in mail["content"]["text/html"]
        assert gift_cards.get_by_code(gift_cards.code_of(card.id), currency="EUR").id == card.id
    assert fulfilment.shipments_of(order.id) == []


def test_the_mail_that_is_passed_on_has_no_link_to_the_order(app: Flask, companies: Companies) -> None:
    make.settled(make.gift_order())

    work()

    mail = next(mail for mail in companies.ledger()["mails"] if "gift card" in mail["subject"])
    for body in mail["content"].values():
        assert "/orders/" not in body


def test_what_is_kept_of_the_mail_has_no_code(app: Flask) -> None:
    order = make.settled(make.gift_order())

    work()

    kept = "".join(message.text + message.html for message in notifications.messages_of(order.id))
    assert not any(gift_cards.code_of(card.id) in kept for card in cards_of(order))


@pytest.mark.parametrize("seed", range(6))
def test_a_bought_card_is_spent_or_given_back_and_never_both(app: Flask, seed: int) -> None:
    order = make.settled(make.gift_order(quantity=2))
    fulfilment.issue_gift_cards(order.id)
    credit = credits.give_as_staff(
        order, credits.Wish({1: 1}), reason="Sorry", actor="cleo", key="k", restock=(), version=0, amount=2500
    )
    (left,) = [card for card in cards_of(order) if card.voided_at is None]

    def void() -> None:
        with db.orders.transaction():
            gift_cards.void_sold(order.id, 1, 1, credit_id=credit.id, actor="cleo")

    def spend() -> None:
        with db.orders.transaction():
            gift_cards.spend(left.id, Money(1000, "EUR"), reference="payment-1")

    outcomes = at_once(app, seed, void, spend)

    assert len(refusals(outcomes)) == 1
    assert make.left_on(left) in {0, 1500}


def test_an_order_is_issued_once_however_often_it_is_asked_for(app: Flask) -> None:
    order = make.settled(make.gift_order(quantity=3))

    def issue() -> None:
        with app.app_context():
            fulfilment.issue_gift_cards(order.id)

    with ThreadPoolExecutor(4) as pool:
        for each in [pool.submit(issue) for _ in range(8)]:
            each.result()
    work()

    assert len(cards_of(order)) == 3
    assert [each.template for each in notifications.messages_of(order.id)].count("gift_cards") == 1


def test_nothing_is_issued_before_the_money_is_here(app: Flask) -> None:
    placed = make.gift_order()

    fulfilment.issue_gift_cards(placed.order.id)

    assert cards_of(placed.order) == []


def test_nothing_is_taken_off_a_gift_card_and_it_is_not_taxed(app: Flask) -> None:
    make.promotion()
    placed = make.gift_order(quantity=1, beside=make.variant(price=11900))

    by_title = {line.title: line for line in placed.order.lines}
    gift, print_ = by_title["Gift card"], by_title["Slack Tide"]
    assert (gift.total, gift.discount, gift.tax, gift.tax_rate) == (2500, 0, 0, Decimal(0))
    assert (print_.total, print_.discount) == (10710, 1190)
    assert placed.order.delivery_tax == payments_tax(placed.order.delivery)
    assert sum(each["tax"] for each in placed.order.rates) == placed.order.tax


def payments_tax(gross: int) -> int:
    """The tax within the delivery: all of it is the print's, nothing of it the gift card's."""
    return Money(gross, "EUR").times(Decimal(19) / Decimal(119)).amount


def test_a_coupon_for_gift_cards_alone_says_why_not(app: Flask) -> None:
    make.promotion(code="FRIENDS")
    who = make.buyer(make.gift_product().variants[0])

    with pytest.raises(Invalid, match="does not apply to anything in your cart"):
        checkout.enter_coupon(who, "FRIENDS")


def test_a_gift_card_alone_is_not_paid_with_a_gift_card(app: Flask) -> None:
    who = make.buyer(make.gift_product().variants[0])

    with pytest.raises(Invalid, match="cannot be bought with a gift card"):
        checkout.enter_gift_card(who, gift_cards.code_of(make.gift_card().id), address="203.0.113.7")


def test_a_gift_card_pays_only_what_is_bought_beside_gift_cards(app: Flask) -> None:
    paying = make.gift_card(90_000)
    who = make.pays_with(paying)
    cart.add(who, make.gift_product(2500).variants[0].id, 1)

    placed = make.place(who)

    assert placed.payment is not None
    assert placed.payment.amount == 2500
    assert make.left_on(paying) == 90_000 - (placed.order.total - 2500)


def test_only_gift_cards_need_no_delivery(app: Flask) -> None:
    offer = checkout.quote(make.buyer(make.gift_product().variants[0]))

    assert (offer.missing, list(offer.options), offer.breakdown.delivery_full) == (None, [], None)
    assert offer.totals.total.amount == 2500


def test_gift_cards_make_no_delivery_free(app: Flask) -> None:
    who = make.buyer(make.variant(price=2900))

    cart.add(who, make.gift_product(9000).variants[0].id, 1)

    assert checkout.quote(who).totals.delivery.amount == 490


def test_held_money_is_taken_before_a_card_is_given(captures_on_shipping: None, app: Flask) -> None:
    order = make.settled(make.gift_order(beside=make.variant()))
    assert payments.state_of(payments.of_order(order.id)) == "authorized"
    fulfilment.issue_gift_cards(order.id)
    assert cards_of(order) == []

    work()

    assert payments.state_of(payments.of_order(order.id)) == "paid"
    assert len(cards_of(order)) == 2


def give(order: orders.Order, pieces: int = 0, *, free: int = 0) -> credits.Credit:
    wish = credits.Wish({1: pieces} if pieces else {}, free=free)
    with db.orders.transaction():
        locked = orders.lock(order.id)
        return credits.give(locked, wish, kind="refund", reason="Unwanted", actor="staff:cleo", key=db.new_id())


def spend(card: gift_cards.GiftCard, amount: int) -> None:
    with db.orders.transaction():
        gift_cards.spend(card.id, Money(amount, "EUR"), reference=db.new_id())


def test_giving_a_piece_back_voids_its_card(app: Flask, companies: Companies) -> None:
    order = make.settled(make.gift_order(quantity=2))
    work()

    credit = give(order, 1)
    work()

    first, second = cards_of(order)
    assert (first.credit_id, make.left_on(first)) == (credit.id, 0)
    assert make.left_on(second) == 2500
    assert credit.tax == 0
    assert [each["amount"] for each in companies.ledger()["refunds"]] == [2500]


def test_what_was_spent_is_not_given_back(app: Flask) -> None:
    order = make.settled(make.gift_order(quantity=2))
    work()
    spend(cards_of(order)[0], 1)

    with pytest.raises(Invalid) as refusal:
        give(order, 2)

    assert "something was spent" in refusal.value.fields["line-1"]
    assert cancellations.pieces_of(order) == {1: 1}
    assert give(order, 1).amount == 2500


def test_a_free_amount_never_reaches_into_gift_cards(app: Flask) -> None:
    order = make.settled(make.gift_order(quantity=1))
    work()
    [card] = cards_of(order)
    spend(card, 1000)

    with pytest.raises(Invalid, match="voided first"):
        give(order, free=100)
    gift_cards.void(card.id, balance=1500, reason="Given back", actor="staff:cleo")
    assert give(order, free=1500).amount == 1500
    with pytest.raises(Invalid):
        give(order, free=1)


def test_a_piece_given_back_before_it_was_issued_gets_no_card(app: Flask) -> None:
    order = make.settled(make.gift_order(quantity=2))

    give(order, 1)
    work()

    assert len(cards_of(order)) == 1


def test_a_card_is_spent_or_given_back_but_not_both(app: Flask) -> None:
    order = make.settled(make.gift_order(quantity=1))
    work()
    [card] = cards_of(order)

    def use() -> str:
        with app.app_context():
            spend(card, 2500)
        return "spent"

    def back() -> str:
        with app.app_context():
            give(order, 1)
        return "back"

    def outcome(act: object) -> str:
        try:
            return act()  # type: ignore[operator,no-any-return]
        except (Conflict, Invalid):
            return "refused"

    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(outcome, [use, back, use, back]))

    assert sorted(outcomes, key=lambda each: each == "refused")[1:] == ["refused"] * 3
    assert make.left_on(card) == 0


def test_a_cancelled_order_leaves_no_card(app: Flask) -> None:
    order = make.settled(make.gift_order(quantity=2))
    work()

    cancellations.cancel(order.id, {1: 2}, amount=5000, reason="Changed my mind", actor="customer", key="cancel")
    work()

    assert [make.left_on(card) for card in cards_of(order)] == [0, 0]
    assert orders.get_for_job(order.id).state == "cancelled"


def test_the_invoice_shows_gift_cards_without_tax(app: Flask) -> None:
    order = make.settled(make.gift_order())
    work()

    paper = documents.documents_of(order.id)[0].paper

    assert paper["lines"][0]["cells"][-2] == "0%"
    assert not any("Delivery" in label for label, _ in paper["sums"])
    assert any("2016/1065" in note for note in paper["notes"])


def test_the_confirmation_names_the_gift_card_that_paid(app: Flask) -> None:
    paying = make.gift_card(90_000)
    placed = make.place(make.pays_with(paying))

    work()

    [message] = notifications.messages_of(placed.order.id)[:1]
    assert f"Gift card ending in {paying.last4}" in message.text
