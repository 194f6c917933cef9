"""Discount codes on the cart and on the last page of the checkout, with htmx and without."""

import re
from decimal import Decimal

import pytest
from flask.testing import FlaskClient

from app.services import checkout
from tests import make

PART = {"HX-Request": "true", "HX-Request-Type": "partial"}
BERLIN = make.ADDRESSES["DE"] | {"email": "ada@example.com", "phone": "030 1234567"}
FIELDS = [("/cart/coupon", "code"), ("/checkout/codes", "coupon")]


@pytest.fixture
def shopper(client: FlaskClient) -> FlaskClient:
    """A browser with two prints of 29.00 in its cart."""
    client.post("/cart/lines", data={"variant": make.variant(price=2900, stock=5).id, "quantity": "2"})
    return client


@pytest.fixture
def at_review(shopper: FlaskClient) -> FlaskClient:
    """A browser that has gone through every step up to the last."""
    shopper.post("/checkout/address", data=BERLIN)
    shopper.post("/checkout/delivery", data={"method": "standard"})
    return shopper


def last_page(browser: FlaskClient) -> dict[str, str]:
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', browser.get("/checkout/payment").text))


def test_code_counts_without_a_script(shopper):
    make.promotion(code="FRIENDS")

    answer = shopper.post("/cart/coupon", data={"code": "friends"})

    assert (answer.status_code, answer.location) == (303, "/cart")
    page = shopper.get("/cart").text
    assert "Friends (FRIENDS)" in page
    assert "−€5.80" in page
    assert "€52.20" in page


def test_code_with_htmx_answers_the_lines_and_says_the_new_total(shopper):
    make.promotion(code="FRIENDS")

    answer = shopper.post("/cart/coupon", data={"code": "friends"}, headers=PART)

    assert answer.status_code == 200
    assert 'hx-target="#cart-lines"' in answer.text
    assert "Your code has been applied: €52.20" in answer.text


@pytest.mark.parametrize(("path", "field"), FIELDS)
def test_wrong_code_is_refused_where_it_was_typed_and_stays(at_review, path, field):
    answer = at_review.post(path, data={field: "  <b>nope"})

    assert answer.status_code == 422
    assert "We do not know this code" in answer.text
    assert 'value="  &lt;b&gt;nope"' in answer.text
    assert 'aria-describedby="coupon-error"' in answer.text


def test_the_last_page_says_at_the_code_that_it_counts_and_leads_the_focus_there(at_review):
    make.promotion(code="FRIENDS")

    taken = at_review.post("/checkout/codes", data={"coupon": "friends"}, follow_redirects=True).text
    removed = at_review.post("/checkout/coupon/removal", follow_redirects=True).text

    assert 'tabindex="-1" autofocus>Your code counts: €57.10 now.' in taken
    assert 'tabindex="-1" autofocus>No code counts any more: €62.90 now.' in removed
    assert "autofocus" not in at_review.get("/checkout/payment").text


@pytest.mark.parametrize(("path", "field"), FIELDS)
@pytest.mark.parametrize("code", ["7K3M-9QZX-0ABC-DEFG", " 7k3m9qzxoabcdefg "])
def test_gift_card_in_the_field_for_codes_is_told_where_it_goes(at_review, path, field, code):
    answer = at_review.post(path, data={field: code})

    assert answer.status_code == 422
    assert "This looks like a gift card." in answer.text


def test_code_in_the_field_for_gift_cards_is_told_where_it_goes_and_counts_as_a_try(at_review):
    make.promotion(code="FRIENDS")

    answers = [at_review.post("/checkout/codes", data={"gift_card": "friends"}) for _ in range(6)]

    assert "This is a discount code." in answers[0].text
    assert [answer.status_code for answer in answers] == [422] * 5 + [429]


def test_code_for_free_delivery_says_what_it_does(shopper):
    make.promotion("Sent for nothing", kind="free_delivery", code="POST")

    said = shopper.post("/cart/coupon", data={"code": "post"}, headers=PART).text
    shopper.post("/checkout/address", data=BERLIN)
    step = re.sub(r"<[^>]+>", "", shopper.get("/checkout/delivery").text)

    assert "Your code counts: delivery is free" in said
    assert "Delivery is free with Sent for nothing (POST)." in said
    assert "before €4.90 Free" in step
    assert "before €12.90 Free" in step


def test_wrong_code_with_htmx_answers_the_same_part(shopper):
    answer = shopper.post("/cart/coupon", data={"code": "nope"}, headers=PART)

    assert answer.status_code == 422
    assert answer.text.lstrip().startswith('<section class="stack stack--l" id="cart-lines"')


def test_wrong_code_leaves_the_right_one_in_place(shopper):
    make.promotion(code="FRIENDS")
    shopper.post("/cart/coupon", data={"code": "friends"})

    assert shopper.post("/cart/coupon", data={"code": "nope"}).status_code == 422

    assert "Friends (FRIENDS)" in shopper.get("/cart").text


def test_stranger_without_a_cart_is_told_so(client):
    make.promotion(code="FRIENDS")

    answer = client.post("/cart/coupon", data={"code": "friends"})

    assert answer.status_code == 409
    assert "Your cart is empty" in answer.text
    assert "Set-Cookie" not in answer.headers


def test_code_is_taken_away_again(shopper):
    make.promotion(code="FRIENDS")
    shopper.post("/cart/coupon", data={"code": "friends"})

    answer = shopper.post("/cart/coupon/removal")

    assert (answer.status_code, answer.location) == (303, "/cart")
    assert "FRIENDS" not in shopper.get("/cart").text


def test_code_entered_on_the_last_page_changes_what_is_ordered(at_review):
    make.promotion(code="FRIENDS")
    before = last_page(at_review)

    answer = at_review.post("/checkout/codes", data={"coupon": "friends"})

    assert (answer.status_code, answer.location) == (303, "/checkout/payment?done=coupon")
    after = last_page(at_review)
    assert int(before["total"]) - int(after["total"]) == 580
    stale = at_review.post("/checkout/orders", data=before | {"terms": "yes", "method": "hosted"})
    assert stale.status_code == 409, "a tab that still shows the old total is asked anew"
    placed = at_review.post("/checkout/orders", data=after | {"terms": "yes", "method": "hosted"})
    assert placed.status_code == 303
    at_review.post("/checkout/coupon/removal")
    assert last_page(at_review)["total"] == before["total"]


def test_order_page_explains_every_cent(at_review, companies):
    make.promotion("Gift", code="GIFT", percent=Decimal(100))
    make.promotion("Sent free", kind="free_delivery")
    at_review.post("/checkout/codes", data={"coupon": "gift"})

    page = at_review.get("/checkout/payment").text
    assert "nothing is left to pay" in page
    form = last_page(at_review) | {"terms": "yes", "method": "hosted"}
    answer = at_review.post("/checkout/orders", data=form, follow_redirects=True)

    assert answer.request.path.startswith("/orders/")
    for words in ("Gift (GIFT)", "−€58.00", "Sent free", "−€4.90", "€0.00", "Thank you"):
        assert words in answer.text, words
    assert companies.ledger()["sessions"] == []


def test_code_that_was_used_up_meanwhile_shows_the_new_total_before_paying(at_review):
    make.promotion(code="ONCE", total_limit=1)
    at_review.post("/checkout/codes", data={"coupon": "once"})
    form = last_page(at_review)
    ben = make.buyer(make.variant(), email="ben@example.org")
    checkout.enter_coupon(ben, "once")
    make.place(ben)

    answer = at_review.post("/checkout/orders", data=form | {"terms": "yes", "method": "hosted"})

    assert answer.status_code == 409
    assert "look at the new total" in answer.text
    assert "This code has been used up" in answer.text
    assert f'name="total" value="{int(form["total"]) + 580}"' in answer.text


def test_cart_says_whose_tax_stands_in_it_until_the_address_is_known(shopper):
    assert "VAT for Germany; updated once we have your address" in shopper.get("/cart").text

    shopper.post("/checkout/address", data=BERLIN)

    assert "VAT for" not in shopper.get("/cart").text


def test_cart_of_gift_cards_alone_speaks_of_no_tax(client):
    client.post("/cart/lines", data={"variant": make.gift_product().variants[0].id, "quantity": "1"})

    text = client.get("/cart").text

    assert "Gift card" in text
    assert "VAT for" not in text


def test_cart_with_promotions_stays_within_its_queries(shopper, count_queries):
    make.promotion("By itself")
    make.promotion(code="FRIENDS")
    shopper.post("/cart/coupon", data={"code": "friends"})

    with count_queries() as counted:
        answer = shopper.get("/cart")

    assert answer.status_code == 200
    assert counted.sql <= 4
    assert counted.mongo <= 2, "the catalogue, and the collections of the header where this process has not read them"
