"""Returns in the browser: customers by the order's link, staff in the back office; without a script."""

from flask import Flask
from flask.testing import FlaskClient

from app.services import credits, orders, payments, returns
from tests import make
from tests.blueprints.admin.conftest import sign_in
from tests.blueprints.orders.test_cancellation import last_step
from tests.services.returns.test_returning import ask, sent_order

PART = {"HX-Request": "true", "HX-Request-Type": "partial"}


def test_customer_asks_and_sees_where_it_stands(client: FlaskClient) -> None:
    order = sent_order()
    address = f"/orders/{orders.token_of(order.id)}"
    assert f'href="{address}/returns"' in client.get(address).text

    form = last_step(client.get(f"{address}/returns").text) | {
        "line-1": "2",
        "reason": "damaged",
        "words": "<b>bent</b>",
    }
    answers = [client.post(f"{address}/returns", data=form) for _ in range(2)]

    assert {(answer.status_code, answer.location) for answer in answers} == {(303, address)}
    assert "We are looking at your return" in client.get(address).text
    (found,) = returns.of_order(order.id)
    assert (found.words, [line.quantity for line in found.lines]) == ("<b>bent</b>", [2])


def test_bad_input_is_refused_and_kept(client: FlaskClient) -> None:
    order = sent_order()
    address = f"/orders/{orders.token_of(order.id)}/returns"
    form = last_step(client.get(address).text) | {"line-1": "2", "reason": "damaged", "words": "Bent"}

    for change in ({"line-1": "x"}, {"line-1": "0"}, {"line-1": "9"}, {"reason": "x"}, {"key": ""}):
        status = 409 if change == {"line-1": "9"} else 422
        answer = client.post(address, data=form | change)
        assert answer.status_code == status, change
        assert "Bent</textarea>" in answer.text
    assert returns.of_order(order.id) == []


def test_refusal_names_what_there_is_not_so_much_of(client: FlaskClient) -> None:
    order = sent_order()
    address = f"/orders/{orders.token_of(order.id)}/returns"
    line = order.lines[0]

    answer = client.post(address, data=last_step(client.get(address).text) | {"line-1": f"{line.quantity + 1}"})

    assert f"Of “{line.title}”, {line.quantity} can be sent back." in answer.text


def test_withdrawing_needs_no_reason(client: FlaskClient) -> None:
    order = sent_order()
    address = f"/orders/{orders.token_of(order.id)}/returns"
    page = client.get(address).text

    answer = client.post(address, data=last_step(page) | {"line-1": "1", "reason": ""})

    assert "no reason needed" in page
    assert "required" not in page.split('id="reason"')[1].split(">")[0]
    assert answer.status_code == 303
    assert [each.reason for each in returns.of_order(order.id)] == ["other"]


def test_what_no_database_can_keep_is_refused(client: FlaskClient) -> None:
    order = sent_order()
    address = f"/orders/{orders.token_of(order.id)}/returns"
    form = last_step(client.get(address).text) | {"line-1": "1", "reason": "damaged", "words": "Be\0nt"}

    answer = client.post(address, data=form)

    assert answer.status_code == 422
    assert "cannot be kept" in answer.text
    assert returns.of_order(order.id) == []


def test_nothing_to_return_is_said_and_a_stranger_finds_nothing(client: FlaskClient) -> None:
    order = make.order(paid=True)

    assert "There is nothing to return" in client.get(f"/orders/{orders.token_of(order.id)}/returns").text
    assert client.get("/orders/nonsense/returns").status_code == 404
    assert client.post("/orders/nonsense/returns", data={}).status_code == 404


def test_staff_lead_it_to_its_end(app: Flask) -> None:
    order = sent_order()
    found = ask(order)
    admin = sign_in(app, make.staff())
    address = f"/admin/returns/{found.id}"
    shown = admin.get("/admin/returns/").text
    assert found.id in shown
    assert '<option value="approved">On its way back</option>' in shown
    assert "No return is in this state." in admin.get("/admin/returns/?state=declined").text
    assert found.id in admin.get(f"/admin/orders/{order.number}").text

    admin.post(f"{address}/approval")
    refused = admin.post(f"{address}/receipt", data={"came-1": "2", "line-1": "7"})
    admin.post(f"{address}/receipt", data={"came-1": "2", "line-1": "1"})
    looked = admin.get(f"{address}?delivery=1").text
    answer = admin.post(f"{address}/refund", data={"delivery": "1", "amount": "2100"})

    assert refused.status_code == 422
    assert "From 0 to 2" in refused.text
    assert "€21.00" in looked
    assert answer.status_code == 303
    assert [refund.amount for refund in payments.refunds_of(order.id)] == [2100]
    assert found.id not in admin.get("/admin/returns/").text
    assert found.id in admin.get("/admin/returns/?state=refunded").text


def test_staff_say_how_many_came_and_where_what_is_declined_goes(app: Flask) -> None:
    order = sent_order()
    found = ask(order)
    admin, customer = sign_in(app, make.staff()), app.test_client()
    address, page = f"/admin/returns/{found.id}", f"/orders/{orders.token_of(order.id)}"
    admin.post(f"{address}/approval")

    wrong = admin.post(f"{address}/receipt", data={"came-1": "3", "line-1": "1"})
    admin.post(f"{address}/receipt", data={"came-1": "1", "line-1": "0"})
    looked = admin.get(address).text
    unsaid = admin.post(f"{address}/decline", data={"why": "Worn"})
    answer = admin.post(f"{address}/decline", data={"why": "Worn", "goes": "back"})

    assert wrong.status_code == unsaid.status_code == 422
    assert 'value="3"' in wrong.text
    assert "From 0 to 2." in wrong.text
    assert "1 came" in looked
    assert "€10.00" in looked
    assert 'value="Worn"' in unsaid.text
    assert "Choose where the pieces go." in unsaid.text
    assert answer.status_code == 303
    assert "Went back to the customer" in admin.get(address).text
    assert "1 of 2 ×" in customer.get(page).text
    assert "We are sending it back to you." in customer.get(page).text


def test_stale_page_is_refused(app: Flask) -> None:
    order = sent_order()
    found = ask(order)
    admin = sign_in(app, make.staff())
    admin.post(f"/admin/returns/{found.id}/approval")

    again = admin.post(f"/admin/returns/{found.id}/approval")
    assert again.status_code == 409
    assert "This return was approved already; that was not done twice." in again.text
    assert f"Return 1 of order {order.number}" in again.text
    assert admin.post(f"/admin/returns/{found.id}/refund", data={"amount": "2000"}).status_code == 409
    assert admin.post(f"/admin/returns/{found.id}/decline", data={"why": " "}).status_code == 422
    assert credits.of_order(order.id) == []


def test_clerk_decides_and_does_not_refund_reader_only_reads(app: Flask) -> None:
    found = ask(sent_order())
    clerk, reader = sign_in(app, make.staff("clerk")), sign_in(app, make.staff("reader", email="rita@shop.example"))

    assert reader.get(f"/admin/returns/{found.id}").status_code == 200
    assert reader.post(f"/admin/returns/{found.id}/approval").status_code == 403
    assert clerk.post(f"/admin/returns/{found.id}/approval").status_code == 303
    assert clerk.post(f"/admin/returns/{found.id}/refund", data={"amount": "2000"}).status_code == 403


def test_table_is_a_part_and_says_when_it_is_empty(app: Flask) -> None:
    admin = sign_in(app, make.staff())

    text = admin.get("/admin/returns/", headers=PART).text

    assert text.strip().startswith('<section id="returns-table"')
    assert "No open returns" in text
