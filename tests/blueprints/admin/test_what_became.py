"""What became of an order's things, on its page in the back office."""

import re

from app.services import cancellations, credits, returns
from app.services.fulfilment import ShipmentState, shipments_of
from tests import make
from tests.blueprints.admin.test_credits import look
from tests.counting import count_queries
from tests.services.cancellations.test_cancelling import send
from tests.working import work


def cells(text: str) -> list[list[str]]:
    """The words of the table of lines, row by row."""
    table = text.split("Lines of the order</caption>")[1].split("</table>", maxsplit=1)[0]
    rows = re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)
    return [
        [" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)]
        for row in rows
    ]


def cancel_one(order) -> None:
    amount = cancellations.quote(order, {1: 1}).paid.amount
    cancellations.cancel(order.id, {1: 1}, amount=amount, reason="Too many", actor="staff:cleo", key="k")


def test_page_of_an_order_to_which_nothing_happened_has_no_more_columns(admin):
    order = make.order(paid=True)

    text = admin.get(f"/admin/orders/{order.number}").text

    assert cells(text)[0] == ["Product", "SKU", "Quantity", "Each", "Discount", "Tax", "Total"]
    assert "What is left" not in text


def test_page_shows_what_was_cancelled_sent_and_returned_and_what_is_left(admin, companies):
    order = make.order(paid=True, price=1600, quantity=3)
    work("fulfilment")
    cancel_one(order)
    assert cells(admin.get(f"/admin/orders/{order.number}").text)[0][2:4] == ["Ordered", "Cancelled"]
    send(order)
    found = returns.request(order, {1: 1}, reason="damaged", words="", key="r")
    cleo = make.staff(email="carl@shop.example").staff
    returns.approve(cleo, found.id)
    returns.receive(cleo, found.id, {})

    with count_queries() as counted:
        text = admin.get(f"/admin/orders/{order.number}").text

    header, row = cells(text)
    assert header[2:6] == ["Ordered", "Cancelled", "Sent", "Returned"]
    assert row[2:6] == ["3", "1", "2", "1"]
    assert "−€16.00" in text.split("Given back</dt>")[1].split("</div>")[0]
    left = order.total_money - credits.of_order(order.id)[0].amount_money
    assert f"€{left.decimal}" in text.split("What is left</dt>")[1].split("</div>")[0]
    assert counted.sql <= 18


def test_parcels_list_what_is_in_them(admin, companies):
    order = make.paid_order(things=2)
    work("fulfilment")

    text = admin.get(f"/admin/orders/{order.number}").text
    parcels = text.split('id="order-parcels"')[1].split("</section>")[0]

    assert parcels.count("2 × <bdi>") == 2
    assert order.lines[0].title in parcels
    assert ", A3" in parcels
    assert "SLACK-A3" in parcels
    assert [each.state for each in shipments_of(order.id)] == [ShipmentState.LABEL_BOUGHT]


def test_timeline_names_the_things_that_money_is_given_back_for(admin):
    order = make.order(paid=True, price=1600, quantity=3)

    cancel_one(order)
    admin.post(f"/admin/orders/{order.number}/credits", data=look(admin, order, free="5"))

    text = admin.get(f"/admin/orders/{order.number}").text
    assert "16.00 EUR are given back for what was cancelled: 1 × Slack Tide. Reason: Too many" in text
    assert "5.00 EUR are given back: Came damaged" in text
