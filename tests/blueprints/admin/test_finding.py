"""Finding an order, or a transfer, by what staff have at hand."""

import pytest

from app.services import documents, fulfilment, orders, payments
from tests import make
from tests.blueprints.admin.test_transfers import form, waiting
from tests.counting import count_queries
from tests.working import work


def found(admin, q: str, *, among: str = "orders") -> str:
    answer = admin.get(f"/admin/{among}/", query_string={"q": q})
    assert answer.status_code == 200
    return answer.text


@pytest.fixture
def zoe(admin) -> orders.Order:
    """An order of Zoë's, and Ada's beside it."""
    make.paid_order()
    address = {"name": "Zoë Müller-Quay", "postal_code": "SW1A 2AA", "company": "Slack & Co"}
    return make.paid_order(address=address, email="Zoe.M@example.net")


def test_orders_are_found_by_number_email_name_and_postcode(admin, zoe):
    plain = zoe.number.replace("-", "")
    typed = [zoe.number, zoe.number.lower(), plain, plain.lower(), plain[:7], zoe.number[:4].lower()]
    typed += [f"{plain[:5]} {plain[5:]}", "zoe.m@", "ZOE.M@EXAMPLE.NET", "zoe muller", "Müller zoë", "quay", "sw1a 2aa"]
    typed += [f" {zoe.number} ", "slack &"]

    for q in typed:
        text = found(admin, q)
        assert text.count('scope="row"') == 1, q
        assert zoe.number in text, q


def test_orders_are_found_by_what_a_parcel_a_paper_and_a_payment_are_called(admin, companies):
    other, order = make.order(paid=True), make.order(paid=True)
    work()
    [parcel], [payment] = fulfilment.shipments_of(order.id), payments.of_order(order.id)
    [invoice] = [each for each in documents.documents_of(order.id) if each.kind == "invoice"]

    for q in (parcel.tracking_number, parcel.tracking_number.lower(), invoice.label, payment.intent_id):
        assert order.number in found(admin, q), q
        assert other.number not in found(admin, q), q
    assert order.number in found(admin, payment.session_id)


def test_orders_are_found_by_the_sku_of_a_thing(admin, zoe):
    assert zoe.number in found(admin, "slack-a3")
    assert "No order matches" in found(admin, "slack-a4")


@pytest.mark.parametrize("q", ["%%%", "___", "z", "zo", "\\\\\\", "zoe nobody", "no\0body", "müller' OR 1"])
def test_what_finds_nothing_says_what_can_be_looked_for(admin, zoe, q):
    text = found(admin, q)

    assert "a tracking number" in text
    assert zoe.number not in text


def test_a_search_stays_within_its_queries(admin, zoe):
    with count_queries() as counted:
        found(admin, "zoe")

    # As without words, and what a SKU, a parcel, a paper and a payment would find.
    assert counted.sql <= 9


def test_transfers_are_found_by_reference_customer_sender_and_amount(admin):
    order, payment = waiting()
    admin.post(f"/admin/transfers/{payment.id}/receipts", data=form("5,00") | {"sender": "Frau Müller DE02 1203"})
    plain, missing = order.number.replace("-", ""), order.total_money.amount - 500

    for q in (
        order.number, plain.lower(), f"{plain[:5]} {plain[5:]}", plain[:6], "ada byron", "ada@example", "muller",
        str(order.total_money.decimal), f"{missing // 100},{missing % 100:02}",
    ):  # fmt: skip
        assert payment.id in found(admin, q, among="transfers"), q
    text = found(admin, "Quay", among="transfers")
    assert payment.id not in text
    assert 'href="/admin/orders/?q=Quay"' in text
