"""Jobs that see to one thing before another: a worker killed in between sees to the other later."""

import pytest
from flask import Flask

from app.services import cancellations, documents, notifications, orders, payments
from app.services.documents import issuing
from app.services.notifications import writing
from tests import make
from tests.companies import Companies
from tests.working import soon, work, work_and_die


def _written(order: orders.Order) -> list[str]:
    return [message.template for message in notifications.messages_of(order.id)]


def test_mail_about_a_refund_is_written_after_the_confirmation(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    order = make.order(paid=True)
    [refund] = payments.ask_refunds(order.id, 100, reason="Scratched", actor="staff:cleo", key="r")
    soon("email.refund_made", refund.id)

    work_and_die(monkeypatch, "email.refund_made", writing, "_write", at=2)
    assert _written(order) == ["order_confirmed"]
    work("email.refund_made")

    assert _written(order) == ["order_confirmed", "refund_made"]


def test_mail_about_a_parcel_is_written_after_the_confirmation(
    app: Flask, companies: Companies, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = make.paid_order()
    work("fulfilment")

    work_and_die(monkeypatch, "email.order_shipped", writing, "_write", at=2)
    assert _written(order) == ["order_confirmed"]
    work("email.order_shipped")

    assert _written(order) == ["order_confirmed", "order_shipped"]


def test_codes_of_gift_cards_are_mailed_after_the_confirmation(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    order = make.settled(make.gift_order())
    work("fulfilment.issue_gift_cards")

    work_and_die(monkeypatch, "email.gift_cards", writing, "_write", at=2)
    assert _written(order) == ["order_confirmed"]
    work("email.gift_cards")

    assert _written(order) == ["order_confirmed", "gift_cards"]


def test_credit_note_is_issued_after_the_invoice(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    order = make.order(paid=True, quantity=2)
    amount = cancellations.quote(order, {1: 1}).paid.amount
    cancellations.cancel(order.id, {1: 1}, amount=amount, reason="Changed my mind", actor="customer", key="k")

    work_and_die(monkeypatch, "documents.credit_note", issuing, "_issue", at=2)
    assert [each.kind for each in documents.documents_of(order.id)] == ["invoice"]
    work("documents.credit_note")

    assert [each.kind for each in documents.documents_of(order.id)] == ["invoice", "credit_note"]
