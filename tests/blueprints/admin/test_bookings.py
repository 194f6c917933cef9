"""Deliveries, stocktakes and corrections as lists of SKUs."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
from sqlalchemy import text, update

from app import clock, db
from app.services import catalog, inventory, search
from app.services.fulfilment.models import Shipment
from tests import make
from tests.blueprints.admin.conftest import sign_in
from tests.working import work


@pytest.fixture
def prints(app):
    """Two prints with 5 of each on the shelf, found by search."""
    made = [make.product(title, sku=sku, stock=5) for title, sku in [("Slack Tide", "SLK-1"), ("Dune", "DUN-1")]]
    search.index_products([product.id for product in made])
    return [product.variants[0].id for product in made]


def check(admin, text="SLK-1 3\nDUN-1;2", *, kind="received", note="Note 7", **fields):
    return admin.post("/admin/stock/bookings/check", data={"kind": kind, "note": note, "text": text, **fields})


def book(admin, checked):
    fields = dict(re.findall(r'name="(kind|note|text|versions|reference)" type="hidden" value="([^"]*)"', checked.text))
    assert len(fields) == 5
    return admin.post("/admin/stock/bookings/", data=fields)


def words(answer):
    """What a page says, however its lines are broken."""
    return " ".join(answer.text.split())


def on_hand(prints):
    found = inventory.levels(prints)
    return [found[each].on_hand for each in prints]


def test_delivery_is_looked_at_and_then_booked_once(admin, prints):
    checked = check(admin, "SKU;Quantity\nslk1\t3\nDUN-1;2\n\n")
    before = on_hand(prints)
    answers = [book(admin, checked) for _ in range(2)]

    assert ("Slack Tide" in checked.text, "+3" in checked.text, before) == (True, True, [5, 5])
    assert [answer.status_code for answer in answers] == [303, 303]
    assert on_hand(prints) == [8, 7]
    assert "Updated: 2 lines" in admin.get(answers[0].location).text
    assert "Note 7" in admin.get(f"/admin/stock/{prints[0]}").text


def test_list_from_a_file_of_an_older_program(admin, prints):
    content = "SKU;Menge für Köln\r\nSLK-1;4\r\n".encode("latin-1")

    checked = check(admin, "", file=(BytesIO(content), "delivery.csv"))

    assert book(admin, checked).status_code == 303
    assert on_hand(prints) == [9, 5]


def test_count_that_is_stale_books_nothing_and_shows_how_it_is_now(admin, prints):
    checked = check(admin, "SLK-1 1\nDUN-1 1", kind="counted")
    inventory.receive(prints[0], 1, reason="delivery", actor="test")

    answer = book(admin, checked)

    assert answer.status_code == 409
    assert "SLK-1: Somebody changed this meanwhile" in answer.text
    assert on_hand(prints) == [6, 5]
    assert book(admin, answer).status_code == 303
    assert on_hand(prints) == [1, 1]


def test_count_booked_twice_counts_once_and_is_no_conflict(admin, prints):
    checked = check(admin, "SLK-1 1\nDUN-1 7", kind="counted")

    answers = [book(admin, checked) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert on_hand(prints) == [1, 7]


@pytest.fixture
def sold(prints):
    """An order for two of the five prints called Slack Tide: paid, and not sent yet."""
    variant = catalog.find_variants(prints[:1])[prints[0]]
    order = make.settled(make.place(make.buyer(variant, quantity=2)))
    work()
    return order


@pytest.mark.usefixtures("sold")
@pytest.mark.parametrize(
    ("counted", "said", "left"),
    [
        (5, "5 counted, 2 of them sold and not sent yet: 3 can be sold, as before.", 3),
        (6, "6 counted, 2 of them sold and not sent yet: 4 can be sold, 1 more than before.", 4),
        (3, "3 counted, 2 of them sold and not sent yet: 1 can be sold, 2 fewer than before.", 1),
    ],
)
def test_count_is_of_all_that_lies_here_with_what_is_not_sent_yet(admin, prints, counted, said, left):
    checked = check(admin, f"SLK-1 {counted}\nDUN-1 5", kind="counted")

    answer = book(admin, checked)

    assert said in words(checked)
    assert "5 counted: 5 can be sold, as before." in words(checked)
    assert answer.status_code == 303
    assert on_hand(prints) == [left, 5]


def test_count_says_what_is_promised(admin, prints, sold):
    inventory.reserve("order", {prints[0]: 1}, until=clock.now() + timedelta(minutes=30))

    checked = check(admin, "SLK-1 5", kind="counted")

    assert "5 counted, 2 of them sold and not sent yet, 1 promised to orders: 2 can be sold, as before." in words(
        checked
    )


def test_count_below_what_is_not_sent_is_not_offered(admin, prints, sold):
    checked = check(admin, "DUN-1 5\nSLK-1 1", kind="counted")

    assert (checked.status_code, "Book it" in checked.text) == (422, False)
    assert "2 are sold and not sent yet, so one is missing for paid orders. Enter 2 for now" in checked.text


def test_count_books_nothing_when_a_parcel_has_left_meanwhile_and_is_shown_anew(admin, prints, sold):
    checked = check(admin, "DUN-1 4\nSLK-1 4", kind="counted")
    with db.orders.transaction() as session:
        session.execute(update(Shipment).where(Shipment.order_id == sold.id).values(state="in_transit"))

    answer = book(admin, checked)
    before = on_hand(prints)

    assert answer.status_code == 409
    assert "SLK-1: This changed meanwhile: 0 are sold and not sent yet now, and were 2" in answer.text
    assert "4 counted: 4 can be sold, 1 more than before." in words(answer)
    assert before == [3, 5]
    assert book(admin, answer).status_code == 303
    assert on_hand(prints) == [4, 4]


@pytest.mark.parametrize(("kind", "quantity"), [("received", 5), ("corrected", 5)])
def test_difference_is_the_same_whatever_is_not_sent_yet(admin, prints, sold, kind, quantity):
    book(admin, check(admin, f"SLK-1 {quantity}", kind=kind))

    assert on_hand(prints) == [8, 5]


def test_count_of_a_forged_look_books_nothing(admin, prints):
    checked = check(admin, "SLK-1 4", kind="counted")
    fields = dict(re.findall(r'name="(kind|note|text|versions|reference)" type="hidden" value="([^"]*)"', checked.text))

    answer = admin.post("/admin/stock/bookings/", data=fields | {"versions": f"{prints[0]}:two:x"})

    assert answer.status_code == 409
    assert on_hand(prints) == [5, 5]


def test_correction_takes_away(admin, prints):
    book(admin, check(admin, "SLK-1 -2", kind="corrected"))

    assert on_hand(prints) == [3, 5]


def test_every_wrong_line_is_named_and_the_list_is_kept(admin, prints):
    make_twin = make.product("Twin", sku="SLK-1", stock=0)
    search.index_products([make_twin.id])

    answer = check(admin, "SLK-1 3\nNOPE-9 1\nDUN-1 many\nDUN-1 0")

    assert answer.status_code == 422
    for said in (
        "Line 1: SLK-1 stands for 2 products",
        "Line 2: no variant",
        "Line 3: write a SKU",
        "Line 4: 0 is not",
    ):
        assert said in answer.text
    assert re.findall(r"Line (\d):", answer.text) == ["1", "2", "3", "4"]
    assert "NOPE-9 1" in answer.text
    assert on_hand(prints) == [5, 5]


def test_line_of_any_length_is_refused(admin):
    """A pattern that goes back over the line for each of its marks would take minutes."""
    assert "Line 1: write a SKU" in check(admin, f"SLK-1{';' * 49_000}many").text


@pytest.mark.parametrize("line", ["SKU3 twelve", "sku-100 twelve", "sku-blue twelve", "SKU,Stock 2 May,"])
def test_first_line_that_is_no_heading_is_named(admin, prints, line):
    answer = check(admin, f"{line}\nDUN-1 2")

    assert answer.status_code == 422
    assert "Line 1: write a SKU" in answer.text
    assert f"{line}\nDUN-1 2" in answer.text


@pytest.mark.parametrize("heading", ["SKU Quantity", '"Variant SKU","Quantity"', "Barcode\tpieces"])
def test_heading_is_passed_over(admin, prints, heading):
    answer = check(admin, f"{heading}\nSLK-1 3")

    assert (answer.status_code, "Slack Tide" in answer.text) == (200, True)


def test_thing_that_is_listed_twice_is_named_with_both_lines(admin, prints):
    answer = check(admin, "SLK-1 5\nDUN-1 1\nslk-1 4")

    assert answer.status_code == 422
    assert "Line 3: SLK-1 is listed twice, in line 1 already" in answer.text
    assert "no variant has" not in answer.text


@pytest.mark.parametrize(
    ("kind", "quantity", "said"),
    [
        ("counted", 9_999_999, "At most 1,000,000 pieces can be there"),
        ("counted", 1, "2 are promised to orders; there cannot be fewer"),
        ("corrected", -99_999, "5 are there and 2 promised to orders; that is too much to take"),
        ("received", 9_999_999, "At most 1,000,000 pieces can be there"),
    ],
)
def test_line_that_cannot_be_booked_is_marked_and_not_offered(admin, prints, kind, quantity, said):
    inventory.reserve("order", {prints[1]: 2}, until=clock.now() + timedelta(minutes=30))

    answer = check(admin, f"SLK-1 6\nDUN-1 {quantity}", kind=kind)
    refused = book(admin, answer)

    assert (answer.status_code, refused.status_code) == (422, 409)
    assert answer.text.index("Dune") < answer.text.index("Slack Tide")
    offered = [words for words in ("Update stock</button>", "Change the list") if words in answer.text]
    assert (said in answer.text, offered) == (True, ["Change the list"])
    assert f"DUN-1: {said}" in refused.text
    assert on_hand(prints) == [5, 5]


@pytest.mark.parametrize(("text", "note", "said"), [("", "Note", "list is empty"), ("SLK-1 1", "", "delivery note")])
def test_list_without_lines_or_note_is_refused(admin, prints, text, note, said):
    answer = check(admin, text, note=note)

    assert answer.status_code == 422
    assert said in answer.text


def test_booking_of_a_forged_form_is_refused(admin, prints):
    answer = admin.post("/admin/stock/bookings/", data={"kind": "stolen", "note": "x", "text": "SLK-1 3"})

    assert answer.status_code == 422
    assert on_hand(prints) == [5, 5]


def test_reader_may_not_book(app, prints):
    reader = sign_in(app, make.staff("reader"))

    assert reader.get("/admin/stock/bookings/").status_code == 403
    assert check(reader).status_code == 403


def test_what_runs_out_is_listed(admin, prints):
    nothing = admin.get("/admin/stock/low").text
    inventory.adjust(prints[1], 2, version=2, reason="counted", actor="test")

    text = admin.get("/admin/stock/low").text

    assert "No product is low on stock" in nothing
    assert ("Dune" in text, "Slack Tide" in text) == (True, False)


def test_what_was_deleted_does_not_run_out_but_for_what_orders_wait_for(admin, prints):
    sold, gone = (make.product(title, stock=1) for title in ("Wanted", "Gone"))
    make.place(make.buyer(sold.variants[0]))
    catalog.delete_product(sold)
    catalog.delete_product(gone)

    text = admin.get("/admin/stock/low").text

    assert ("Wanted" in text, "Gone" in text) == (True, False)


def test_backorder_is_allowed_with_a_date_and_refused_without(admin, prints):
    address = f"/admin/stock/{prints[0]}/backorder"
    form = {"backorder": "4", "expected_on": "", "low_at": "3", "version": "2"}

    refused = admin.post(address, data=form)
    allowed = admin.post(address, data=form | {"expected_on": "2030-12-03"})
    stale = admin.post(address, data=form | {"expected_on": "2030-12-03", "backorder": "1"})
    passed = admin.post(address, data=form | {"expected_on": "2020-01-01", "backorder": "7"})

    assert (refused.status_code, allowed.status_code, stale.status_code) == (422, 303, 409)
    assert (passed.status_code, "Enter a day from today on" in passed.text) == (422, True)
    assert 'value="7"' in passed.text
    assert 'value="2020-01-01"' in passed.text
    assert "Enter the day on which you expect it" in refused.text
    assert "Somebody changed this" in stale.text
    assert inventory.level_as_staff(prints[0]).backorder == 4
    assert "expected on 3 Dec 2030" in admin.get(f"/admin/stock/{prints[0]}").text


def test_backorder_whose_day_has_passed_is_marked(admin, prints):
    day = clock.today()
    inventory.allow_backorder(prints[0], 4, expected_on=day, low_at=9, version=2, actor="staff:cleo")
    addresses = ("/admin/stock/", "/admin/stock/low", f"/admin/stock/{prints[0]}")
    before = [admin.get(address).text for address in addresses]

    passed = day - timedelta(days=1)
    with db.orders.transaction() as session:
        session.execute(text("UPDATE stock_levels SET expected_on = :day"), {"day": passed})
    after = [admin.get(address).text for address in addresses]

    said = ("Backorder was due", "On backorder, was due", "That day has passed")
    assert [words in page for words, page in zip(said, before, strict=True)] == [False] * 3
    assert [words in page for words, page in zip(said, after, strict=True)] == [True] * 3
