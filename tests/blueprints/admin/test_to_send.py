"""The orders whose parcels are still here, with their labels and packing slips at hand."""

import io

from lxml import html
from pypdf import PdfReader

from app.services import cancellations, fulfilment, orders, payments
from tests import make
from tests.blueprints.admin.test_disputed import dispute
from tests.blueprints.admin.test_transfers import form, waiting
from tests.counting import count_queries
from tests.services.cancellations.test_cancelling import send
from tests.working import work


def test_orders_to_send_are_listed_with_what_is_to_be_printed(admin, companies):
    sent, waiting, unpaid = make.order(paid=True), make.order(paid=True), make.order()
    work()
    send(sent)

    with count_queries() as counted:
        text = admin.get("/admin/orders/?only=sending").text

    assert waiting.number in text
    assert sent.number not in text
    assert unpaid.number not in text
    assert counted.sql <= 8  # as the whole list, and which are to be sent, their labels and slips
    links = [piece.split('"')[0] for piece in text.split('href="')[1:] if f"{waiting.number}/" in piece.split('"')[0]]
    assert [link.split("/")[4] for link in links] == ["labels", "documents"]
    for link in links:
        answer = admin.get(link)
        assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert "/labels/" not in admin.get("/admin/orders/").text


def test_what_waits_longest_to_be_sent_comes_first_on_every_page(admin, cleo, companies):
    waiting = [make.order(paid=True) for _ in range(3)]
    work()
    ids = fulfilment.orders_to_send()

    text = admin.get("/admin/orders/?only=sending").text
    first = orders.list_as_staff(cleo.staff, among=ids, is_queue=True, limit=2)
    rest = orders.list_as_staff(cleo.staff, among=ids, is_queue=True, pay_state="paid", before=first.before)
    on_the_next_page = admin.get(f"/admin/orders/?only=sending&before={first.before}").text

    places = [text.index(f">{order.number}</a>") for order in waiting]
    assert places == sorted(places)
    assert [order.id for order in (*first.orders, *rest.orders)] == [order.id for order in waiting] == list(ids)
    assert waiting[2].number in on_the_next_page
    assert waiting[0].number not in on_the_next_page
    assert "Orders, oldest first" in text


def test_labels_of_a_page_are_printed_at_once_but_for_what_is_disputed_or_cancelled(admin, companies):
    waiting, disputed = [make.order(paid=True) for _ in range(3)], make.order(paid=True)
    work()
    dispute(companies, disputed)
    text = admin.get("/admin/orders/?only=sending").text
    [link] = html.fromstring(text).xpath("//a[contains(., 'Print these 3 labels')]/@href")
    gone, wanted = waiting[1], {1: 1}
    amount = cancellations.quote(gone, wanted).paid.amount
    cancellations.cancel(gone.id, wanted, amount=amount, reason="x", actor="customer", key="k")

    answer = admin.get(link)
    work()

    pages = PdfReader(io.BytesIO(answer.data)).pages
    assert answer.mimetype == "application/pdf"
    assert [float(page.mediabox.width) for page in pages] == [288.0, 288.0]  # four inches
    assert "Print these 2 labels" in admin.get("/admin/orders/?only=sending").text
    assert admin.get("/admin/orders/labels.pdf?parcel=x").status_code == 404


def test_labels_wait_for_money_that_was_taken_back(admin, companies):
    kept, (order, payment) = make.order(paid=True), waiting()
    address = f"/admin/transfers/{payment.id}/receipts"
    admin.post(address, data=form(str(order.total_money.decimal)))
    work()
    parcels = [fulfilment.shipments_of(each.id)[0].id for each in (kept, order)]
    [receipt] = payments.receipts_of(payment.id)
    admin.post(f"{address}/{receipt.id}/removal")

    listed = admin.get("/admin/orders/?only=sending").text
    printed = admin.get("/admin/orders/labels.pdf", query_string={"parcel": parcels})
    page = admin.get(f"/admin/orders/{order.number}").text

    assert f"/{kept.number}/labels/" in listed
    assert order.number in listed
    assert f"/{order.number}/labels/" not in listed
    assert len(PdfReader(io.BytesIO(printed.data)).pages) == 1
    assert f"/{order.number}/labels/" not in page
    assert "Keep it here until the order is paid again." in page
    admin.post(address, data=form(str(order.total_money.decimal), key="p" * 16))
    assert f"/{order.number}/labels/" in admin.get("/admin/orders/?only=sending").text
    assert f"/{order.number}/labels/" in admin.get(f"/admin/orders/{order.number}").text
