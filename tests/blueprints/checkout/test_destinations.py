"""Where the parcel goes: what the carrier does not reach, and what tax and duty come there."""

import pytest
from lxml import html

from tests import make

BERLIN = make.ADDRESSES["DE"] | {"email": "ada@example.com", "phone": "030 1234567"}


def line1(answer):
    """The field of the street."""
    return html.fromstring(answer.text).xpath('//*[@name="line1"]')[0]


@pytest.mark.parametrize("line", ["Postfach 12 34", "Ein sehr langer Weg mit vielen Worten, " * 3 + "5"])
def test_an_address_that_the_carrier_refuses_is_told_at_its_field(shopper, line):
    answer = shopper.post("/checkout/address", data=BERLIN | {"line1": line[:100], "line2": "Hinterhaus, links " * 3})

    assert answer.status_code == 422
    assert line1(answer).get("aria-invalid") == "true"
    assert line1(answer).get("value") == line[:100]
    assert shopper.get("/checkout/payment").location.startswith("/checkout/address")


def test_an_address_for_the_invoice_may_be_a_box_until_something_is_sent(client, tide):
    gift = make.gift_product(2500).variants[0]
    client.post("/cart/lines", data={"variant": gift.id})
    alone = client.post("/checkout/address", data=BERLIN | {"line1": "Postfach 12 34"})

    client.post("/cart/lines", data={"variant": tide.id})
    page = client.get("/checkout/payment", follow_redirects=True)

    assert alone.status_code == 303
    assert page.request.path == "/checkout/address"
    assert line1(page).get("aria-invalid") == "true"


@pytest.mark.parametrize(("country", "is_said"), [("GB", True), ("DE", False)])
def test_summary_explains_tax_and_duty_outside_the_shops_tax_area(shopper, country, is_said):
    shopper.post("/checkout/address", data=make.ADDRESSES[country] | {"email": "ada@example.com"})
    delivery = shopper.get("/checkout/delivery").text
    shopper.post("/checkout/delivery", data={"method": "standard"})

    for page in (delivery, shopper.get("/checkout/payment").text):
        assert ("may charge duty and tax on import, which the courier collects" in page) == is_said
