"""Tax rates in the back office."""

from datetime import date
from decimal import Decimal

import pytest
from lxml import html
from sqlalchemy import select

from app import db
from app.services import tax
from app.services.audit.books import BOOKS
from tests import make
from tests.blueprints.admin.conftest import sign_in
from tests.counting import count_queries

PART = {"HX-Request": "true", "HX-Request-Type": "partial"}
NEW = {"country": "de", "tax_class": "reduced", "name": "USt", "percent": "7", "valid_from": "2026-01-01"}


@pytest.fixture
def german(app):
    """The one rate of the table."""
    make.tax_rate("DE", "19")
    return tax.list_as_staff()[0]


def audited():
    intake = BOOKS["orders"].intake
    with db.orders.reading() as session:
        rows = session.scalars(select(intake).order_by(intake.id)).all()
    return [(row.act, row.actor.split(":")[0]) for row in rows if row.act.startswith("tax.")]


def test_empty_table_says_what_holds(admin):
    assert "the shop's own country is taxed by SHOP_VAT_RATE" in admin.get("/admin/taxes/").text
    assert "There is no rate for FR" in admin.get("/admin/taxes/?country=fr").text


def test_rate_is_added(admin):
    answer = admin.post("/admin/taxes/", data=NEW | {"postcode": "101 19"})

    assert answer.status_code == 303
    [rate] = tax.list_as_staff()
    assert (rate.country, rate.postcode, rate.percent, rate.valid_from) == ("DE", "10119", 7, date(2026, 1, 1))
    assert audited() == [("tax.add", "staff")]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"country": "Germany"}, "Enter two letters"),
        ({"country": "XX"}, "There is no country XX. Enter the two letters of one, as in DE."),
        ({"country": "zz"}, "There is no country ZZ."),
        ({"country": "EU"}, "There is no country EU."),
        ({"percent": "100"}, "Enter a number from 0 to 99.999"),
        ({"percent": ""}, "Enter a number"),
        ({"percent": "1.234,5"}, "Write a number like 7 or 7.5, with up to 3 digits behind the point."),
        ({"percent": "7,1234"}, "Write a number like 7 or 7.5, with up to 3 digits behind the point."),
        ({"valid_from": "soon"}, "Enter a date, as in 2026-03-31."),
        ({"tax_class": "standard", "valid_from": "2020-01-01"}, "There is a rate for this place"),
    ],
)
def test_wrong_rate_is_refused_at_its_field_and_stays(admin, german, wrong, says):
    answer = admin.post("/admin/taxes/", data=NEW | {"name": "Typed"} | wrong)

    assert answer.status_code == 422
    assert says in answer.text
    assert 'value="Typed"' in answer.text
    assert len(tax.list_as_staff()) == 1


def test_percent_is_changed_in_its_row(admin, german):
    sent = {"percent": "16.5", "version": german.version}

    answer = admin.post(f"/admin/taxes/{german.id}", data=sent, headers=PART)

    assert answer.status_code == 200
    assert answer.text.lstrip().startswith(f'<tr id="tax-{german.id}" class="table__row--changed"')
    assert tax.get_as_staff(german.id).percent == Decimal("16.5")
    assert audited()[-1] == ("tax.change", "staff")


@pytest.mark.parametrize(("typed", "means"), [("19,5", "19.5"), ("19.5", "19.5"), ("20", "20"), ("8,875", "8.875")])
def test_percent_is_typed_with_a_comma_or_a_point(admin, german, typed, means):
    sent = {"percent": typed, "version": german.version}

    answer = admin.post(f"/admin/taxes/{german.id}", data=sent, headers=PART)

    assert tax.get_as_staff(german.id).percent == Decimal(means)
    assert f'value="{means}"' in answer.text
    assert 'type="number"' not in answer.text


def test_percent_is_changed_without_a_script(admin, german):
    answer = admin.post(f"/admin/taxes/{german.id}", data={"percent": "16", "version": german.version})

    assert (answer.status_code, answer.location) == (303, "/admin/taxes/?country=DE")


@pytest.mark.parametrize("headers", [PART, {}])
def test_second_of_two_who_change_is_refused_and_keeps_what_was_typed(admin, german, headers):
    tax.set_percent(german.id, Decimal(16), version=german.version, actor="other")

    answer = admin.post(f"/admin/taxes/{german.id}", data={"percent": "21", "version": german.version}, headers=headers)

    assert answer.status_code == 409
    assert "Somebody changed this rate meanwhile" in answer.text
    assert 'value="21"' in answer.text
    assert tax.get_as_staff(german.id).percent == 16


def test_wrong_percent_is_refused_in_its_row(admin, german):
    answer = admin.post(f"/admin/taxes/{german.id}", data={"percent": "x", "version": german.version}, headers=PART)

    assert answer.status_code == 422
    assert "table__row--refused" in answer.text


def test_rate_is_removed_once(admin, german):
    answers = [admin.post(f"/admin/taxes/{german.id}/removal", data={"country": "DE"}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert tax.list_as_staff() == []
    assert [act for act, _ in audited()] == ["tax.add", "tax.remove"]


def test_removal_says_what_it_does_before_it_can_be_pressed(admin, german):
    shown = html.fromstring(admin.get("/admin/taxes/").text)

    [closed] = shown.xpath(f"//form[@action='/admin/taxes/{german.id}/removal']/ancestor::details[not(@open)]")
    assert closed.findtext("summary").startswith("Remove")
    assert "Remove 19% from 1 Jan 2020" in " ".join(closed.text_content().split())


def test_table_turns_pages_and_stays_within_its_queries(admin):
    for number in range(120):
        make.tax_rate("US", "5", postcode=f"{10000 + number}")

    with count_queries() as counted:
        first = admin.get("/admin/taxes/", headers=PART)
    second = admin.get("/admin/taxes/?after=US." + tax.list_as_staff(limit=100)[-1].id)

    assert counted.sql <= 2  # who asks, the rates
    assert first.text.count('<tr id="tax-') == 100
    assert second.text.count('<tr id="tax-') == 20


def test_clerk_finds_no_taxes(app, german):
    clerk = sign_in(app, make.staff("clerk"))

    assert clerk.get("/admin/taxes/").status_code == 403
    assert clerk.post(f"/admin/taxes/{german.id}", data={"percent": "1", "version": "1"}).status_code == 403


def test_third_digit_of_a_rate_survives_the_form(admin):
    make.tax_rate("US", "8.625", postcode="941")

    assert 'value="8.625"' in admin.get("/admin/taxes/").text
