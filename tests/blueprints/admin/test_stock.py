"""Stock in the back office."""

import re

import pytest
from sqlalchemy import text, update

from app import db
from app.services import catalog, fulfilment, inventory, search
from app.services.fulfilment.models import Shipment
from tests import make
from tests.blueprints.admin.conftest import sign_in
from tests.counting import count_queries
from tests.working import work

PART = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def tide(app):
    """A print with 5 on the shelf, found by search."""
    product = make.product("Slack Tide", sku="SLK-1", stock=5)
    search.index_products([product.id])
    return product.variants[0]


@pytest.fixture
def sold(tide):
    """An order for two of the five prints: paid, packed, and not sent yet."""
    order = make.settled(make.place(make.buyer(tide, quantity=2)))
    work()
    return order


def send(order):
    """Have the carrier see the order's parcel."""
    with db.orders.transaction() as session:
        session.execute(update(Shipment).where(Shipment.order_id == order.id).values(state="in_transit"))


def enter(client, page, variant, on_hand, **kwargs):
    """Enter a count in a page that was looked at, with all that its form carries."""
    form = re.search(rf'<form[^>]*action="/admin/stock/{variant.id}/counts".*?</form>', page.text, re.DOTALL)
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="(\d+)"', form[0]))
    return client.post(f"/admin/stock/{variant.id}/counts", data=fields | {"on_hand": str(on_hand)}, **kwargs)


def facts(page):
    """What the page of a variant says, by name."""
    return {name: int(number) for name, number in re.findall(r"<dt>([^<]+)</dt>\s*<dd>(\d+)</dd>", page.text)}


def count(client, variant, on_hand, version=None, **kwargs):
    version = inventory.level_as_staff(variant.id).version if version is None else version
    data = {"on_hand": str(on_hand), "version": str(version)}
    return client.post(f"/admin/stock/{variant.id}/counts", data=data, **kwargs)


def test_table_lists_variants_with_what_is_there(admin, tide):
    text = admin.get("/admin/stock/").text

    assert "Slack Tide" in text
    assert "SLK-1" in text
    assert 'value="5"' in text


def test_table_finds_by_title_and_by_sku(admin, tide):
    for q in ("slack", "SLACK T", "slk1", "SLK-1", "slk", "SLK-"):
        assert "Slack Tide" in admin.get("/admin/stock/", query_string={"q": q}).text, q
    for q in ("ebb", "%", "_", "LK-1"):
        assert "No product matches" in admin.get("/admin/stock/", query_string={"q": q}).text, q


def pages(limit: int) -> list[str]:
    """Turn all pages of the table; return the ids of the variants on them."""
    seen: list[str] = []
    after: str | None = ""
    while after is not None:
        found = search.list_variants_as_staff(after=after, limit=limit)
        seen, after = [*seen, *(each.id for each in found.variants)], found.after
    return seen


def test_table_turns_pages_even_within_a_product(admin):
    colours = tuple(f"Colour {n:02}" for n in range(60))
    big = make.product("Big", slug="big", options={"Colour": colours}, stock=0)
    small = make.product("Small", slug="small", stock=0)
    search.index_products([big.id, small.id])

    assert pages(25) == [each.id for each in (*big.variants, *small.variants)]


def test_table_goes_on_past_deleted_products(app):
    made = [make.product(f"Print {n}", stock=0) for n in range(6)]
    for each in made[1:4]:
        catalog.delete_product(each)
    search.index_products([each.id for each in made])

    assert pages(2) == [each.variants[0].id for each in (made[0], *made[4:])]
    found = search.list_products_as_staff(limit=2, after=made[1].id)
    assert ([each.id for each in found.products], found.after) == ([each.id for each in made[4:]], None)


def test_table_skips_nothing_when_the_product_that_it_had_begun_is_deleted(app):
    big = make.product("Big", options={"Colour": ("Blue", "Green", "Red")}, stock=0)
    others = [make.product(f"Print {n}", stock=0) for n in range(3)]
    search.index_products([big.id, *(each.id for each in others)])
    first = search.list_variants_as_staff(limit=2)
    catalog.delete_product(big)
    search.index_products([big.id])

    second = search.list_variants_as_staff(after=first.after or "", limit=5)

    assert [each.id for each in second.variants] == [each.variants[0].id for each in others]


def test_variant_that_is_removed_while_it_is_looked_for_is_not_found(app, monkeypatch):
    made = make.product("Slack Tide", options={"Size": ("Small", "Large")}, stock=0)
    known = catalog.find_variants([made.variants[0].id])
    catalog.remove_variant("test", made.id, made.variants[0].id)
    monkeypatch.setattr(catalog, "find_variants", lambda _: known)

    assert search.find_variant_as_staff(made.variants[0].id) is None


def test_table_stays_within_its_queries(admin):
    search.index_products([make.product(f"Print {n}", slug=f"print-{n}").id for n in range(5)])

    with count_queries() as counted:
        admin.get("/admin/stock/")

    assert counted.sql <= 4  # who asks, which products, their levels, what of them is sold and not sent yet


def test_count_in_the_table_answers_the_row(admin, tide):
    answer = count(admin, tide, 9, headers=PART)

    assert answer.status_code == 200
    assert answer.text.strip().startswith(f'<tr id="stock-{tide.id}"')
    assert 'value="9"' in answer.text
    assert inventory.level_as_staff(tide.id).on_hand == 9


def test_count_without_a_script_shows_the_page_and_its_movement(admin, tide):
    answer = count(admin, tide, 3)

    assert answer.location == f"/admin/stock/{tide.id}"
    text = admin.get(answer.location).text
    assert "-2" in text
    assert "Counted" in text
    assert "Cleo" in text


@pytest.mark.parametrize("headers", [{}, PART])
def test_count_sent_twice_counts_once_and_is_no_conflict(admin, tide, headers):
    read = inventory.level_as_staff(tide.id).version

    answers = [count(admin, tide, 9, version=read, headers=headers) for _ in range(2)]
    other = count(admin, tide, 8, version=read, headers=headers)

    assert [answer.status_code for answer in [*answers, other]] == [200 if headers else 303] * 2 + [409]
    assert [movement.change for movement in inventory.movements(tide.id)][:2] == [4, 5]


def test_stale_count_is_refused_with_the_fresh_row(admin, tide):
    read = inventory.level_as_staff(tide.id).version
    inventory.receive(tide.id, 10, reason="delivery", actor="shop")

    stale = count(admin, tide, 4, version=read, headers=PART)

    assert stale.status_code == 409
    assert "15 are on hand now" in stale.text
    assert stale.text.strip().startswith(f'<tr id="stock-{tide.id}"')
    assert f'value="{inventory.level_as_staff(tide.id).version}"' in stale.text
    assert inventory.level_as_staff(tide.id).on_hand == 15


def test_stale_count_without_a_script_shows_the_page(admin, tide):
    answer = count(admin, tide, 4, version=0)

    assert answer.status_code == 409
    assert "<h1>" in answer.text
    assert "Somebody changed this meanwhile" in answer.text


@pytest.mark.parametrize("on_hand", ["", "many", "-1", "2.5", "99999999999"])
def test_count_refuses_bad_input_in_the_same_row(admin, tide, on_hand):
    answer = count(admin, tide, on_hand, headers=PART)

    assert answer.status_code == 422
    assert answer.text.strip().startswith(f'<tr id="stock-{tide.id}"')
    assert "Enter a whole number" in answer.text
    assert f'value="{on_hand}"' in answer.text
    assert 'type="number"' not in answer.text
    assert inventory.level_as_staff(tide.id).on_hand == 5


def test_count_below_what_is_promised_is_refused(admin):
    order = make.order(quantity=2)
    variant = order.lines[0]
    search.index_products([variant.product_id])
    level = inventory.level_as_staff(variant.variant_id)

    answer = admin.post(
        f"/admin/stock/{variant.variant_id}/counts", data={"on_hand": "1", "version": str(level.version)}, headers=PART
    )

    assert answer.status_code == 409
    assert "promised" in answer.text


def test_count_is_audited(admin, cleo, tide):
    count(admin, tide, 7)

    with db.orders.reading() as session:
        rows = session.connection().exec_driver_sql("SELECT act, actor, before, after FROM audit_intake").all()

    assert rows == [
        ("stock.adjust", f"staff:{cleo.staff.id}", {"on_hand": 5}, {"on_hand": 7, "reason": "Counted"}),
    ]


def test_reader_sees_and_does_not_change(app, tide):
    reader = sign_in(app, make.staff("reader", email="ben@shop.example"))

    assert "/counts" not in reader.get("/admin/stock/").text
    assert count(reader, tide, 1).status_code == 403


def test_stranger_is_refused(client, tide):
    assert client.get(f"/admin/stock/{tide.id}").status_code == 303
    assert count(client, tide, 1).status_code == 403


def test_unknown_variant_is_not_found(admin):
    assert admin.get("/admin/stock/nothing").status_code == 404


def test_count_of_an_unknown_variant_leaves_nothing(admin):
    answer = admin.post("/admin/stock/nothing/counts", data={"on_hand": "3", "version": "0"})

    assert answer.status_code == 404
    assert inventory.level_as_staff("nothing").version == 0


def test_page_says_what_lies_here_and_what_of_it_is_sold_and_not_sent(admin, tide, sold):
    page = admin.get(f"/admin/stock/{tide.id}")
    send(sold)
    sent = admin.get(f"/admin/stock/{tide.id}")

    assert facts(page) == {
        "On hand": 5, "Sold, not sent yet": 2, "On the shelf, not sold": 3, "Reserved for orders": 0, "Available": 3,
    }  # fmt: skip
    assert "2 are sold and not sent yet: count them too" in page.text
    assert 'value="5"' in page.text
    assert (facts(sent)["On hand"], facts(sent)["Sold, not sent yet"], facts(sent)["Available"]) == (3, 0, 3)


@pytest.mark.parametrize("headers", [{}, PART])
def test_count_of_all_that_lies_here_sells_nothing_twice(admin, tide, sold, headers):
    table = admin.get("/admin/stock/")

    answer = enter(admin, table, tide, 5, headers=headers)

    assert answer.status_code == (200 if headers else 303)
    assert ("2 of them sold, not sent yet" in table.text, 'value="5"' in table.text) == (True, True)
    assert inventory.level_as_staff(tide.id).on_hand == 3


@pytest.mark.parametrize("headers", [{}, PART])
def test_count_is_shown_anew_when_a_parcel_has_left_meanwhile(admin, tide, sold, headers):
    page = admin.get(f"/admin/stock/{tide.id}")
    send(sold)

    stale = enter(admin, page, tide, 4, headers=headers)
    again = enter(admin, stale, tide, 4)

    assert stale.status_code == 409
    assert "0 are sold and not sent yet now, and were 2 when you looked" in stale.text
    assert 'value="4"' in stale.text
    assert again.status_code == 303
    assert inventory.level_as_staff(tide.id).on_hand == 4


def test_count_below_what_is_sold_says_what_is_missing(admin, tide, sold):
    answer = enter(admin, admin.get(f"/admin/stock/{tide.id}"), tide, 1)

    assert answer.status_code == 409
    assert "2 are sold and not sent yet, so one is missing for paid orders. Enter 2 for now" in answer.text
    assert inventory.level_as_staff(tide.id).on_hand == 3


@pytest.mark.parametrize("unsent", ["many", "-2"])
def test_count_of_a_forged_form_is_refused_and_says_what_to_do(admin, tide, unsent):
    data = {"on_hand": "5", "version": "2", "unsent": unsent}

    answer = admin.post(f"/admin/stock/{tide.id}/counts", data=data)

    assert answer.status_code in {409, 422}
    assert ("check the count and save it again" in answer.text) or ("Check and save again" in answer.text)
    assert inventory.level_as_staff(tide.id).on_hand == 5


def test_count_that_leaves_sold_pieces_is_audited_with_them(admin, tide, sold):
    enter(admin, admin.get(f"/admin/stock/{tide.id}"), tide, 4)

    with db.orders.reading() as session:
        [after] = session.scalars(text("SELECT after FROM audit_intake WHERE act = 'stock.adjust'")).all()

    assert after == {"on_hand": 2, "reason": "Counted", "counted": 4, "unsent": 2}
    assert fulfilment.unsent([tide.id]) == {tide.id: 2}


def test_what_runs_out_says_what_is_sold_and_not_sent(admin, tide, sold):
    page = admin.get("/admin/stock/low").text

    assert re.findall(r'<td class="number" data-label="[^"]+">(\d+)</td>', page) == ["3", "2", "0", "0"]
