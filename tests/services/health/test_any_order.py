"""Whatever customers, staff, Stripe, the bank and time do, in whatever order: in the end the books agree.

Most of what is tried is refused, as it would be. `WALKS` says how many walks to go, or which ones (`WALKS=100-199`).
"""

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta

import pytest
from flask import Flask

from app.services import audit, checkout, credits, gift_cards, orders, payments
from tests.companies import Companies
from tests.services.health.anything import FOR_EVER, Shop
from tests.services.health.test_fsck import faults
from tests.working import work

STEPS = 40
UNINDEXED = {"search.products"}  # these tests index nothing


def walks() -> Sequence[int]:
    """Which walks to go."""
    first, dash, last = os.environ.get("WALKS", "8").partition("-")
    return range(int(first), int(last) + 1) if dash else range(int(first))


@pytest.mark.parametrize("walk", walks())
def test_books_agree_whatever_happens(app: Flask, companies: Companies, walk: int) -> None:
    before = app.extensions["config"]
    shop = Shop(app, companies, walk)
    try:
        shop.go(STEPS)
        finish(shop)
        with shop.now():
            wrong = {name: found for name, found in faults().items() if name not in UNINDEXED}
        assert (wrong, list(differences(shop))) == ({}, [])
    except BaseException as error:
        error.add_note("\n".join(shop.story))
        raise
    finally:
        app.extensions["config"] = before


def finish(shop: Shop) -> None:
    """Let time pass, with everything working again; staff see to what failed to go back, and to what was never paid."""
    shop.companies.pull("reset")
    for hours in (1, 12, 24, 7 * 24, 30 * 24):
        shop.go_ahead(shop.passed + timedelta(hours=hours))
        with shop.now():
            checkout.settle_open()
            checkout.reconcile(looking_back=FOR_EVER)
            shop.story.append(f"{hours} hours later: {work()}")
            for order_id in {placed.order.id for placed in shop.placed}:
                give_back_otherwise(shop, order_id)
    with shop.now():
        for order_id in {placed.order.id for placed in shop.placed}:
            write_off(shop, order_id)
            write_down(shop, order_id)
        work()
    audit.seal()


def give_back_otherwise(shop: Shop, order_id: str) -> None:
    """Give back otherwise what failed to go back."""
    order = orders.get_for_job(order_id)
    for failed_id in credits.unsettled_of(order):
        credits.refund_again_as_staff(order, failed_id, actor=shop.staff.actor, otherwise="by bank transfer")


def write_off(shop: Shop, order_id: str) -> None:
    """Credit what was sent and never paid."""
    order, earlier = orders.get_for_job(order_id), credits.of_order(order_id)
    if owed := credits.owed_of(order).amount:
        shop.story.append(f"written off: {order.number} {owed}")
        balance = credits.balance_of(order, earlier)
        wish = credits.Wish(dict(balance.pieces), delivery=balance.delivery.amount)
        credits.give_as_staff(
            order, wish, reason="Never paid", actor=shop.staff.actor, key=shop.key(), restock=(),
            version=balance.version, amount=credits.quote(order, wish, earlier).paid.amount,
        )  # fmt: skip


def write_down(shop: Shop, order_id: str) -> None:
    """Void the gift cards whose price was given back at Stripe itself, and credit that."""
    order, earlier = orders.get_for_job(order_id), credits.of_order(order_id)
    gone, usable = credits.gone_of(order).amount, gift_cards.usable_of([order_id]).get(order_id, 0)
    if gone or usable > payments.kept_of(payments.of_order(order_id)):  # or it came back on a card that was written off
        for card in gift_cards.sold_with(order_id):
            if card.balance:
                gift_cards.void(card.id, balance=card.balance, reason="Refunded", actor=shop.staff.actor)
    if gone:
        shop.story.append(f"gone and written down: {order.number} {gone}")
        credits.give_as_staff(
            order, credits.Wish(free=gone), reason="Refunded", actor=shop.staff.actor, key=shop.key(), restock=(),
            version=len(earlier), amount=gone,
        )  # fmt: skip


def differences(shop: Shop) -> Iterator[str]:
    """Compare each order's money with Stripe's books and with what it was sold for, by other ways than `fsck`."""
    ledger, back = shop.companies.ledger(), Counter[str]()
    for refund in ledger["refunds"]:
        if refund["status"] in {"succeeded", "pending"}:
            back[refund["payment_intent"]] += refund["amount"]
    there = {each["id"]: max(0, each["amount_received"] - back[each["id"]]) for each in ledger["payment_intents"]}
    told = " ".join(each.says for each in payments.list_findings(is_open=True))  # which staff have before them
    for order_id in {placed.order.id for placed in shop.placed}:
        order, paid = orders.get_for_job(order_id), payments.of_order(order_id)
        refunds = payments.refunds_of(order_id)
        for payment in paid:
            elsewhere = sum(each.amount for each in refunds if each.otherwise and each.payment_id == payment.id)
            here = payment.captured - payment.refunded + elsewhere
            at_stripe = there.get(payment.intent_id, 0) if payment.provider == "stripe" else here
            if at_stripe != here and not payment.released and payment.id not in told:
                yield f"{order.number}: {here} of {payment.id} here, {at_stripe} at Stripe"
        given = sum(each.amount for each in credits.of_order(order_id))
        kept, owed = payments.kept_of(paid), credits.owed_of(order).amount
        if order.confirmed_at and kept != order.total - given - owed:
            yield f"{order.number}: kept {kept} of {order.total}, less {given} given back and {owed} owed"
        if not order.confirmed_at and kept:
            yield f"{order.number}: was never confirmed and keeps {kept}"
