"""A shop in which anything may happen: what customers, staff, Stripe, the bank and time do, drawn from a seed."""

import hashlib
import hmac
import json
import time
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import httpx
from flask import Flask

from app import clock
from app.errors import NotFound, ShopError
from app.money import Money
from app.services import (
    accounts,
    cancellations,
    checkout,
    credits,
    fulfilment,
    gift_cards,
    inventory,
    orders,
    payments,
    returns,
)
from tests import make
from tests.companies import Companies
from tests.running import WITHOUT_TLS
from tests.services.cancellations.test_cancelling import send
from tests.services.health.walking import Walk
from tests.working import work

FOR_EVER = timedelta(days=90)
CARDS = ("4242424242424242", "4242424242424242", "4000000000000002", "4000000000009995")
# What may happen, and how often; and what may meet something else in the middle of it.
ACTS = {
    "place": 4, "pay": 4, "settle": 3, "work_all": 3, "cancel": 2, "credit": 2, "ask_return": 1,
    "go_on_with_return": 2, "refund_what_waits": 1, "refund_again": 1, "capture": 1, "record_transfer": 3,
    "take_transfer_back": 1, "pay_again": 2, "withdraw": 1, "count_stock": 1, "receive_stock": 1,
    "void_gift_card": 1, "act_at_stripe": 1, "dispute": 1, "fail_refund": 1, "break_next_call": 1, "hand_over": 2,
    "hear": 3, "bring_back": 1, "send_again": 1, "send_refund": 1, "reconcile": 1, "look_at_the_clock": 1, "wait": 3,
}  # fmt: skip
MEET = (
    "settle", "settle", "work_all", "cancel", "credit", "go_on_with_return", "refund_what_waits", "capture",
    "record_transfer", "take_transfer_back", "pay_again", "refund_again", "withdraw", "act_at_stripe", "reconcile",
    "place", "count_stock", "look_at_the_clock", "send_again", "send_refund", "hear",
)  # fmt: skip


class Shop(Walk):
    """A small shop, and what may happen in it. Each act says in words what it did, or raises as it was refused."""

    def __init__(self, app: Flask, companies: Companies, seed: int) -> None:
        super().__init__(app, companies, seed, ACTS, MEET)
        self.staff: accounts.Staff = make.staff().staff
        self.goods = [make.variant(f"Print {place}", price=1000 + 333 * place, stock=4) for place in range(2)]
        self.goods.append(make.gift_product(2500).variants[0])
        self.cards = [make.gift_card(700), make.gift_card(5000)]
        if self.chance.random() < 0.5:
            make.promotion(total_limit=3)
        if self.chance.random() < 0.3:
            make.tax_rate("DE", "19")
            app.extensions["config"] = replace(app.extensions["config"], prices_include_tax=False)
        if self.chance.random() < 0.5:
            goods, level = self.goods[0], inventory.levels([self.goods[0].id])[self.goods[0].id]
            inventory.allow_backorder(
                goods.id, 3, expected_on=clock.today(), low_at=0, version=level.version, actor=self.staff.actor
            )
        self.placed: list[checkout.Placed] = []

    def order(self) -> orders.Order:
        return orders.get_for_job(self.one(self.placed).order.id)

    def payment(self, *methods: str) -> payments.Payment:
        """A payment of an order, by one of these methods; rather of a late one."""
        found = [
            each for placed in self.placed for each in payments.of_order(placed.order.id) if each.method in methods
        ]
        return self.one(found[-4:])

    def pieces(self, most: dict[int, int]) -> dict[int, int]:
        return most if self.chance.random() < 0.4 else {at: self.chance.randint(0, left) for at, left in most.items()}

    # customers

    def place(self) -> str:
        capture = self.chance.choice(("on_shipping", "on_payment"))
        self.app.extensions["config"] = replace(self.app.extensions["config"], capture=capture)
        who = make.buyer(
            self.chance.choice(self.goods), quantity=self.chance.choice((1, 1, 2, 3)),
            email=f"ada{self.chance.randrange(4)}@example.org",
        )  # fmt: skip
        if self.chance.random() < 0.35:
            with suppress(ShopError):
                checkout.enter_gift_card(who, gift_cards.code_of(self.gift_card().id), address="203.0.113.7")
        self.placed.append(make.place(who, method=self.chance.choice(("hosted", "hosted", "transfer"))))
        return f"{self.placed[-1].order.number} {capture}"

    def pay(self) -> str:
        placed = self.one([each for each in self.placed if each.payment and each.payment.pay_url][-2:])
        with suppress(httpx.HTTPError):
            make.pay(placed, self.chance.choice(CARDS))
        return placed.order.number

    def pay_again(self) -> str:
        order = self.order()
        self.placed.append(checkout.pay_again(orders.token_of(order.id), self.chance.choice(("hosted", "transfer"))))
        return order.number

    def cancel(self) -> str:
        order = self.order()
        pieces = self.pieces(cancellations.pieces_of(order))
        amount = order.total if order.state == "placed" else cancellations.quote(order, pieces).paid.amount
        key = self.key()
        for _ in range(2):  # pressed twice
            cancellations.cancel(order.id, pieces, amount=amount, reason="Less", actor="customer", key=key)
        return f"{order.number} {pieces}"

    def ask_return(self) -> str:
        order = self.order()
        pieces = {at: count for at, count in self.pieces(returns.returnable(order)).items() if count}
        returns.request(order, pieces, reason="damaged", words="", key=self.key())
        return f"{order.number} {pieces}"

    # staff

    def go_on_with_return(self) -> str:
        order = self.order()
        found = self.one([each for each in returns.of_order(order.id) if each.state in returns.OPEN])
        pieces = {line.position: line.quantity for line in found.lines}
        if found.state == "received":
            amount = credits.quote(order, credits.Wish(pieces), credits.of_order(order.id)).paid.amount
            returns.refund(self.staff, found.id, delivery=0, amount=amount)
        elif found.state == "approved":
            returns.receive(self.staff, found.id, self.pieces(pieces))
        elif self.chance.random() < 0.8:
            returns.approve(self.staff, found.id)
        else:
            returns.decline(self.staff, found.id, "Worn", goes_back=False)
        return f"{order.number} was {found.state}"

    def credit(self) -> str:
        order = self.order()
        balance = credits.balance_of(order, credits.of_order(order.id))
        delivery, free = self.chance.choice((0, 100, balance.delivery.amount)), self.chance.choice((0, 50, 1500))
        wish = credits.Wish(self.pieces(dict(balance.pieces)), delivery=delivery, free=free)
        amount = credits.quote(order, wish, credits.of_order(order.id)).paid.amount
        credits.give_as_staff(
            order, wish, reason="Sorry", actor=self.staff.actor, key=self.key(), restock=(), version=balance.version,
            amount=amount,
        )  # fmt: skip
        return f"{order.number} {wish}"

    def refund_what_waits(self) -> str:
        order = self.order()
        left = sum(each.refundable.amount for each in payments.of_order(order.id))
        orders.refund_as_staff(
            order, Money(left, "EUR"), left=left, reason="Never mind", key=self.key(), actor=self.staff.actor
        )
        return f"{order.number} {left}"

    def refund_again(self) -> str:
        order = self.order()
        failed = self.one([each for each in payments.refunds_of(order.id) if each.state == "failed"])
        otherwise = self.chance.choice((None, "by bank transfer"))
        credits.refund_again_as_staff(order, failed.id, actor=self.staff.actor, otherwise=otherwise)
        return f"{order.number} {otherwise}"

    def capture(self) -> str:
        order = self.order()
        checkout.capture_as_staff(order, actor=self.staff.actor)
        return order.number

    def record_transfer(self) -> str:
        payment = self.payment("transfer")
        left = max(payment.amount - payment.captured, 0)
        amount = self.chance.choice((left, left, left // 2, left + 500, 100))
        checkout.take_transfer(
            payment.id, Money(amount, "EUR"), received=payment.captured, sender="Ada", bank_line=self.key(),
            key=self.key(), actor=self.staff.actor,
        )  # fmt: skip
        return f"{payment.order_id} {amount}"

    def take_transfer_back(self) -> str:
        payment = self.payment("transfer")
        receipt = self.one([each for each in payments.receipts_of(payment.id) if not each.taken_back_at])
        checkout.take_receipt_back(payment.id, receipt.id, actor=self.staff.actor)
        return f"{payment.order_id} {receipt.amount}"

    def send_refund(self) -> str:
        refund = self.one(payments.list_by_hand())
        payments.note_sent(refund.id, actor=self.staff.actor)
        return f"{refund.order_id} {refund.amount}"

    def send_again(self) -> str:
        order = self.order()
        parcel = self.one(fulfilment.shipments_of(order.id))
        returns.send_again(self.staff, parcel.id)
        return order.number

    def withdraw(self) -> str:
        order = self.order()
        checkout.withdraw(order.id, "Not wanted", actor=self.staff.actor)
        return order.number

    def count_stock(self) -> str:
        goods = self.chance.choice(self.goods[:2])
        version, counted = inventory.levels([goods.id])[goods.id].version, self.chance.randint(0, 5)
        inventory.adjust(goods.id, counted, version=version, reason="counted", actor=self.staff.actor)
        return str(counted)

    def gift_card(self) -> gift_cards.GiftCard:
        """One of the cards that staff issued or customers bought."""
        bought = [card for placed in self.placed for card in gift_cards.sold_with(placed.order.id)]
        return self.chance.choice([*(card for each in self.cards if (card := gift_cards.find(each.id))), *bought])

    def void_gift_card(self) -> str:
        card = self.gift_card()
        if self.chance.random() < 0.2:
            gift_cards.void(card.id, balance=card.balance, reason="lost", actor=self.staff.actor)
        return card.id

    # Stripe, the carrier, and time

    def act_at_stripe(self) -> str:
        """Staff do something at Stripe's dashboard, a bank ends a hold."""
        payment = self.payment("hosted")
        path, data = self.chance.choice((
            (f"payment_intents/{payment.intent_id}/capture", {}), (f"payment_intents/{payment.intent_id}/cancel", {}),
            ("refunds", {"payment_intent": payment.intent_id}),
            ("refunds", {"payment_intent": payment.intent_id, "amount": 123}),
        ))  # fmt: skip
        shop = self.app.extensions["config"]
        with suppress(httpx.HTTPError):
            address, auth = f"{shop.stripe_api_url}/v1/{path}", (shop.stripe_secret_key, "")
            httpx.post(address, data=data, auth=auth, timeout=10, verify=WITHOUT_TLS)
        return f"{payment.order_id} {path} {data}"

    def hear(self) -> str:
        """An event of Stripe comes, in any order, soon or late, for the first time or once more."""
        shop = self.app.extensions["config"]
        url, key = f"{shop.stripe_api_url}/v1/events", shop.stripe_secret_key
        try:
            answer = httpx.get(url, params={"limit": 100}, auth=(key, ""), timeout=10, verify=WITHOUT_TLS)
            sent = answer.json().get("data", [])
        except httpx.HTTPError:
            sent = []
        event, moment = self.one(sent), int(time.time())
        raw = json.dumps(event)
        signed = hmac.new(shop.stripe_webhook_secret.encode(), f"{moment}.{raw}".encode(), hashlib.sha256)
        payments.receive_stripe(raw.encode(), f"t={moment},v1={signed.hexdigest()}")
        for row in payments.events_as_staff(limit=1):
            payments.replay(row.id, actor=self.staff.actor)
        return f"{event['type']} {work('payments.process_event')}"

    def dispute(self) -> str:
        ledger = self.companies.ledger()
        pending = [each for each in ledger["disputes"] if each["status"] not in {"won", "lost"}]
        if pending:
            is_won = self.chance.random() < 0.5
            self.companies.pull("close_dispute", id=pending[0]["id"], won=is_won)
            return f"{pending[0]['charge']} won: {is_won}"
        charge = self.one([each for each in ledger["charges"] if each["captured"] and not each["disputed"]])
        self.companies.pull("dispute", id=charge["id"])
        return f"{charge['id']} opened"

    def fail_refund(self) -> str:
        refund = self.one([each for each in self.companies.ledger()["refunds"] if each["status"] == "succeeded"])
        self.companies.pull("fail_refund", id=refund["id"])
        return f"{refund['id']} {refund['amount']}"

    def break_next_call(self) -> str:
        lever, when = self.chance.choice(("fail", "drop")), self.chance.choice(("before", "after"))
        self.companies.pull(lever, company="stripe", times=1, when=when)
        return f"{lever} {when}"

    def hand_over(self) -> str:
        order = self.order()
        work("fulfilment")
        if {each.state for each in fulfilment.shipments_of(order.id)} != {"label_bought"}:
            raise NotFound("No parcel waits for the carrier.")
        send(order)
        return order.number

    def bring_back(self) -> str:
        order = self.order()
        if {each.state for each in fulfilment.shipments_of(order.id)} != {"in_transit"}:
            raise NotFound("No parcel is with the carrier.")
        send(order, "returned")
        return order.number

    def settle(self) -> str:
        payment = self.payment("hosted", "transfer")
        checkout.settle(payment.id)
        return payment.order_id

    def reconcile(self) -> str:
        return str([each.says for each in checkout.reconcile(looking_back=FOR_EVER)])

    def receive_stock(self) -> str:
        inventory.receive(self.chance.choice(self.goods).id, 2, reason="they came", actor=self.staff.actor)
        return "2"

    def look_at_the_clock(self) -> str:
        checkout.settle_open()
        checkout.flag_lapsing()
        return str(work("checkout") + work("payments"))

    def work_all(self) -> str:
        return str(work())

    def wait(self) -> str:
        self.go_ahead(self.passed + timedelta(minutes=self.chance.choice((11, 60, 1440, 6 * 1440))))
        return str(self.passed)
