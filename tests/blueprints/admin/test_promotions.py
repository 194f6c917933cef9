"""Promotions in the back office."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import select

from app import clock, db
from app.services import catalog, checkout, promotions
from app.services.audit.books import BOOKS
from tests import make
from tests.blueprints.admin.conftest import sign_in
from tests.counting import count_queries

PART = {"HX-Request": "true", "HX-Request-Type": "partial"}
TENTH = {"name": "Spring", "kind": "percent", "percent": "10"}


def audited():
    intake = BOOKS["orders"].intake
    with db.orders.reading() as session:
        return [row.act for row in session.scalars(select(intake).order_by(intake.id)) if "promotion" in row.act]


def typed_in(page, name):
    """Return what the field shows."""
    return re.search(rf'<input [^>]*name="{name}"[^>]* value="([^"]*)"', page.text)[1]


def test_table_without_promotions_says_how_to_begin(admin):
    assert "No promotions yet" in admin.get("/admin/promotions/").text


def test_collections_of_one_name_are_told_apart_by_their_addresses(admin):
    for slug, title in (("drift", "Drift"), ("drift-2", "Drift"), ("tides", "Tides")):
        catalog.save_collection(catalog.Collection(id=slug, slug=slug, title=title))

    offered = re.findall(r"<option[^>]*>([^<]*)</option>", admin.get("/admin/promotions/new").text)

    assert {"Drift (/collections/drift)", "Drift (/collections/drift-2)", "Tides"} <= set(offered)


def test_promotion_is_made_with_everything_it_can_say(admin):
    product = make.product("Tide", slug="tide")
    catalog.save_collection(catalog.Collection(id="c1", slug="shelf", title="Shelf"))
    sent = TENTH | {
        "code": " spring 26 ", "minimum": "50,00", "collections": "c1", "products": "https://shop.example/products/tide",
        "is_first_order_only": "y", "is_exclusive": "y", "total_limit": "100", "customer_limit": "1",
        "starts_on": "2026-03-01", "ends_on": "2026-03-31",
    }  # fmt: skip

    answer = admin.post("/admin/promotions/", data=sent)

    assert answer.status_code == 303
    [made] = promotions.list_as_staff()
    assert (made.code, made.percent, made.minimum, made.total_limit) == ("SPRING26", 10, 5000, 100)
    assert (made.collections, made.products) == (["c1"], [product.id])
    assert (made.starts_on, made.ends_on) == (date(2026, 3, 1), date(2026, 3, 31))
    assert made.is_first_order_only
    assert made.is_exclusive
    shown = admin.get(answer.location).text
    for words in ("SPRING26", 'value="50.00"', "/products/tide", 'value="2026-03-31"', "of 100"):
        assert words in shown, words
    assert audited() == ["promotion.add"]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"name": ""}, "Enter a name"),
        ({"kind": "fixed"}, "Enter how much is taken off"),
        ({"kind": "fixed", "amount": "a lot"}, "Enter an amount"),
        ({"total_limit": "2.5"}, "Enter a whole number"),
        ({"kind": "fixed", "amount": "1,200"}, "“1,200” can be read in two ways. Write 1200 or 1.20."),
        ({"kind": "fixed", "amount": "9" * 20}, "Enter an amount up to 9999999999.99."),
        ({"minimum": "9" * 20}, "Enter an amount up to 9999999999.99."),
        ({"percent": "101"}, "Enter a number up to 100"),
        ({"percent": "0"}, "Enter a number up to 100, and above 0."),
        ({"percent": "ten"}, "Write a number like 7 or 7.5"),
        ({"percent": "1.234,5"}, "Write a number like 7 or 7.5, with up to 2 digits behind the point."),
        ({"percent": "1,200"}, "with up to 2 digits behind the point."),
        ({"percent": "1e1"}, "Write a number like 7 or 7.5"),
        ({"percent": "NaN"}, "Write a number like 7 or 7.5"),
        ({"percent": ""}, "Enter a number up to 100, and above 0."),
        ({"percent": " "}, "Enter a number up to 100, and above 0."),
        ({"percent": "", "kind": "buy_get"}, "Enter a number up to 100, and above 0."),
        ({"products": "/products/nowhere"}, "There is no product at “nowhere”"),
        ({"starts_on": "2026-03-02", "ends_on": "2026-03-01"}, "The last day lies before the first"),
        ({"code": "taken"}, "Another promotion has this code"),
    ],
)
def test_wrong_terms_are_refused_at_their_field_and_stay(admin, wrong, says):
    make.promotion(code="TAKEN")

    answer = admin.post("/admin/promotions/", data=TENTH | {"name": "Typed words"} | wrong)

    assert answer.status_code == 422
    assert says in answer.text
    if "name" not in wrong:
        assert 'value="Typed words"' in answer.text
    for name in wrong.keys() & {"percent", "amount", "minimum"}:
        assert typed_in(answer, name) == wrong[name]
    assert len(promotions.list_as_staff()) == 1


def test_percent_that_no_kind_uses_is_not_asked_for_and_not_filled_in(admin):
    answer = admin.post("/admin/promotions/", data={"name": "Five off", "kind": "fixed", "amount": "5", "percent": ""})

    assert answer.status_code == 303
    assert typed_in(admin.get(answer.location), "percent") == ""


@pytest.mark.parametrize(("typed", "means"), [("1,5", "1.5"), ("1.5", "1.5"), ("20", "20"), (" 12,50 ", "12.5")])
def test_percent_is_typed_with_a_comma_or_a_point(admin, typed, means):
    answer = admin.post("/admin/promotions/", data=TENTH | {"percent": typed})

    [made] = promotions.list_as_staff()
    shown = admin.get(answer.location)
    assert made.percent == Decimal(means)
    assert typed_in(shown, "percent") == means
    assert 'inputmode="decimal"' in shown.text
    assert 'type="number"' not in re.search(r'<input [^>]*name="percent"[^>]*>', shown.text)[0]


def test_change_counts_for_orders_to_come(admin):
    made = make.promotion("Spring", code="SPRING")

    answer = admin.post(f"/admin/promotions/{made.id}", data=TENTH | {"percent": "20", "version": made.version})

    assert answer.status_code == 303
    now = promotions.get_as_staff(made.id)
    assert (now.percent, now.code, now.version) == (20, None, made.version + 1)
    assert audited() == ["promotion.add", "promotion.change"]


def test_second_of_two_who_change_sees_what_the_first_made_of_it(admin):
    made = make.promotion("Spring")
    catalog.save_collection(catalog.Collection(id="c1", slug="shelf", title="Shelf"))
    first = {"name": "First", "kind": "buy_get", "percent": "50", "collections": "c1", "is_exclusive": "y"}
    admin.post(f"/admin/promotions/{made.id}", data=TENTH | first | {"version": made.version})
    second = TENTH | {"name": "Second", "total_limit": "20", "buy": "1", "get": "1", "version": made.version}

    answer = admin.post(f"/admin/promotions/{made.id}", data=second)

    assert answer.status_code == 409
    assert "Somebody changed this promotion meanwhile" in answer.text
    assert (typed_in(answer, "name"), typed_in(answer, "total_limit")) == ("Second", "20")
    for now in ("First", "Buy some, get some", "50", "Shelf", "ticked", "empty"):
        assert f"It is now: {now}</p>" in answer.text
    assert answer.text.count('class="field__error"') == 6
    again = admin.post(f"/admin/promotions/{made.id}", data=second | {"version": typed_in(answer, "version")})
    assert (again.status_code, promotions.get_as_staff(made.id).name) == (303, "Second")


def test_second_of_two_with_a_mistake_is_told_of_both(admin):
    made = make.promotion("Spring")
    admin.post(f"/admin/promotions/{made.id}", data=TENTH | {"name": "First", "version": made.version})
    second = TENTH | {"name": "Second", "version": made.version}

    unreadable = admin.post(f"/admin/promotions/{made.id}", data=second | {"percent": "x"})
    wrong = admin.post(f"/admin/promotions/{made.id}", data=second | {"kind": "fixed"})

    assert (unreadable.status_code, wrong.status_code) == (422, 422)
    for answer, says in ((unreadable, "Write a number like"), (wrong, "Enter how much is taken off")):
        assert says in answer.text
        assert "It is now: First" in answer.text
        assert typed_in(answer, "name") == "Second"


@pytest.mark.parametrize(
    ("days", "says"),
    [
        ({}, "On"),
        ({"starts_on": date(2026, 12, 31), "ends_on": date(2026, 12, 31)}, "On"),
        ({"ends_on": date(2026, 12, 30)}, "Over"),
        ({"starts_on": date(2027, 1, 3)}, "From 3 Jan 2027"),
    ],
)
def test_table_says_whether_a_promotion_counts_today_in_store_time(app, days, says):
    make.promotion("Spring", **days)
    with clock.at(datetime(2026, 12, 30, 23, 30, tzinfo=UTC)):  # in Berlin it is the 31st
        admin = sign_in(app, make.staff())

        table = admin.get("/admin/promotions/", headers=PART).text

    assert re.search(r'class="badge[^>]*>(?:<[^>]*>)*([^<]+)<', table)[1].strip() == says


@pytest.mark.parametrize("limit", [None, 5])
def test_limit_below_the_uses_so_far_is_refused(admin, limit):
    made = make.promotion(code="CODE", total_limit=limit)
    for number in range(2):
        buyer = make.buyer(make.variant(), email=f"b{number}@example.org")
        checkout.enter_coupon(buyer, "code")
        make.place(buyer)

    data = TENTH | {"code": "CODE", "total_limit": "1", "version": made.version}
    answer = admin.post(f"/admin/promotions/{made.id}", data=data)

    assert answer.status_code == 422
    assert "2 orders have it already" in answer.text


def test_two_clicks_make_one_and_change_once(admin):
    [key] = re.findall(r'name="key" type="hidden" value="([^"]+)"', admin.get("/admin/promotions/new").text)
    answers = [admin.post("/admin/promotions/", data=TENTH | {"key": key}) for _ in range(2)]
    dearer = TENTH | {"percent": "20", "version": "1"}

    changes = [admin.post(answers[0].location, data=dearer) for _ in range(2)]
    other = admin.post("/admin/promotions/", data=TENTH | {"key": key, "name": "Summer"})

    assert [answer.status_code for answer in [*answers, *changes, other]] == [303] * 5
    assert answers[1].location == answers[0].location
    assert [made.name for made in promotions.list_as_staff()] == ["Summer", "Spring"]
    assert audited() == ["promotion.add", "promotion.change", "promotion.add"]


def test_end_is_for_good_and_twice_is_once(admin):
    made = make.promotion("Spring")

    answers = [admin.post(f"/admin/promotions/{made.id}/end", data={"version": made.version}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert "This promotion ended on" in admin.get(f"/admin/promotions/{made.id}").text
    assert "Spring" not in admin.get("/admin/promotions/", headers=PART).text
    assert "Spring" in admin.get("/admin/promotions/?state=all", headers=PART).text
    assert audited() == ["promotion.add", "promotion.stop"]


def test_clerk_reads_and_does_not_change(app):
    made = make.promotion("Spring")
    clerk = sign_in(app, make.staff("clerk"))

    assert "Your role can see" in clerk.get(f"/admin/promotions/{made.id}").text
    assert clerk.post(f"/admin/promotions/{made.id}", data=TENTH).status_code == 403
    assert clerk.get("/admin/promotions/nothing").status_code == 404


def test_many_products_are_looked_up_at_once(admin):
    slugs = [make.product(f"Tide {number}", slug=f"tide-{number}").slug for number in range(5)]
    costs = []

    for named in (slugs[:1], slugs):
        with count_queries() as counted:
            answer = admin.post("/admin/promotions/", data=TENTH | {"products": "\n".join(named)})
        assert answer.status_code == 303
        costs.append(counted.mongo)

    assert costs[0] == costs[1]


def test_table_stays_within_its_queries(admin):
    for number in range(8):
        make.promotion(f"Promotion {number}")

    with count_queries() as counted:
        answer = admin.get("/admin/promotions/", headers=PART)

    assert answer.text.lstrip().startswith('<section id="promotions-table"')
    assert counted.sql <= 3  # who asks, the promotions, their uses
