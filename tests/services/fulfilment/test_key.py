"""UPS's key is rolled while labels wait: nothing is lost, nothing is bought twice, and an operator is told."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask

from app import clock
from app.services import fulfilment
from app.services.shipping import ups
from tests import make
from tests.companies import Companies
from tests.working import work


def test_a_label_is_bought_once_the_key_is_right_again(app: Flask, companies: Companies) -> None:
    order, right, until = make.paid_order(), app.extensions["config"], clock.now() + timedelta(days=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(app.extensions, "config", replace(right, ups_client_secret="rolled"))
        # A token of before, which UPS has ended with the key.
        patch.setattr(ups, "_tokens", {(right.ups_api_url, right.ups_client_id): ("ended", until)})
        work()
        with clock.at(clock.now() + timedelta(hours=7)):
            work()
            checked = app.test_cli_runner().invoke(args=["shop", "check"]).output
            (waiting,) = fulfilment.shipments_of(order.id)
    with clock.at(clock.now() + timedelta(hours=7, minutes=1)):
        told = app.test_cli_runner().invoke(args=["shop", "fsck", "--mend", "--only", "jobs.refused"]).output
        work()
        (sent,) = fulfilment.shipments_of(order.id)
        again = app.test_cli_runner().invoke(args=["shop", "check"]).output

    assert waiting.state == "pending"
    assert "UPS refuses SHOP_UPS_CLIENT_ID or SHOP_UPS_CLIENT_SECRET: ClientId is Invalid" in checked
    assert "flask shop fsck --mend --only jobs.refused" in checked
    assert "jobs.refused" in told
    assert sent.state == "label_bought"
    assert "UPS refuses" not in again
    assert len(companies.ledger()["labels"]) == 1
