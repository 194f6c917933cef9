"""The pages of words."""

import re
from dataclasses import replace

import pytest

from app.services import checkout


@pytest.mark.parametrize("path", ["/terms", "/privacy", "/imprint", "/shipping"])
def test_page_shows_without_a_store(client, count_queries, path):
    with count_queries() as counted:
        answer = client.get(path)

    assert answer.status_code == 200
    assert "<h1>" in answer.text
    assert counted.sql == 0
    assert counted.mongo <= 1, "the collections of the header, when this process has not read them yet"
    assert "Set-Cookie" not in answer.headers


def test_terms_say_their_version(client):
    assert f"Version {checkout.TERMS_VERSION}" in client.get("/terms").text


def test_terms_say_how_long_a_transfer_may_take_where_one_is_offered(app, client):
    settings = app.extensions["config"]
    try:
        app.extensions["config"] = replace(settings, transfer_days=5)
        assert "or by bank transfer within 5 days." in client.get("/terms").text
        app.extensions["config"] = replace(settings, bank_iban="")
        assert "transfer" not in client.get("/terms").text
    finally:
        app.extensions["config"] = settings


def test_terms_say_that_a_card_is_charged_when_ordering(client):
    assert "holds the money" not in client.get("/terms").text


@pytest.mark.usefixtures("captures_on_shipping")
def test_terms_say_that_a_card_is_charged_on_shipping_where_it_is(client):
    text = client.get("/terms").text

    assert "after your payment has arrived or your card holds the money." in text
    assert "is charged when your parcel is ready to leave" in text


def test_delivery_page_shows_what_each_country_costs(client):
    text = client.get("/shipping").text

    assert all(name in text for _, name in checkout.countries())
    assert "€4.90" in text
    assert "free from €80.00" in text


def test_delivery_page_begins_with_the_shops_own_country(app, client):
    own = dict(checkout.countries())[app.extensions["config"].country]

    named = re.findall(r'<th scope="row"[^>]*>([^<]+)</th>', client.get("/shipping").text)

    assert named == [own, *(name for _, name in checkout.countries() if name != own)]


def test_imprint_says_where_the_shop_is_and_how_to_call_it(app, client):
    shop, text = app.extensions["config"], client.get("/imprint").text

    for said in (shop.legal_name or shop.name, shop.street, f"{shop.postal_code} {shop.city}", shop.phone):
        assert said in text


def test_foot_of_every_page_links_to_them(client):
    text = client.get("/cart").text

    assert all(f'href="{path}"' in text for path in ("/terms", "/privacy", "/imprint", "/shipping"))


def test_foot_of_a_page_names_the_address_the_returns_and_how_to_pay(app, client):
    settings = app.extensions["config"]
    try:
        with_transfer = client.get("/terms").text
        app.extensions["config"] = replace(settings, bank_iban="")
        by_card = client.get("/terms").text
    finally:
        app.extensions["config"] = settings

    assert f'<a href="mailto:{settings.mail_from}">' in with_transfer
    assert '<a href="/terms#withdrawal">Returns</a>' in with_transfer
    assert "14-day returns · Card or bank transfer" in with_transfer
    assert "14-day returns · Payment by card" in by_card
