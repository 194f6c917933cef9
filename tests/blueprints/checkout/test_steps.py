"""The steps of the checkout, as a browser without JavaScript walks them, and what htmx adds."""

import re

import pytest
from flask.testing import FlaskClient
from lxml import html

from app.services import inventory
from tests import make

PART = {"HX-Request": "true", "HX-Request-Type": "partial"}
BERLIN = make.ADDRESSES["DE"] | {"email": "ada@example.com", "phone": "030 1234567"}
JAPAN = {
    "country": "JP", "name": "山田", "line1": "御池通1", "region": "京都府", "postal_code": "604-0925",
    "email": "yamada@example.com",
}  # fmt: skip


@pytest.fixture
def at_review(shopper) -> FlaskClient:
    """A browser that has gone through every step up to the last."""
    shopper.post("/checkout/address", data=BERLIN)
    shopper.post("/checkout/delivery", data={"method": "standard"})
    return shopper


def tree(answer):
    return html.fromstring(answer.text)


def value(page, name):
    return page.xpath(f'//*[@name="{name}"]')[0].get("value")


def chosen(page, name):
    return page.xpath(f'//select[@name="{name}"]/option[@selected]/@value')


def fields(answer):
    return [each.get("name") for each in tree(answer).xpath('//*[@id="address-fields"]//*[@name]')]


def last_page(browser):
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', browser.get("/checkout/payment").text))


def test_checkout_sends_a_stranger_to_the_cart(client):
    answer = client.get("/checkout")

    assert (answer.status_code, answer.location) == (303, "/cart")


@pytest.mark.parametrize("path", ["/address", "/delivery", "/payment"])
def test_every_step_sends_a_stranger_to_the_cart_which_says_why(client, path):
    answer = client.get(f"/checkout{path}")

    assert (answer.status_code, answer.location) == (303, "/cart?because=cart")
    assert "If you have just ordered, the confirmation is in your email." in client.get(answer.location).text


@pytest.mark.parametrize("path", ["address", "delivery"])
def test_posts_of_a_stranger_go_to_the_cart_which_says_why(client, path):
    assert client.post(f"/checkout/{path}", data=BERLIN).location == "/cart?because=cart"


def test_steps_send_back_to_the_first_that_is_missing_with_the_reason(shopper):
    early = shopper.get("/checkout/payment", follow_redirects=True)

    assert early.request.path == "/checkout/address"
    assert "Please enter your delivery address first." in early.text


def test_start_leads_to_the_first_step_that_is_missing_without_a_reason(shopper):
    start = shopper.get("/checkout")
    address = shopper.get("/checkout", follow_redirects=True)

    assert start.location == "/checkout/address"
    assert "Please enter your delivery address first" not in address.text


def test_walk_through_leads_to_the_payment(shopper):
    to_delivery = shopper.post("/checkout/address", data=BERLIN)
    to_payment = shopper.post("/checkout/delivery", data={"method": "standard"})
    page = shopper.get("/checkout/payment")

    assert (to_delivery.status_code, to_delivery.location) == (303, "/checkout/delivery")
    assert (to_payment.status_code, to_payment.location) == (303, "/checkout/payment")
    assert page.status_code == 200
    assert "Order and pay €33.90" in page.text
    assert "Includes VAT (19%)" in page.text


def test_address_form_keeps_what_was_entered(at_review):
    page = tree(at_review.get("/checkout/address"))

    assert value(page, "email") == "ada@example.com"
    assert value(page, "phone") == "+49301234567"
    assert value(page, "line1") == "Torstraße 1"
    assert chosen(page, "country") == ["DE"]


def test_every_field_has_a_label_and_tells_browsers_what_it_is(shopper):
    page = tree(shopper.get("/checkout/address"))

    asked = page.xpath('//form//*[self::input or self::select][not(@type="hidden")]')
    for each in asked:
        assert page.xpath(f'//label[@for="{each.get("id")}"]'), each.get("name")
        assert each.get("autocomplete"), each.get("name")


def test_update_shows_the_fields_of_another_country_and_keeps_what_was_typed(shopper):
    typed = BERLIN | {"country": "JP", "name": "O’Brien-Ñandú 🎉", "email": "half@", "update": "1"}

    answer = shopper.post("/checkout/address", data=typed)

    assert answer.status_code == 200
    assert fields(answer)[:2] == ["postal_code", "region"]
    assert value(tree(answer), "name") == "O’Brien-Ñandú 🎉"
    assert value(tree(answer), "email") == "half@"
    assert not tree(answer).xpath("//*[@aria-invalid]"), "nothing was sent yet, so nothing is wrong yet"


def test_other_country_comes_as_a_part_with_htmx(shopper):
    answer = shopper.post("/checkout/address", data={"country": "HK", "update": "1"}, headers=PART)

    assert answer.text.strip().startswith('<div class="fields" id="address-fields">')
    assert "postal_code" not in fields(answer)


def test_cities_follow_the_region(shopper):
    answer = shopper.post("/checkout/address", data={"country": "KR", "region": "강원도", "update": "1"}, headers=PART)

    assert tree(answer).xpath('//select[@name="city"]/option[@value="강릉시"]')


def test_wrong_address_is_shown_with_every_mistake_at_its_field(shopper):
    answer = shopper.post("/checkout/address", data=BERLIN | {"email": "nope", "postal_code": "1", "name": ""})

    page = tree(answer)
    assert answer.status_code == 422
    assert page.xpath('//*[@role="alert"][@autofocus]//a/@href') == ["#email", "#name", "#postal_code"]
    for name in ("email", "name", "postal_code"):
        wrong = page.xpath(f'//*[@name="{name}"][@aria-invalid="true"]/@aria-describedby')[0].split()
        assert page.xpath(f'//*[@id="{wrong[0]}"]')[0].text_content().strip()
    assert value(page, "line1") == "Torstraße 1"


@pytest.mark.parametrize("change", [{"postal_code": "1"}, {"country": "JP", "update": "1"}])
def test_what_was_typed_outlives_a_price_that_rose_meanwhile(shopper, tide, change):
    make.reprice(tide, 3500)

    answer = shopper.post("/checkout/address", data=BERLIN | change)

    assert answer.status_code in {200, 422}
    assert value(tree(answer), "line1") == "Torstraße 1"


def test_what_was_typed_outlives_a_catalogue_that_is_down(shopper, request):
    request.getfixturevalue("catalog_down")

    answer = shopper.post("/checkout/address", data=BERLIN | {"postal_code": "1"})

    assert answer.status_code == 422
    assert value(tree(answer), "line1") == "Torstraße 1"


def test_country_that_is_not_served_is_refused(shopper):
    answer = shopper.post("/checkout/address", data=BERLIN | {"country": "AQ"})

    assert answer.status_code == 422
    assert "Choose a country that we deliver to." in answer.text


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "{{7*7}}", "علي", "O'Brien-Ñandú 🎉"])
def test_names_are_shown_as_words(shopper, name):
    shopper.post("/checkout/address", data=BERLIN | {"name": name})
    shopper.post("/checkout/delivery", data={"method": "standard"})

    page = tree(shopper.get("/checkout/payment"))

    assert name in page.xpath('string(//*[@class="review__value"][@dir="auto"])')
    assert value(tree(shopper.get("/checkout/address")), "name") == name


def test_delivery_offers_what_the_country_has(shopper):
    shopper.post("/checkout/address", data=JAPAN)

    page = tree(shopper.get("/checkout/delivery"))

    assert page.xpath('//input[@name="method"]/@value') == ["standard", "express"]
    assert "To Japan" in page.text_content()
    assert "5–10 working days" in page.text_content()


@pytest.mark.parametrize(("data", "status"), [({}, 422), ({"method": "drone"}, 409)])
def test_delivery_refuses_what_is_not_offered(shopper, data, status):
    shopper.post("/checkout/address", data=BERLIN)

    answer = shopper.post("/checkout/delivery", data=data)

    assert answer.status_code == status
    assert tree(answer).xpath('//*[@role="alert"][@autofocus]')
    assert shopper.get("/checkout/payment").location == "/checkout/delivery?because=delivery"


def test_parcel_that_nobody_takes_is_told(client):
    heavy = make.variant(stock=9, weight_grams=20_000)
    client.post("/cart/lines", data={"variant": heavy.id})
    client.post("/checkout/address", data=JAPAN)

    answer = client.get("/checkout/delivery")

    assert "We cannot send this as it is" in answer.text
    assert 'name="method"' not in answer.text


def test_terms_must_be_agreed_to(at_review):
    answer = at_review.post("/checkout/orders", data=last_page(at_review) | {"method": "hosted"})

    page = tree(answer)
    assert answer.status_code == 422
    assert page.xpath('//input[@name="terms"][@aria-invalid="true"]')
    assert page.xpath('//*[@role="alert"]//a[@href="#terms"]')
    assert "ada@example.com" in answer.text


def test_other_total_than_shown_is_refused_with_the_new_one(at_review):
    sent = last_page(at_review) | {"total": "100", "terms": "yes", "method": "hosted"}

    answer = at_review.post("/checkout/orders", data=sent)

    assert answer.status_code == 409
    assert "Order and pay €33.90" in answer.text
    assert tree(answer).xpath('//input[@name="terms"][@checked]'), "the agreement given is kept"


def test_terms_that_changed_meanwhile_are_refused(at_review):
    sent = last_page(at_review) | {"terms_version": "2020-01-01", "terms": "yes", "method": "hosted"}

    answer = at_review.post("/checkout/orders", data=sent)

    assert answer.status_code == 409
    assert "Our terms changed" in answer.text


def test_price_that_rose_sends_back_to_the_cart(at_review, tide):
    sent = last_page(at_review) | {"terms": "yes", "method": "hosted"}
    make.reprice(tide, 3500)

    answer = at_review.post("/checkout/orders", data=sent, follow_redirects=True)

    assert answer.request.path == "/cart"
    assert "risen from €29.00 to €35.00" in answer.text


def test_stock_that_went_sends_back_to_the_cart(at_review, tide):
    sent = last_page(at_review) | {"terms": "yes", "method": "hosted"}
    inventory.adjust(tide.id, 0, version=inventory.level_as_staff(tide.id).version, reason="lost", actor="test")

    answer = at_review.post("/checkout/orders", data=sent, follow_redirects=True)

    assert answer.request.path == "/cart"
    assert "Sold out" in answer.text


def test_catalogue_that_is_down_closes_the_checkout_and_keeps_everything(app, at_review, catalog_down):
    answer = at_review.get("/checkout/payment", follow_redirects=True)

    assert answer.request.path == "/cart"
    assert "The catalogue is taking a short break" in answer.text


@pytest.mark.parametrize("path", ["address", "delivery", "payment"])
def test_pages_are_kept_by_no_cache_and_stay_within_their_queries(at_review, count_queries, path):
    with count_queries() as counted:
        answer = at_review.get(f"/checkout/{path}")

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert counted.sql <= 5
    assert counted.mongo == 1


@pytest.mark.parametrize("path", ["address", "delivery"])
def test_posts_from_another_site_are_refused(shopper, path):
    answer = shopper.post(f"/checkout/{path}", data=BERLIN, headers={"Sec-Fetch-Site": "cross-site"})

    assert answer.status_code == 403


def test_draft_survives_a_flushed_redis(app, at_review):
    app.extensions["stores"].redis.flushdb()

    assert at_review.get("/checkout/payment").status_code == 200


def test_another_browser_sees_nothing_of_it(app, at_review):
    assert "ada@example.com" not in app.test_client().get("/checkout/address", follow_redirects=True).text


def test_what_no_database_can_keep_is_refused(at_review):
    sent = last_page(at_review) | {"method": "hosted", "terms": "yes", "revision": str(10**30)}

    assert at_review.post("/checkout/orders", data=sent).status_code == 422
    assert at_review.post("/checkout/codes", data={"coupon": "FRIE\0NDS"}).status_code == 422
