"""What follows a payment, by real processes: label, mails, and a parcel that the customer sees move."""

import httpx
from flask import Flask

from app.services import fulfilment, notifications, orders
from tests import make
from tests.companies import Companies
from tests.running import RunningShop, wait_until


def test_the_customer_sees_the_parcel_move(app: Flask, running: RunningShop, companies: Companies) -> None:
    companies.pull("webhooks", company="ups", repeat=2)  # each push comes twice
    running.start_web()
    running.start_worker()
    order = make.paid_order()
    link = orders.link_of(order.id)
    wait_until(lambda: _states(order) == ["label_bought"], what="the label")
    (shipment,) = fulfilment.shipments_of(order.id)

    assert str(shipment.tracking_number) in httpx.get(link).text
    for step, state in (("in_transit", "in_transit"), ("exception", "exception"), ("delivered", "delivered")):
        companies.pull("move", id=shipment.tracking_number, step=step)
        wait_until(lambda state=state: _states(order) == [state], what=f"the parcel being {state}")

    page = httpx.get(link).text
    assert "Delivered" in page
    assert page.count("Delivered") == 1  # pushed twice, kept once
    wait_until(
        lambda: [mail.state for mail in notifications.messages_of(order.id)] == ["delivered"] * 2,
        what="word that both mails arrived",
    )


def _states(order: orders.Order) -> list[str]:
    return [shipment.state for shipment in fulfilment.shipments_of(order.id)]
