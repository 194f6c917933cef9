"""`fsck` runs every night: what it asks of few orders is asked of those, not of all that were ever sold."""

from datetime import timedelta

import pytest
from flask import Flask

from app import clock
from app.services import health
from tests import make
from tests.counting import count_queries
from tests.working import work

FEW = ["orders.ended", "gift_cards.issued", "gift_cards.paid", "mails.written", "documents.invoices", "parcels.started"]


@pytest.mark.parametrize("name", FEW)
def test_what_is_asked_of_few_orders_reads_no_others(app: Flask, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr("app.fsck.PAGE", 1)
    with count_queries() as of_none:
        list(health.examine(only=name))
    for _ in range(3):
        make.order(paid=True)
    work()

    with clock.at(clock.now() + timedelta(hours=2)), count_queries() as of_three:
        (examined,) = health.examine(only=name)

    assert examined.is_well
    assert of_three.sql == of_none.sql
