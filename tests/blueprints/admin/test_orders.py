"""Orders in the back office."""

import threading
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import update

from app import clock, db
from app.services import audit, orders, payments
from tests import make
from tests.blueprints.admin.conftest import sign_in
from tests.counting import count_queries

PART = {"HX-Request": "true", "HX-Request-Type": "partial"}


def stray_money() -> orders.Order:
    """An order that was never confirmed, and has money."""
    order = make.order(paid=True)
    with db.orders.transaction() as session:
        session.execute(update(orders.Order).values(state="cancelled", confirmed_at=None))
    return orders.get_for_job(order.id)


def refund_form(client, order) -> dict[str, str]:
    """What the page's form sends when it is sent as it is."""
    text = client.get(f"/admin/orders/{order.number}").text
    fields = text.split("order-refund")[1].split("</form>")[0]
    values = {}
    for name in ("key", "left", "amount"):
        tag = next(piece for piece in fields.split("<") if f'name="{name}"' in piece)
        values[name] = tag.split('value="')[1].split('"')[0]
    return values | {"reason": "Came damaged"}


def test_table_lists_orders_newest_first(admin):
    old, new = make.order(), make.order(paid=True)

    text = admin.get("/admin/orders/").text

    assert text.index(new.number) < text.index(old.number)
    assert "Paid" in text
    assert "Awaiting payment" in text


def test_table_finds_by_number_and_by_email(admin):
    ada, ben = make.order(email="ada@example.org"), make.order(email="Ben@example.org")

    by_number = admin.get(f"/admin/orders/?q={ada.number.lower()}").text
    by_email = admin.get("/admin/orders/?q=ben@EXAMPLE.org").text

    assert ada.number in by_number
    assert ben.number not in by_number
    assert ben.number in by_email
    assert ada.number not in by_email


def test_table_filters_by_state_and_says_when_nothing_matches(admin):
    order = make.order()

    assert order.number in admin.get("/admin/orders/?state=placed").text
    assert "No order matches" in admin.get("/admin/orders/?state=cancelled").text


def test_table_turns_pages_without_losing_the_filter(admin):
    made = [make.paid_order() for _ in range(3)]
    first = orders.list_as_staff(make_staff(), limit=2)
    assert [order.id for order in first.orders] == [made[2].id, made[1].id]

    text = admin.get(f"/admin/orders/?state=confirmed&before={first.before}").text

    assert made[0].number in text
    assert made[1].number not in text
    assert 'href="/admin/orders/?state=confirmed"' in text


def make_staff():
    return make.staff(email="list@shop.example").staff


def test_table_is_a_part_for_htmx(admin):
    order = make.order()

    text = admin.get("/admin/orders/", headers=PART).text

    assert text.strip().startswith('<section id="orders-table"')
    assert order.number in text


def test_table_stays_within_its_queries(admin):
    for _ in range(3):
        make.paid_order()

    with count_queries() as counted:
        admin.get("/admin/orders/")

    assert counted.sql <= 5  # who asks, the orders, their lines, their payments, their parcels


def test_page_shows_everything(admin):
    order = make.order(paid=True, email="ada@example.org")

    text = admin.get(f"/admin/orders/{order.number}").text

    assert "ada@example.org" in text
    assert order.lines[0].title in text
    assert "The order was placed." in text
    assert "Paid" in text


def test_page_stays_within_its_queries(admin):
    order = make.order(paid=True)

    with count_queries() as counted:
        admin.get(f"/admin/orders/{order.number}")

    # Who asks; the order, its lines, payments, refunds, timeline, parcels, documents, returns; names of who acted.
    assert counted.sql <= 11


def test_page_of_an_unknown_order_is_not_found(admin):
    answer = admin.get("/admin/orders/AAAAA-AAAAA")

    assert answer.status_code == 404
    assert "Go to orders" in answer.text


def test_unknown_address_of_the_back_office_is_its_own_page(app, admin, client):
    here, outside, shop = admin.get("/admin/nothing/here"), client.get("/admin/nothing"), client.get("/nothing")

    assert (here.status_code, outside.status_code, shop.status_code) == (404, 404, 404)
    assert "Go to orders" in here.text
    assert "Sign out" in here.text
    assert "Sign out" not in outside.text
    assert "To the shop" in shop.text
    assert here.headers["Cache-Control"] == "no-store"


def test_refund_in_full(admin):
    order = stray_money()

    answer = admin.post(f"/admin/orders/{order.number}/refunds", data=refund_form(admin, order))

    assert answer.location == f"/admin/orders/{order.number}"
    (refund,) = payments.refunds_of(order.id)
    assert refund.amount == order.total
    text = admin.get(answer.location).text
    assert "Came damaged" in text
    assert "Cleo" in text
    assert audit.seal() > 0


def test_refund_in_part_as_a_part(admin):
    order = stray_money()

    answer = admin.post(
        f"/admin/orders/{order.number}/refunds", data=refund_form(admin, order) | {"amount": "5,50"}, headers=PART
    )

    assert answer.status_code == 200
    assert answer.text.count("<hx-partial") == 2
    assert [refund.amount for refund in payments.refunds_of(order.id)] == [550]


def test_refund_clicked_twice_is_one(admin):
    order = stray_money()
    form = refund_form(admin, order) | {"amount": "5.00"}

    first, second = (admin.post(f"/admin/orders/{order.number}/refunds", data=form) for _ in range(2))

    assert first.status_code == second.status_code == 303
    assert len(payments.refunds_of(order.id)) == 1
    assert sum(event.kind == "refund" for event in orders.timeline(order.id)) == 1


def test_refund_by_two_at_once_is_done_by_one(app, cleo):
    order = stray_money()
    browsers = [sign_in(app, cleo), sign_in(app, cleo, steps=1)]
    forms = [refund_form(browser, order) | {"amount": "5.00"} for browser in browsers]
    statuses: list[int] = []

    def send(browser, form):
        statuses.append(browser.post(f"/admin/orders/{order.number}/refunds", data=form).status_code)

    threads = [threading.Thread(target=send, args=pair) for pair in zip(browsers, forms, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(statuses) == [303, 409]
    assert len(payments.refunds_of(order.id)) == 1


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        ({"amount": "much"}, 422, "Enter an amount"),
        ({"amount": "1.005"}, 422, "Enter an amount"),
        ({"amount": "1.005"}, 422, "Write 1005 or 1.00"),
        ({"amount": "9" * 18}, 422, "Enter an amount up to 9999999999.99."),
        ({"amount": "0"}, 422, "amount above zero"),
        ({"amount": "-5"}, 422, "amount above zero"),
        ({"amount": "99999"}, 409, "can still be refunded"),
        ({"reason": ""}, 422, "Say why"),
    ],
)
def test_refund_refuses_bad_input_in_the_same_part(admin, change, status, words):
    order = stray_money()

    answer = admin.post(f"/admin/orders/{order.number}/refunds", data=refund_form(admin, order) | change, headers=PART)

    assert answer.status_code == status
    assert answer.text.strip().startswith('<section id="order-payment"')
    assert words in answer.text
    assert payments.refunds_of(order.id) == []


def test_refund_asks_for_a_code_when_the_last_one_is_old(admin, cleo):
    order = stray_money()
    before = admin.get_cookie(admin.application.extensions["config"].cookie("staff")).value
    with clock.at(clock.now() + timedelta(minutes=11)):
        form = refund_form(admin, order)
        without = admin.post(f"/admin/orders/{order.number}/refunds", data=form)
        right = pyotp.TOTP(cleo.secret.text).at(clock.now())
        with_code = admin.post(f"/admin/orders/{order.number}/refunds", data=form | {"code": right})

    assert without.status_code == 422
    assert 'name="code"' in without.text
    assert with_code.status_code == 303
    assert len(payments.refunds_of(order.id)) == 1
    assert admin.get_cookie(admin.application.extensions["config"].cookie("staff")).value != before


def test_clerk_may_note_and_not_refund(app):
    clerk = make.staff("clerk", email="ben@shop.example")
    browser, order = sign_in(app, clerk), stray_money()

    assert "order-refund" not in browser.get(f"/admin/orders/{order.number}").text
    assert browser.post(f"/admin/orders/{order.number}/refunds", data={}).status_code == 403
    assert browser.post(f"/admin/orders/{order.number}/notes", data={"text": "Call her"}).status_code == 303
    assert "Call her" in browser.get(f"/admin/orders/{order.number}").text


def test_note_refuses_nothing_written(admin):
    order = make.order()

    answer = admin.post(f"/admin/orders/{order.number}/notes", data={"text": "  "}, headers=PART)

    assert answer.status_code == 422
    assert answer.text.strip().startswith('<section id="order-timeline"')


def test_note_is_escaped(admin):
    order = make.order()

    admin.post(f"/admin/orders/{order.number}/notes", data={"text": "<script>alert(1)</script>"})

    assert "<script>alert" not in admin.get(f"/admin/orders/{order.number}").text


def test_acts_are_audited(admin, cleo):
    order = stray_money()
    admin.post(f"/admin/orders/{order.number}/refunds", data=refund_form(admin, order))
    admin.post(f"/admin/orders/{order.number}/notes", data={"text": "Sorry"})

    with db.orders.reading() as session:
        rows = session.connection().exec_driver_sql("SELECT act, actor, subject FROM audit_intake ORDER BY id").all()

    who, what = f"staff:{cleo.staff.id}", f"order:{order.id}"
    assert rows == [("order.refund", who, what), ("order.note", who, what)]


def test_cross_site_refund_is_refused(admin):
    order = stray_money()

    answer = admin.post(
        f"/admin/orders/{order.number}/refunds", data=refund_form(admin, order), headers={"Sec-Fetch-Site": "same-site"}
    )

    assert answer.status_code == 403
    assert payments.refunds_of(order.id) == []


def test_label_is_sent_to_staff_only(admin, client):
    order = make.order(paid=True)

    assert admin.get(f"/admin/orders/{order.number}/labels/unknown.pdf").status_code == 404
    assert client.get(f"/admin/orders/{order.number}/labels/unknown.pdf").status_code == 303


def test_pages_are_not_kept_by_the_browser(admin):
    assert admin.get("/admin/orders/").headers["Cache-Control"] == "no-store"


def test_table_filters_by_pay_state_and_keeps_it(admin):
    waiting, paid = make.order(), make.order(paid=True)

    text = admin.get("/admin/orders/?pay=paid").text

    assert paid.number in text
    assert waiting.number not in text
    assert 'value="paid" selected' in text
    assert "No order matches" in admin.get("/admin/orders/?pay=disputed").text
