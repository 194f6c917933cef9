"""Gift cards in the cart: what the checkout does not ask for then, and what they cannot be paid with."""

import pytest
from flask.testing import FlaskClient

from app.services import gift_cards
from tests import make

BERLIN = make.ADDRESSES["DE"] | {"email": "ada@example.com"}


@pytest.fixture
def shopper(client: FlaskClient) -> FlaskClient:
    """A browser with a gift card of 25 euros in its cart."""
    client.post("/cart/lines", data={"variant": make.gift_product(2500).variants[0].id})
    return client


def test_cart_of_gift_cards_speaks_of_no_delivery(shopper: FlaskClient) -> None:
    answer = shopper.get("/cart")

    assert answer.status_code == 200
    assert "elivery" not in answer.text.split("<main")[1].split("</main")[0]


def test_delivery_is_passed_over_and_its_page_leads_on(shopper: FlaskClient) -> None:
    shopper.post("/checkout/address", data=BERLIN)

    assert shopper.get("/checkout/delivery").headers["Location"].endswith("/checkout/payment")
    assert shopper.get("/checkout").headers["Location"].endswith("/checkout/payment")
    page = shopper.get("/checkout/payment").text
    assert "Your address" in page
    assert "Deliver to" not in page


def test_address_that_is_wrong_is_said_though_no_telephone_is_asked_for(shopper: FlaskClient) -> None:
    answer = shopper.post("/checkout/address", data=BERLIN | {"email": "ada", "phone": "call me"})

    assert answer.status_code == 422
    assert 'name="phone"' not in answer.text
    assert "Torstraße 1" in answer.text


def test_gift_card_is_asked_for_only_where_it_can_pay_something(shopper: FlaskClient) -> None:
    shopper.post("/checkout/address", data=BERLIN)
    only_cards = shopper.get("/checkout/payment").text

    shopper.post("/cart/lines", data={"variant": make.variant(price=2000).id})
    shopper.post("/checkout/delivery", data={"method": "standard"})
    mixed = shopper.get("/checkout/payment").text

    assert ("Code of the gift card" in only_cards, "Code of the gift card" in mixed) == (False, True)


def test_gift_card_for_gift_cards_is_refused_with_what_was_typed(shopper: FlaskClient) -> None:
    shopper.post("/checkout/address", data=BERLIN)
    code = gift_cards.code_of(make.gift_card().id)

    answer = shopper.post("/checkout/codes", data={"gift_card": code})

    assert answer.status_code == 422
    assert "cannot be bought with a gift card" in answer.text
    assert code in answer.text


def test_gift_card_pays_the_rest_of_a_mixed_cart_and_the_page_says_so(shopper: FlaskClient) -> None:
    shopper.post("/cart/lines", data={"variant": make.variant(price=2000).id})
    shopper.post("/checkout/address", data=BERLIN)
    assert shopper.get("/checkout/payment").headers["Location"].endswith("/checkout/delivery?because=delivery")
    shopper.post("/checkout/delivery", data={"method": "standard"})

    shopper.post("/checkout/codes", data={"gift_card": gift_cards.code_of(make.gift_card(90_000).id)})
    page = shopper.get("/checkout/payment").text

    assert "€25.00 is left to pay another way" in page
    assert "Order and pay €25.00" in page
