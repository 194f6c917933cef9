"""Codes on the last page: what stood there stands there again, and nobody orders without what they typed counting."""

import pytest
from flask.testing import FlaskClient
from lxml import html

from app.services import gift_cards
from tests import make
from tests.blueprints.checkout.test_ordering import to_review


@pytest.fixture
def at_review(client: FlaskClient) -> FlaskClient:
    """A browser on the last page, with a print of 90.00 in its cart."""
    to_review(client, price=9000)
    return client


class LastPage:
    """The last page as a browser without JavaScript has it."""

    def __init__(self, browser: FlaskClient, text: str = "") -> None:
        """Look at it; `text` is an answer that showed it."""
        self.tree = html.fromstring(text or browser.get("/checkout/payment").text)
        [self.form] = self.tree.xpath('//form[@action="/checkout/orders"]')

    @property
    def held(self) -> dict[str, str]:
        """What its form would send."""
        return dict(self.form.form_values())

    def press(self, browser: FlaskClient, label: str, **typed: str) -> "LastPage":
        """Press a button, with what was typed and ticked; follow to the last page."""
        to = self.form.xpath(f'.//button[normalize-space()="{label}"]/@formaction')[0]
        answer = browser.post(to, data=self.held | typed, follow_redirects=True)
        return LastPage(browser, answer.text)

    def at(self, field: str) -> str:
        """Return what is said below a field."""
        words = self.tree.xpath(f'//*[@id=//*[@id="{field}"]/@aria-describedby]')
        return words[0].text_content() if words else ""


CHOSEN = {"terms": "yes", "method": "transfer"}


def test_code_that_counts_leaves_terms_and_way_to_pay_as_they_were(at_review: FlaskClient) -> None:
    make.promotion(code="FRIENDS")

    after = LastPage(at_review).press(at_review, "Apply", coupon="friends", apply="coupon", **CHOSEN)
    removed = after.press(at_review, "Remove the code FRIENDS")

    assert after.held | CHOSEN == after.held
    assert "Your code counts" in after.tree.text_content()
    assert removed.held | CHOSEN == removed.held


@pytest.mark.parametrize(("kind", "field"), [("coupon", "coupon-code"), ("gift_card", "gift-code")])
def test_code_that_is_refused_leaves_all_as_it_was(at_review: FlaskClient, kind: str, field: str) -> None:
    after = LastPage(at_review).press(at_review, "Apply", **{kind: " nope "}, apply=kind, **CHOSEN)

    assert after.at(field)
    assert after.held | CHOSEN | {kind: " nope "} == after.held


def test_gift_card_leaves_all_as_it_was_on_and_off(at_review: FlaskClient) -> None:
    code = gift_cards.code_of(make.gift_card(1000).id)

    paying = LastPage(at_review).press(at_review, "Apply", gift_card=code, **CHOSEN)
    off = paying.press(at_review, "Remove")

    assert paying.held | CHOSEN == paying.held
    assert "ending in" in paying.tree.text_content()
    assert off.held | CHOSEN == off.held
    assert "ending in" not in off.tree.text_content()


def test_both_codes_count_at_one_press(at_review: FlaskClient) -> None:
    make.promotion(code="FRIENDS")
    code = gift_cards.code_of(make.gift_card(1000).id)

    after = LastPage(at_review).press(at_review, "Apply", coupon="friends", gift_card=code).tree.text_content()

    assert "FRIENDS" in after
    assert "ending in" in after


def test_one_code_counts_though_the_other_is_refused(at_review: FlaskClient) -> None:
    code = gift_cards.code_of(make.gift_card(1000).id)

    after = LastPage(at_review).press(at_review, "Apply", coupon="nope", gift_card=code)

    assert "We do not know this code" in after.at("coupon-code")
    assert "ending in" in after.tree.text_content()


@pytest.mark.parametrize(("kind", "field"), [("coupon", "coupon-code"), ("gift_card", "gift-code")])
def test_apply_at_an_empty_field_asks_for_a_code(at_review: FlaskClient, kind: str, field: str) -> None:
    assert LastPage(at_review).press(at_review, "Apply", apply=kind).at(field).startswith("Enter")


def test_terms_of_another_version_are_not_agreed_to_by_an_address(at_review: FlaskClient) -> None:
    version = LastPage(at_review).held["terms_version"]

    ticked = [
        bool(html.fromstring(at_review.get(f"/checkout/payment?agreed={of}").text).xpath('//*[@id="terms"]/@checked'))
        for of in (version, "2001-01-01", "")
    ]

    assert ticked == [True, False, False]


def test_order_with_a_code_that_was_typed_only_waits_for_the_new_total_to_be_seen(at_review: FlaskClient) -> None:
    make.promotion(code="FRIENDS")
    page = LastPage(at_review)

    answer = at_review.post("/checkout/orders", data=page.held | CHOSEN | {"coupon": "friends"})
    shown = LastPage(at_review, at_review.get(answer.location).text)
    ordered = at_review.post("/checkout/orders", data=shown.held)

    assert answer.location.startswith("/checkout/payment?")
    assert int(page.held["total"]) - int(shown.held["total"]) == 900
    assert "/orders/" in ordered.location


def test_order_with_a_code_that_is_refused_says_so_once_and_then_goes_on(at_review: FlaskClient) -> None:
    typed = LastPage(at_review).held | CHOSEN | {"coupon": "nope"}

    answer = at_review.post("/checkout/orders", data=typed)
    shown = LastPage(at_review, answer.text)
    ordered = at_review.post("/checkout/orders", data=shown.held)

    assert answer.status_code == 422
    assert "We do not know this code" in shown.at("coupon-code")
    assert "/orders/" in ordered.location


def test_last_page_with_a_typed_code_leads_to_the_order_that_was_placed_from_it(at_review: FlaskClient) -> None:
    typed = LastPage(at_review).held | CHOSEN
    ordered = at_review.post("/checkout/orders", data=typed)

    again = at_review.post("/checkout/orders", data=typed | {"coupon": "friends"})

    assert (again.status_code, again.location.split(".")[0]) == (303, ordered.location.split(".")[0])


def test_enter_presses_a_button_that_orders_nothing_and_takes_nothing_off(at_review: FlaskClient) -> None:
    make.promotion(code="FRIENDS")
    page = LastPage(at_review).press(at_review, "Apply", coupon="friends")

    first = page.form.xpath(".//button")[0].get("formaction")  # what browsers press
    answer = at_review.post(first, data=page.held)

    assert answer.location.startswith("/checkout/payment")
    assert "FRIENDS" in LastPage(at_review).tree.text_content()
