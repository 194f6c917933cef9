"""A parcel that the carrier brought back, in the back office."""

import pytest

from app.errors import Conflict
from app.services import cancellations, fulfilment, inventory, notifications, orders, returns
from tests import make
from tests.blueprints.admin.conftest import sign_in
from tests.blueprints.admin.test_credits import look
from tests.services.cancellations.test_cancelling import send
from tests.working import work


@pytest.fixture
def back(companies):
    """A paid order whose parcel the carrier brought back, and that parcel."""
    order = make.order(paid=True, quantity=2)
    work()
    companies.pull("webhooks", company="ups", paused=True)
    companies.pull("move", id=fulfilment.shipments_of(order.id)[0].tracking_number, step="returned")
    fulfilment.poll()
    [shipment] = fulfilment.shipments_of(order.id)
    assert shipment.state == "returned"
    return order, shipment


def address_of(order, shipment):
    return f"/admin/orders/{order.number}/parcels/{shipment.id}/repeats"


def test_it_is_sent_again_with_another_label(admin, client, companies, back):
    order, shipment = back
    page = admin.get(f"/admin/orders/{order.number}").text
    waiting = admin.get("/admin/orders/?only=attention").text

    answer = admin.post(address_of(order, shipment))
    work()
    after = [admin.get(f"/admin/orders/{order.number}").text.split('id="order-parcels"')[1].split("</section>")[0],
             client.get(f"/orders/{orders.token_of(order.id)}").text]  # fmt: skip

    assert "Returned to Sender" in page
    assert ["Returned to Sender" in text for text in after] == [False, False]
    assert "It came back." in page
    assert "Print label" not in page
    assert order.number in waiting
    assert answer.status_code == 303
    first, second = companies.ledger()["labels"]
    assert fulfilment.get_for_job(shipment.id).tracking_number == second["id"] != first["id"]
    assert order.number in admin.get("/admin/orders/?only=sending").text
    assert order.number not in admin.get("/admin/orders/?only=attention").text
    assert second["id"] in notifications.messages_of(order.id)[-1].text


def test_twice_is_once(admin, companies, back):
    order, shipment = back

    answers = [admin.post(address_of(order, shipment)).status_code for _ in range(2)]
    work()

    assert answers == [303, 409]
    assert len(companies.ledger()["labels"]) == 2


def test_what_is_sent_again_can_be_cancelled_and_is_on_the_shelf_then(admin, companies, back):
    order, shipment = back
    [line] = order.lines
    on_shelf = inventory.level_as_staff(line.variant_id).on_hand
    admin.post(address_of(order, shipment))
    unsent = fulfilment.unsent([line.variant_id])

    wanted = {1: line.quantity}
    amount = cancellations.quote(order, wanted).paid.amount
    cancellations.cancel(order.id, wanted, amount=amount, reason="x", actor="staff:cleo", key="k")

    assert unsent == {line.variant_id: line.quantity}
    assert inventory.level_as_staff(line.variant_id).on_hand == on_shelf + line.quantity


def test_what_was_refunded_or_is_returned_is_not_sent_again(admin, companies, back):
    order, shipment = back
    returns.request(order, {1: 1}, reason="", words="", key="r")

    answer = admin.post(address_of(order, shipment))

    assert answer.status_code == 409
    assert "refunded or returned" in answer.text
    assert len(companies.ledger()["labels"]) == 1


def test_its_money_given_back_it_is_not_sent_again(admin, companies, back, cleo):
    order, shipment = back
    admin.post(f"/admin/orders/{order.number}/credits", data=look(admin, order, line_1="1"))

    with pytest.raises(Conflict, match="refunded"):
        returns.send_again(cleo.staff, shipment.id)


def test_a_parcel_on_its_way_is_not_sent_again(app, admin, companies):
    order = make.paid_order()
    work()
    send(order)
    [shipment] = fulfilment.shipments_of(order.id)
    reader = sign_in(app, make.staff("reader", email="rita@shop.example"))

    assert admin.post(address_of(order, shipment)).status_code == 409
    assert reader.post(address_of(order, shipment)).status_code == 403
