"""Gift cards on the page of the order that bought them."""

import pytest
from flask.testing import FlaskClient
from lxml import html
from werkzeug.test import TestResponse

from app.services import cancellations, gift_cards, notifications, orders
from tests import make
from tests.companies import Companies
from tests.working import work


@pytest.mark.parametrize(
    ("quantity", "said"),
    [
        (1, "Your code is being made; it will appear here in a moment."),
        (2, "Your codes are being made; they will appear here in a moment."),
    ],
)
def test_paid_order_says_that_its_codes_are_made_and_asks_soon_again(
    client: FlaskClient, quantity: int, said: str
) -> None:
    order = make.settled(make.gift_order(quantity=quantity))
    address = f"/orders/{orders.token_of(order.id)}"

    early = client.get(address)
    work()
    late = client.get(address)

    assert (said in early.text, said in late.text) == (True, False)
    assert [page.get_element_by_id("order").get("hx-trigger") for page in map(read, (early, late))] == [
        "every 2s",
        "every 15s",
    ]
    assert read(early).xpath("//*[@id='order-cards']//a[.='Look again']/@href") == [address]
    assert all(gift_cards.code_of(card.id) in late.text for card in gift_cards.sold_with(order.id))


def test_what_is_cancelled_beside_a_gift_card_is_not_said_to_be_packed_or_sent(
    client: FlaskClient, companies: Companies
) -> None:
    order = make.settled(make.gift_order(beside=make.variant()))
    work()
    back = cancellations.quote(order, {2: 1}).paid.amount

    cancellations.cancel(order.id, {2: 1}, amount=back, reason="x", actor="customer", key="k")
    work()

    page = client.get(f"/orders/{orders.token_of(order.id)}").text
    assert "packing" not in page
    assert "preparing your parcel" not in page
    assert "will be sent" not in notifications.messages_of(order.id)[-2].text


def read(answer: TestResponse) -> html.HtmlElement:
    return html.fromstring(answer.text)
