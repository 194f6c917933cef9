"""What the sums beside the steps say of the delivery."""

from lxml import html

from tests import make

PART = {"HX-Request": "true", "HX-Request-Type": "partial"}
BERLIN = make.ADDRESSES["DE"] | {"email": "ada@example.com"}


def tree(answer):
    return html.fromstring(answer.text)


def sums(page):
    rows = page.xpath('//*[@class="summary"]/div[dd][not(contains(@class, "summary__row--note"))]')
    return {row.findtext("dt").strip(): row.findtext("dd").strip() for row in rows}


def test_delivery_shows_the_sums_with_the_delivery_that_is_checked(shopper):
    shopper.post("/checkout/address", data=BERLIN)

    page = tree(shopper.get("/checkout/delivery"))

    assert page.xpath('//input[@name="method"][@checked]/@value') == ["standard"]
    assert sums(page) == {"Subtotal": "€29.00", "Delivery (Standard)": "€4.90", "Total": "€33.90"}


def test_other_delivery_renews_the_sums_and_chooses_nothing(shopper):
    shopper.post("/checkout/address", data=BERLIN)

    answer = shopper.get("/checkout/delivery?method=express", headers=PART)

    assert tree(answer).get("id") == "checkout-sum"
    assert sums(tree(answer)) == {"Subtotal": "€29.00", "Delivery (Express)": "€12.90", "Total": "€41.90"}
    assert shopper.get("/checkout/payment").location == "/checkout/delivery?because=delivery"


def test_sums_without_a_delivery_say_so(shopper):
    for path in ("/cart", "/checkout/address"):
        assert sums(tree(shopper.get(path)))["Total before delivery"] == "€29.00"
