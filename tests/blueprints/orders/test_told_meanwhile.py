"""The order's page while Stripe tells us at the same moment that its money came."""

import pytest
from flask.testing import FlaskClient

from app.services import orders, payments
from tests import make


@pytest.mark.parametrize("come_from", ["", "?from=payment"])
def test_an_order_that_is_settled_while_its_page_is_made_is_thanked_for(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, come_from: str
) -> None:
    placed = make.place(make.buyer(make.variant()))
    make.pay(placed)
    read = orders.get_by_token

    def read_and_be_told(token: str) -> orders.Order:
        order = read(token)
        make.settled(placed)
        return order

    monkeypatch.setattr(orders, "get_by_token", read_and_be_told)

    page = client.get(f"/orders/{placed.token}{come_from}").text

    assert "Thank you, it is yours." in page
    assert [payment.state for payment in payments.of_order(placed.order.id)] == ["paid"]


def test_what_stripe_adds_to_the_address_is_kept_in_no_history(client: FlaskClient) -> None:
    placed = make.place(make.buyer(make.variant()), method="element")
    address = f"/orders/{placed.token}?from=payment"

    back = client.get(
        f"{address}&payment_intent=pi_1&payment_intent_client_secret=pi_1_secret&redirect_status=succeeded"
    )

    assert (back.status_code, back.location) == (303, address)
