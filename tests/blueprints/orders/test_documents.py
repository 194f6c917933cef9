"""Documents on the pages of customers and staff."""

from flask import Flask
from flask.testing import FlaskClient

from app.services import documents, orders
from tests import make
from tests.blueprints.admin.conftest import sign_in
from tests.services.documents.test_documents import text_of
from tests.working import work


def test_invoice_is_linked_on_the_order_page_and_sent(client: FlaskClient) -> None:
    order = make.order(paid=True)
    token = orders.token_of(order.id)
    assert "Your invoice is being prepared" in client.get(f"/orders/{token}").text
    work("documents")

    text = client.get(f"/orders/{token}").text
    (invoice,) = [each for each in documents.documents_of(order.id) if each.kind == "invoice"]
    answer = client.get(f"/orders/{token}/documents/{invoice.id}.pdf")

    assert f'href="/orders/{token}/documents/{invoice.id}.pdf"' in text
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Cache-Control"] == "no-store"
    assert f"invoice-{invoice.label}.pdf" in answer.headers["Content-Disposition"]
    assert order.number in text_of(answer.data)


def test_page_never_says_that_a_mail_was_sent_which_still_waits(client: FlaskClient) -> None:
    order = make.order(paid=True)  # and no worker has run

    text = client.get(f"/orders/{orders.token_of(order.id)}").text

    assert "We have emailed" not in text
    assert "Our email to ada@example.org has a link that leads back here; keep it." in text


def test_page_that_asks_again_brings_all_that_a_payment_changes(client: FlaskClient) -> None:
    buyer = make.pays_with(make.gift_card(1000))
    placed = make.place(buyer)
    before = client.get(f"/orders/{placed.token}").text
    make.pay(placed)

    headers = {"HX-Request": "true", "HX-Request-Type": "partial"}
    part = client.get(f"/orders/{placed.token}?from=payment", headers=headers).text

    assert ("Left to pay" in before, "Left to pay" in part) == (True, False)
    assert "is paid" in part
    assert "Your invoice is being prepared" in part
    assert "Cancel items" in part
    assert 'id="cart-badge"' in part


def test_link_of_the_mail_answers_before_and_after_the_invoice_exists(client: FlaskClient) -> None:
    order = make.order(paid=True)
    address = f"/orders/{orders.token_of(order.id)}/documents/invoice.pdf"

    early = client.get(address)
    work("documents")

    assert early.status_code == 503
    assert "try again in a minute" in early.text
    assert client.get(address).status_code == 200


def test_document_is_nobody_else_s(client: FlaskClient) -> None:
    mine, other = make.order(paid=True), make.order(paid=True)
    work("documents")
    (theirs,) = [each for each in documents.documents_of(other.id) if each.kind == "invoice"]

    assert client.get(f"/orders/{orders.token_of(mine.id)}/documents/{theirs.id}.pdf").status_code == 404
    assert client.get(f"/orders/nonsense/documents/{theirs.id}.pdf").status_code == 404


def test_staff_read_and_print_all_of_them(app: Flask) -> None:
    order = make.order(paid=True)
    work("fulfilment.start")
    work("documents")
    clerk = sign_in(app, make.staff("clerk"))

    text = clerk.get(f"/admin/orders/{order.number}").text
    found = documents.documents_of(order.id)
    answers = [clerk.get(f"/admin/orders/{order.number}/documents/{each.id}.pdf") for each in found]

    assert {each.kind for each in found} == {"invoice", "packing_slip"}
    assert all(each.id in text for each in found)
    assert {answer.mimetype for answer in answers} == {"application/pdf"}
    assert clerk.get(f"/admin/orders/{order.number}/documents/nothing.pdf").status_code == 404
