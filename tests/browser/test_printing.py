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
    expect(page.get_by_role("link", name="Cancel items")).to_be_visible()

    page.emulate_media(media="print")

    expect(page.get_by_role("link", name="Cancel items")).to_be_hidden()
    for button in page.locator("button, .button").all():
        expect(button).to_be_hidden()
    for said in (order.number, "Torstraße 1", "€33.90"):
        expect(page.get_by_text(said).first).to_be_visible()


def test_the_last_page_is_printed_with_the_order_on_it(running, page: Page):
    variant = make.variant()
    running.start_web()
    form = {"Sec-Fetch-Site": "same-origin"}
    page.request.post(f"{running.address}/cart/lines", form={"variant": variant.id}, headers=form)
    address = make.ADDRESSES["DE"] | {"email": "ada@example.com"}
    page.request.post(f"{running.address}/checkout/address", form=address, headers=form)
    page.request.post(f"{running.address}/checkout/delivery", form={"method": "standard"}, headers=form)
    page.goto(f"{running.address}/checkout/payment")

    page.emulate_media(media="print")

    expect(page.locator("#checkout-sum")).to_be_visible()
    expect(page.get_by_text("Torstraße 1").first).to_be_visible()
