"""On paper: what an order says, and nothing that can only be clicked."""

import pytest
from playwright.sync_api import Page, expect

from app.services import checkout, orders
from tests import make

pytestmark = pytest.mark.usefixtures("app")


def test_an_order_is_printed_without_what_is_clicked(running, page: Page):
    placed = make.place(make.buyer(make.variant()))
    make.pay(placed)
    order = checkout.settle(placed.payment.id)
    running.start_web()
    page.goto(f"{running.address}/orders/{orders.token_of(order.id)}")
    expect(page.get_by_role("link", name="Cancel something")).to_be_visible()

    page.emulate_media(media="print")

    expect(page.get_by_role("link", name="Cancel something")).to_be_hidden()
    for button in page.locator("button, .button").all():
        expect(button).to_be_hidden()
    for said in (order.number, "Torstraße 1", "€33.90"):
        expect(page.get_by_text(said).first).to_be_visible()
