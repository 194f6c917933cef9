"""Two at one parcel, staff or jobs: one label is bought, and none that was bought meanwhile is lost."""

import io
import threading
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from pypdf import PdfReader

from app import clock
from app.errors import Conflict, Invalid, Unavailable
from app.services import fulfilment, shipping
from app.services.fulfilment import buying
from tests import make
from tests.companies import Companies
from tests.services.fulfilment.test_buying import in_doubt, labels, later_on
from tests.working import work


class Cleo:
    """Staff."""

    actor = "staff:cleo"


def test_label_bought_while_another_is_given_back_stays(
    app: Flask, companies: Companies, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = make.paid_order()
    work()
    (shipment,), void = fulfilment.shipments_of(order.id), shipping.void_label

    def slowly(number: str) -> None:
        void(number)
        monkeypatch.setattr(shipping, "void_label", void)
        fulfilment.void_label(Cleo(), shipment.id)  # a colleague, who is faster
        work()

    monkeypatch.setattr(shipping, "void_label", slowly)
    with pytest.raises(Conflict, match="another label by now"):
        fulfilment.void_label(Cleo(), shipment.id)
    work()

    _travels_with_its_one_label(companies, shipment.id)


def test_use_label_refuses_that_of_another_parcel_until_its_number_is_given_again(
    app: Flask, companies: Companies
) -> None:
    other = make.paid_order()
    work()
    [number] = [each.tracking_number for each in fulfilment.shipments_of(other.id)]
    shipment = in_doubt(companies)
    assert number

    with pytest.raises(Invalid, match="is on another parcel"):
        fulfilment.use_label(Cleo(), shipment.id, number)
    with later_on(days=91):
        fulfilment.use_label(Cleo(), shipment.id, number)

    assert fulfilment.get_for_job(shipment.id).tracking_number == number


def test_use_label_says_that_a_colleague_has_replaced_it(
    app: Flask, companies: Companies, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipment, recover = in_doubt(companies), shipping.recover_label
    (label,) = labels(companies)

    def slowly(number: str) -> shipping.Label | None:
        fulfilment.void_label(Cleo(), shipment.id)
        with later_on(minutes=1):
            work()
        return recover(number)

    monkeypatch.setattr(shipping, "recover_label", slowly)
    with pytest.raises(Conflict, match="another label by now"):
        fulfilment.use_label(Cleo(), shipment.id, label["id"])

    assert fulfilment.get_for_job(shipment.id).tracking_number != label["id"]


def test_two_jobs_at_one_parcel_buy_one_label(
    app: Flask, companies: Companies, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipment, note_call, both = _pending(), buying._note_call, threading.Barrier(2)
    refused: list[Unavailable] = []

    def together(*given: Any) -> None:
        both.wait(timeout=20)
        note_call(*given)

    def buy() -> None:
        with app.app_context():
            try:
                fulfilment.buy_label(shipment.id)
            except Unavailable as error:
                refused.append(error)

    monkeypatch.setattr(buying, "_note_call", together)
    threads = [threading.Thread(target=buy) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    work()

    assert len(companies.ledger()["labels"]) == len(refused) == 1
    _travels_with_its_one_label(companies, shipment.id)


def test_label_that_a_sleeper_buys_after_another_was_taken_goes_back(
    app: Flask, companies: Companies, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipment, buy = _pending(), shipping.buy_label

    def slowly(parcel: shipping.Parcel) -> shipping.Label:
        monkeypatch.setattr(shipping, "buy_label", buy)
        with clock.at(clock.now() + timedelta(minutes=2)):
            fulfilment.buy_label(shipment.id)  # another job, which finds that nothing came of the first call
        return buy(parcel)

    monkeypatch.setattr(shipping, "buy_label", slowly)
    fulfilment.buy_label(shipment.id)

    assert len(companies.ledger()["labels"]) == 2
    _travels_with_its_one_label(companies, shipment.id)


def _pending() -> fulfilment.Shipment:
    order = make.paid_order()
    fulfilment.start(order.id)
    (shipment,) = fulfilment.shipments_of(order.id)
    return shipment


def _travels_with_its_one_label(companies: Companies, shipment_id: str) -> None:
    (label,) = [each for each in companies.ledger()["labels"] if each["step"] != "void"]
    assert fulfilment.get_for_job(shipment_id).tracking_number == label["id"]
    page = PdfReader(io.BytesIO(fulfilment.label_pdf(Cleo(), shipment_id)))
    assert page.metadata is not None
    assert page.metadata.title == f"Label {label['id']}"
