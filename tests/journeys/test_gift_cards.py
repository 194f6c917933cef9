"""A gift card from the shelf to the cart it pays for, by HTTP without JavaScript; and a worker killed on the way."""

import re

from flask import Flask

from app import db
from app.outbox import OrdersOutbox
from app.services import fulfilment, gift_cards, notifications, orders
from tests import make
from tests.companies import Companies
from tests.running import RunningShop, wait_until
from tests.visitor import Visitor

CARD = {"number": "4242 4242 4242 4242", "expiry": "12 / 40", "cvc": "123", "name": "Ada Byron"}
ADDRESS = {"email": "ada@example.org", **make.ADDRESSES["DE"]}
SLOW = 4000  # milliseconds: long enough to kill a process in the middle


def test_a_stranger_buys_a_gift_card_and_spends_it(shop: RunningShop, ada: Visitor, companies: Companies) -> None:
    ada.go(f"/products/{make.gift_product(9000).slug}")
    assert "The code comes by email" in ada.text
    ada.submit("/cart/lines", quantity="1")
    ada.go("/checkout/address")
    assert "Your details" in ada.text
    assert "Telephone" not in ada.text
    ada.submit("/checkout/address", **ADDRESS)
    assert ada.address.endswith("/checkout/payment"), ada.text
    assert "Delivery" not in _main(ada)
    ada.submit("/checkout/codes", gift_card="ABCD-EFGH-JKMN-PQRS")
    assert "cannot be bought with a gift card" in ada.text
    assert ada.page.xpath('//input[@name="gift_card" and @id="gift-code"]/@value') == ["ABCD-EFGH-JKMN-PQRS"]
    ada.submit("/checkout/orders", terms="yes", method="hosted")
    ada.submit("/stripe/pay", **CARD)
    order_page = ada.address.split("?")[0]
    wait_until(lambda: len(companies.ledger()["mails"]) == 2, what="the two mails")

    ada.go(order_page)
    [code] = re.findall(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}", ada.text)
    assert code in companies.ledger()["mails"][1]["content"]["text/plain"]
    assert "parcel" not in _main(ada)
    assert companies.ledger()["labels"] == []

    ada.go(f"/products/{make.product('Slack Tide').slug}")
    ada.submit("/cart/lines", quantity="1")
    ada.go("/checkout/address")
    ada.submit("/checkout/address", **ADDRESS)
    ada.submit("/checkout/delivery")
    ada.submit("/checkout/codes", gift_card=code)
    ada.submit("/checkout/orders", terms="yes", method="hosted")
    assert "Thank you" in ada.text, ada.text
    assert "Paid by gift card ending in" in ada.text


def test_a_worker_killed_while_it_mails_the_codes_leaves_one_card_a_piece(
    app: Flask, running: RunningShop, companies: Companies
) -> None:
    placed = make.gift_order(quantity=2)
    companies.pull("delay", company="sendgrid", milliseconds=SLOW, when="after")
    order = make.settled(placed)
    running.start_worker()
    running.start_scheduler()

    for _ in range(2):
        wait_until(_leased, what="the worker at work")
        running.kill("worker")
        running.start_worker()
    companies.pull("reset")
    for _ in range(3):  # whatever a killed worker repeats
        fulfilment.issue_gift_cards(order.id)
    wait_until(lambda: _is_mailed(order.id), what="the codes in the mail")

    assert [card.piece for card in gift_cards.sold_with(order.id)] == [1, 2]
    assert [event.kind for event in orders.timeline(order.id)].count("gift_cards") == 1


def _main(visitor: Visitor) -> str:
    """What there is to read between the frame's head and foot."""
    return " ".join(str(each.text_content()) for each in visitor.page.xpath("//main"))


def _leased() -> bool:
    with db.orders.reading() as session:
        return session.query(OrdersOutbox).where(OrdersOutbox.leased_until.is_not(None)).first() is not None


def _is_mailed(order_id: str) -> bool:
    return any(each.template == "gift_cards" and each.state == "sent" for each in notifications.messages_of(order_id))
