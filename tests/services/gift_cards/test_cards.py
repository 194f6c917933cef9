"""Gift cards: made, refunded to, guessed at, voided."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app import clock, db
from app.errors import Conflict, Invalid, TooOften
from app.money import Money
from app.services import checkout, gift_cards, orders, payments
from app.services.gift_cards.codes import hash_of
from tests import make
from tests.companies import Companies
from tests.working import work


def state(order: orders.Order) -> tuple[str, str]:
    """The order's state and its pay state."""
    return orders.get_for_job(order.id).state, payments.state_of(payments.of_order(order.id))


def test_issue_makes_one_card_for_one_key_and_keeps_no_code(app: Flask) -> None:
    first = gift_cards.issue(Money(2500, "EUR"), key="a click", actor="staff:cleo")
    second = gift_cards.issue(Money(2500, "EUR"), key="a click", actor="staff:cleo")

    assert (first.is_new, second.is_new) == (True, False)
    assert first.card.id == second.card.id
    code = gift_cards.code_of(first.card.id)
    assert code not in {first.card.code_hash, first.card.key, first.card.note}
    assert first.card.code_hash == hash_of(f" {code.lower().replace('-', ' ')}")


@pytest.mark.parametrize("amount", [0, -5, 1_000_001])
def test_issue_refuses_strange_amounts(app: Flask, amount: int) -> None:
    with pytest.raises(Invalid):
        make.gift_card(amount)


def test_a_code_is_read_as_people_misread_it(app: Flask) -> None:
    assert hash_of("0O1I-L0AB-CDEF-GHJK") == hash_of("00111 0abcd efghjk")


def test_the_ledger_is_never_altered(app: Flask) -> None:
    make.gift_card()

    for statement in ("UPDATE gift_card_entries SET change = 1", "DELETE FROM gift_card_entries"):
        with pytest.raises(DBAPIError, match="never altered"), db.orders.transaction() as session:
            session.execute(text(statement))


def test_a_refund_draws_on_the_card_payment_first_and_then_on_the_gift_card(app: Flask, companies: Companies) -> None:
    gift = make.gift_card(1000)
    placed = make.place(make.pays_with(gift))
    make.pay(placed)
    assert placed.payment is not None
    checkout.settle(placed.payment.id)
    by_card = placed.order.total - 1000

    payments.ask_refunds(placed.order.id, by_card + 400, reason="Damaged", actor="staff:cleo", key="one")
    payments.ask_refunds(placed.order.id, by_card + 400, reason="Damaged", actor="staff:cleo", key="one")
    with pytest.raises(Conflict):
        payments.ask_refunds(placed.order.id, 601, reason="More", actor="staff:cleo", key="two")
    work("payments.refund")

    assert [refund["amount"] for refund in companies.ledger()["refunds"]] == [by_card]
    assert make.left_on(gift) == 400
    assert {refund.state for refund in payments.refunds_of(placed.order.id)} == {"done"}


def test_two_who_refund_60_percent_at_once_refund_once_over_all_tenders(app: Flask) -> None:
    gift = make.gift_card(1000)
    placed = make.place(make.pays_with(gift))
    make.pay(placed)
    assert placed.payment is not None
    checkout.settle(placed.payment.id)
    share = placed.order.total * 6 // 10

    def refund(number: int) -> str:
        with app.app_context():
            try:
                payments.ask_refunds(placed.order.id, share, reason="Damaged", actor="staff:cleo", key=f"k{number}")
            except Conflict:
                return "refused"
            return "asked"

    with ThreadPoolExecutor(4) as pool:
        said = sorted(pool.map(refund, range(4)))

    assert said == ["asked", "refused", "refused", "refused"]


def test_guessing_is_stopped_by_cart_and_by_address(app: Flask) -> None:
    gift = make.gift_card(1000)
    buyers = [make.buyer(make.variant()) for _ in range(5)]

    def guess(buyer: make.Buyer, address: str) -> None:
        with pytest.raises(Invalid):
            checkout.enter_gift_card(buyer, "AAAA-AAAA-AAAA-AAAA", address=address)

    for _ in range(5):
        guess(buyers[0], "203.0.113.9")
    with pytest.raises(TooOften):
        checkout.enter_gift_card(buyers[0], gift_cards.code_of(gift.id), address="203.0.113.10")
    for buyer in buyers[1:4]:
        for _ in range(5):
            guess(buyer, "203.0.113.9")
    with pytest.raises(TooOften) as stopped:
        checkout.enter_gift_card(buyers[4], gift_cards.code_of(gift.id), address="203.0.113.9")

    with clock.at(stopped.value.again_at + timedelta(seconds=1)):
        checkout.enter_gift_card(buyers[4], gift_cards.code_of(gift.id), address="203.0.113.9")


def test_a_void_card_pays_nothing(app: Flask) -> None:
    gift = make.gift_card(1000)
    buyer = make.pays_with(gift)

    with pytest.raises(Conflict):
        gift_cards.void(gift.id, balance=999, reason="Lost", actor="staff:cleo")
    gift_cards.void(gift.id, balance=1000, reason="Lost", actor="staff:cleo")
    gift_cards.void(gift.id, balance=1000, reason="Lost", actor="staff:cleo")

    assert make.left_on(gift) == 0
    assert checkout.quote(buyer).tenders == ()
    with pytest.raises(Invalid):
        checkout.enter_gift_card(buyer, gift_cards.code_of(gift.id), address="203.0.113.7")
