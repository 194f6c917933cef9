"""One refund that two work on at the same moment: what became of it counts once."""

from functools import partial

import pytest
from flask import Flask
from sqlalchemy import text

from app import db
from app.money import Money
from app.services import checkout, gift_cards, payments
from tests import make
from tests.turns import at_once
from tests.working import work


@pytest.mark.parametrize("seed", range(4))
def test_of_two_who_hear_that_it_was_refused_one_counts_the_money_back(app: Flask, seed: int) -> None:
    gift = make.gift_card(90_000)
    order = make.place(make.pays_with(gift)).order
    gift_cards.void(gift.id, balance=make.left_on(gift), reason="Lost", actor="staff:cleo")
    (refund,) = payments.ask_refunds(order.id, 500, reason="Sorry", actor="staff:cleo", key="one")
    payments.ask_refunds(order.id, 700, reason="Sorry", actor="staff:cleo", key="two")

    at_once(app, seed, partial(payments.refund, refund.id), partial(payments.refund, refund.id))

    assert payments.get_refund(refund.id).state == "failed"
    assert payments.of_order(order.id)[0].refunded == 700


@pytest.mark.parametrize("seed", range(4))
def test_transfer_that_two_note_as_sent_is_audited_once(app: Flask, seed: int) -> None:
    placed = make.place(make.buyer(make.variant()), method="transfer")
    (payment,) = payments.of_order(placed.order.id)
    checkout.take_transfer(
        payment.id, Money(placed.order.total + 250, "EUR"), received=0, sender="Ada Byron", bank_line="", key="one",
        actor="staff:cleo",
    )  # fmt: skip
    work("payments.refund")
    (refund,) = payments.list_by_hand()

    at_once(app, seed, *(partial(payments.note_sent, refund.id, actor=f"staff:{who}") for who in ("cleo", "ben")))

    assert payments.get_refund(refund.id).state == "done"
    with db.orders.reading() as session:
        acts = session.scalars(text("SELECT act FROM audit_intake WHERE act = 'refund.sent'")).all()
    assert acts == ["refund.sent"]
