"""Every mail as its reader sees it: light and dark, on a telephone and wide, and nothing for axe to find (WCAG 2.2 AA).

Run by `bin/screenshots`, the same test photographs them.
"""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser

from app import clock, db
from app.services import notifications, orders, payments
from tests import make
from tests.browser import gaze
from tests.browser.gaze import Gaze
from tests.running import ROOT
from tests.working import work

LONG = "Donaudampfschifffahrtsgesellschaftskapitän und Rhabarberbarbara, nach Gallus-Ständer-Böhnhase"
RETURN = ("requested", "approved", "declined", "received", "refunded")


@pytest.fixture
def reader(browser: Browser) -> Iterator[Gaze]:
    """A mail program's window, without a script, as mail programs are."""
    with browser.new_context() as context:
        seen = Gaze(context.new_page(), "", is_page=False)
        yield seen
    if gaze.FOLDER:
        gaze.write_index(Path(gaze.FOLDER))
    assert seen.faults == []


def test_every_mail_is_readable(app: Flask, reader: Gaze) -> None:
    order = _order()

    written = _write_all(order)

    templates = {folder.name for folder in (ROOT / "app/templates/emails").iterdir() if folder.is_dir()}
    assert {message.template for message in written} == templates
    for message in written:
        reader.page.set_content(message.html)
        reader.here(f"mail, {message.template}{_which(message)}")


def _order() -> orders.Order:
    """Return a paid order of things with long names, for somebody at a long address."""
    lines = ["Gasthof Zum Goldenen Löwen, Seiteneingang, dritter Hof", "Torstraße 1"]
    address = make.BERLIN | {"name": LONG[:60], "company": LONG[:43], "lines": lines}
    return make.paid_order(things=3, address=address)


def _write_all(order: orders.Order) -> list[notifications.Message]:
    """Write every mail there is, each in all of its forms."""
    parcel = {line.position: line.quantity for line in order.lines[:2]}
    notifications.order_shipped(
        order.id, carrier="UPS", tracking_number="1Z999AA10123456784", quantities=parcel,
        tracking_url="https://www.ups.com/track?tracknum=1Z999AA10123456784",
    )  # fmt: skip
    notifications.order_cancelled(order.id)
    notifications.order_link(order.number, order.email)
    notifications.refund_made(_refund(order))
    for state in RETURN:
        notifications.return_changed(
            order.id,
            return_id="r",
            state=state,
            answer="It was used for a year.",
            quantities=parcel,
            came=dict.fromkeys(parcel, 1),
            is_sent_back=True,
        )
    transfer = make.place(make.buyer(make.variant()), method="transfer")
    assert transfer.payment is not None
    notifications.transfer_asked(transfer.payment.id)
    notifications.transfer_reminder(transfer.payment.id)
    owing, card = make.paid_order(), make.settled(make.gift_order())
    work()
    refused = _refused(owing)
    notifications.payment_asked(refused)
    notifications.paid_anew(refused)
    return [each for its in (order, transfer.order, owing, card) for each in notifications.messages_of(its.id)]


def _refused(order: orders.Order) -> str:
    """Write a hold that the bank refused to give, as capturing leaves it; return its id."""
    with db.orders.transaction():
        payment = payments.add(
            order_id=order.id, order_number=order.number, amount=order.total_money, method="hosted",
            email=order.email, return_url="http://x/", cancel_url="http://x/", lanes={},
        )  # fmt: skip
        payment.state, payment.capture_error = "authorized", "Your card was declined."
        payment.pay_by = clock.now() + timedelta(days=7)
    return payment.id


def _refund(order: orders.Order) -> str:
    """Write a refund that the shop made by itself, as payments leaves it; return its id."""
    with db.orders.transaction() as session:
        payment = payments.add(
            order_id=order.id, order_number=order.number, amount=order.total_money, method="hosted",
            email=order.email, return_url="http://x/", cancel_url="http://x/", lanes={},
        )  # fmt: skip
        payment.state, payment.captured, payment.refunded = "paid", order.total, order.total
        refund = payments.Refund(
            id=db.new_id(), payment_id=payment.id, order_id=order.id, key="k", amount=order.total, currency="EUR",
            reason="late money", actor="shop", state="done", try_number=1, created_at=clock.now(),
        )  # fmt: skip
        session.add(refund)
        return refund.id


def _which(message: notifications.Message) -> str:
    """Tell apart the mails that one template makes."""
    if message.template == "return_changed":
        return f", {message.event.rpartition(':')[2]}"
    return ", reminder" if message.event.startswith("transfer_reminder") else ""
