"""What is asked for too often: the answer says when to come again, and keeps what was typed."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from lxml import html

from app import clock, formats
from tests import make

FAR_AWAY = {"REMOTE_ADDR": "203.0.113.7"}
PART = {"HX-Request": "true", "HX-Request-Type": "partial"}


def typed(answer) -> dict[str, str]:
    """Return what the page's button sends once more."""
    page = html.fromstring(answer.text)
    [form] = (form for form in page.forms if form.xpath('.//button[normalize-space()="Try again"]'))
    assert form.method == "POST"
    return {"": form.action} | dict(form.form_values())


def test_refusal_of_a_minute_keeps_what_was_typed(client: FlaskClient) -> None:
    asked = {"number": "ABCDE-23456", "email": "ada@example.org"}

    answers = [client.post("/orders/look-up", data=asked, environ_base=FAR_AWAY) for _ in range(6)]

    assert [answer.status_code for answer in answers] == [303] * 5 + [429]
    assert "Please wait a minute and try again." in answers[-1].text
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 61
    assert typed(answers[-1]) == {"": "/orders/look-up"} | asked


def test_refusal_of_an_hour_says_when_it_ends(app) -> None:
    carts = [app.test_client() for _ in range(11)]
    for cart in carts:
        cart.post("/cart/lines", data={"variant": make.variant().id})

    answers = [
        cart.post("/cart/coupon", data={"code": "NONE"}, environ_base=FAR_AWAY) for cart in carts for _ in range(20)
    ]

    refused = next(answer for answer in answers if answer.status_code == 429)
    ends = clock.now() + timedelta(seconds=int(refused.headers["Retry-After"]))
    assert timedelta(minutes=55) < ends - clock.now() <= timedelta(minutes=61)
    near = {formats.deadline(ends + timedelta(minutes=minutes)) for minutes in (0, 1)}
    assert any(f"Please come again at {moment}." in refused.text for moment in near)
    assert "wait a minute" not in refused.text
    assert typed(refused) == {"": "/cart/coupon", "code": "NONE"}


def test_list_is_asked_for_again_by_its_own_address(client: FlaskClient) -> None:
    answers = [client.get(f"/search?q=x{number}", environ_base=FAR_AWAY) for number in range(601)]

    page = html.fromstring(answers[-1].text)
    assert answers[-1].status_code == 429
    assert page.xpath('//a[normalize-space()="Try again"]/@href') == ["/search?q=x600"]


@pytest.fixture
def shopper(client: FlaskClient) -> FlaskClient:
    """A browser on the last page."""
    client.post("/cart/lines", data={"variant": make.variant(stock=3).id})
    client.post("/checkout/address", data=make.ADDRESSES["DE"] | {"email": "ada@example.org"})
    client.post("/checkout/delivery", data={"method": "standard"})
    return client


def test_sixth_wrong_code_of_a_gift_card_stays_on_the_page_with_the_time(shopper: FlaskClient) -> None:
    answers = [shopper.post("/checkout/codes", data={"gift_card": f"WRONG{number}"}) for number in range(6)]

    page = html.fromstring(answers[-1].text)
    [problem] = page.xpath('//*[@id="gift-code-error"]')
    assert [answer.status_code for answer in answers] == [422] * 5 + [429]
    assert "Please come again at" in problem.text_content()
    assert page.xpath('//*[@id="gift-code"]/@value') == ["WRONG5"]
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 15 * 60 + 60


def test_notice_for_htmx_says_when_to_come_again(shopper: FlaskClient) -> None:
    answers = [
        shopper.post("/cart/coupon", data={"code": "NONE"}, environ_base=FAR_AWAY, headers=PART) for _ in range(21)
    ]

    assert answers[-1].status_code == 429
    assert answers[-1].text.startswith('<hx-partial hx-target="#notices"')
    assert "Please wait a minute and try again." in answers[-1].text
