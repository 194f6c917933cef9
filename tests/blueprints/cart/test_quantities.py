"""The numbers of several lines sent at once, as by a browser without JavaScript."""

import pytest
from flask.testing import FlaskClient
from lxml import html

from tests import make


@pytest.fixture
def prints(app):
    return [make.variant(title=title, price=2900, stock=stock) for title, stock in (("Ebb", 9), ("Neap", 3))]


@pytest.fixture
def shopper(client: FlaskClient, prints) -> FlaskClient:
    """A browser with one of each in its cart."""
    for each in prints:
        client.post("/cart/lines", data={"variant": each.id})
    return client


def send(shopper, prints, *numbers, shown=("1", "1"), **pressed):
    fields = {"variant": [each.id for each in prints], "shown": list(shown), "quantity": list(numbers)}
    return shopper.post("/cart/quantities", data=fields | {"version": "2"} | pressed)


def numbers_of(text):
    return html.fromstring(text).xpath('//input[@name="quantity"]/@value')


def test_numbers_of_two_lines_are_both_saved(shopper, prints):
    answer = send(shopper, prints, "2", "3")

    assert (answer.status_code, answer.location) == (303, "/cart")
    assert numbers_of(shopper.get("/cart").text) == ["2", "3"]


def test_checkout_takes_the_numbers_with_it(shopper, prints):
    answer = send(shopper, prints, "2", "3", checkout="1")

    assert (answer.status_code, answer.location) == (303, "/checkout")
    assert numbers_of(shopper.get("/cart").text) == ["2", "3"]


def test_checkout_without_a_number_typed_asks_for_no_more(shopper, prints, count_queries):
    with count_queries() as counted:
        answer = send(shopper, prints, "1", "1", checkout="1")

    assert (answer.status_code, answer.location) == (303, "/checkout")
    assert (counted.sql, counted.mongo) == (0, 0)


@pytest.mark.parametrize(
    ("number", "status", "said"),
    [("4", 409, "Only 3 left. Please choose fewer."), ("x", 422, "Enter a whole number from 1 to 99.")],
)
def test_number_that_is_refused_stays_at_its_line_and_the_other_is_saved(shopper, prints, number, status, said):
    answer = send(shopper, prints, "2", number, checkout="1")

    assert answer.status_code == status
    assert said in answer.text
    assert numbers_of(answer.text) == ["2", number]
    assert numbers_of(shopper.get("/cart").text) == ["2", "1"]


def test_two_numbers_that_are_refused_are_both_kept_and_told(shopper, prints):
    answer = send(shopper, prints, "10", "4")

    assert "Only 9 left. Please choose fewer." in answer.text
    assert "Only 3 left. Please choose fewer." in answer.text
    assert numbers_of(answer.text) == ["10", "4"]


def test_what_is_removed_takes_no_number_typed_beside_it_along(shopper, prints):
    answer = send(shopper, prints, "7", "3", gone=prints[0].id)

    assert (answer.status_code, answer.location) == (303, "/cart")
    assert numbers_of(shopper.get("/cart").text) == ["3"]


def test_number_that_is_refused_beside_what_is_removed_stays(shopper, prints):
    answer = send(shopper, prints, "1", "4", gone=prints[0].id)

    assert answer.status_code == 409
    assert "Only 3 left. Please choose fewer." in answer.text
    assert numbers_of(answer.text) == ["4"]


def test_code_is_taken_off_and_the_numbers_are_saved(shopper, prints):
    make.promotion(code="SUMMER")
    shopper.post("/cart/coupon", data={"code": "SUMMER"})

    assert send(shopper, prints, "2", "3", uncode="1").status_code == 303

    text = shopper.get("/cart").text
    assert numbers_of(text) == ["2", "3"]
    assert "SUMMER" not in text


def test_prices_are_agreed_to_as_they_were_shown_before_numbers_are_saved(shopper, prints):
    make.reprice(prints[0], 3900)
    assert "You pay €68.00 only if you agree" in shopper.get("/cart").text

    assert send(shopper, prints, "2", "3", subtotal="6800").status_code == 303

    text = shopper.get("/cart").text
    assert numbers_of(text) == ["2", "3"]
    assert "only if you agree" not in text


def test_prices_that_rose_again_are_not_agreed_to_and_numbers_stay(shopper, prints):
    make.reprice(prints[0], 4900)

    answer = send(shopper, prints, "2", "3", subtotal="6800")

    assert answer.status_code == 409
    assert "A price has changed again." in answer.text
    assert numbers_of(answer.text) == ["2", "3"]
    assert numbers_of(shopper.get("/cart").text) == ["1", "1"]


def test_number_that_nobody_typed_overwrites_no_other_tab(shopper, prints):
    shopper.post(f"/cart/lines/{prints[0].id}", data={"quantity": "5", "version": "2"})

    answer = send(shopper, prints, "1", "3")

    assert answer.status_code == 303
    assert numbers_of(shopper.get("/cart").text) == ["5", "3"]


def test_number_of_a_line_that_another_tab_changed_is_refused(shopper, prints):
    shopper.post(f"/cart/lines/{prints[0].id}", data={"quantity": "5", "version": "2"})

    answer = send(shopper, prints, "2", "3")

    assert answer.status_code == 409
    assert "You changed Ebb in another tab." in answer.text
    assert numbers_of(answer.text) == ["5", "3"]


def test_number_of_a_line_that_another_tab_removed_is_told_above_the_rest(shopper, prints):
    shopper.post(f"/cart/lines/{prints[0].id}/removal")

    answer = send(shopper, prints, "2", "3")

    assert answer.status_code == 409
    assert "taken out of your cart meanwhile" in answer.text
    assert numbers_of(answer.text) == ["3"]


def test_numbers_without_a_version_are_refused(shopper, prints):
    fields = {"variant": prints[0].id, "shown": "1", "quantity": "2"}

    assert shopper.post("/cart/quantities", data=fields).status_code == 422
    assert numbers_of(shopper.get("/cart").text) == ["1", "1"]
