"""The page where staff match what came on the bank account."""

import pytest
from lxml import html

from app.money import Money
from app.services import orders, payments
from tests import make
from tests.blueprints.admin.conftest import sign_in
from tests.counting import count_queries

PART = {"HX-Request": "true", "HX-Request-Type": "partial"}


def waiting():
    """An order that waits for a transfer, and its payment."""
    placed = make.place(make.buyer(make.variant()), method="transfer")
    return placed.order, placed.payment


def form(amount: str, *, received: int = 0, key: str = "k" * 16) -> dict[str, str]:
    return {"amount": amount, "sender": "DE02 1203 0000", "bank_line": "", "received": str(received), "key": key}


def test_table_lists_what_is_waited_for_and_finds_by_reference(admin):
    order, payment = waiting()
    paid, other = waiting()
    admin.post(f"/admin/transfers/{other.id}/receipts", data=form(str(paid.total_money.decimal)))

    text = admin.get("/admin/transfers/").text
    found = admin.get(f"/admin/transfers/?q={paid.number.lower().replace('-', '')}").text

    assert order.number in text
    assert paid.number not in text
    assert paid.number in found
    assert payment.id in text


def test_money_is_noted_with_and_without_htmx(admin):
    order, payment = waiting()

    part = admin.post(f"/admin/transfers/{payment.id}/receipts", data=form("5,00"), headers=PART)
    rest = admin.post(
        f"/admin/transfers/{payment.id}/receipts",
        data=form(str((order.total - 500) / 100), received=500, key="r" * 16),
    )

    assert part.text.strip().startswith('<section id="transfer-receipts"')
    assert rest.location == f"/admin/transfers/{payment.id}"
    assert orders.get_for_job(order.id).state == "confirmed"
    assert "DE02 1203 0000" in admin.get(rest.location).text
    timeline = admin.get(f"/admin/orders/{order.number}").text.split('class="timeline"')[1]
    assert "· Bank transfer" in timeline
    assert "Bank_transfer" not in timeline


def test_refusals_keep_what_was_typed(admin):
    _, payment = waiting()
    admin.post(f"/admin/transfers/{payment.id}/receipts", data=form("1.00"))

    stale = admin.post(f"/admin/transfers/{payment.id}/receipts", data=form("1.00", key="s" * 16))
    wrong = admin.post(f"/admin/transfers/{payment.id}/receipts", data=form("much", received=100, key="t" * 16))

    assert stale.status_code == 409
    assert "Somebody else recorded a payment" in stale.text
    assert wrong.status_code == 422
    assert 'value="much"' in wrong.text


def test_more_than_is_due_is_asked_about_once(admin):
    order, payment = waiting()
    address, too_much = f"/admin/transfers/{payment.id}/receipts", str((order.total + 21510) / 100)

    asked = admin.post(address, data=form(too_much), headers=PART)
    other = admin.post(address, data=form("9999.00") | {"sure": too_much}, headers=PART)

    for answer, typed in ((asked, too_much), (other, "9999.00")):
        assert answer.status_code == 422
        assert "more than is due" in answer.text
        assert html.fromstring(answer.text).xpath("//input[@name='sure']/@value") == [typed]
    assert "215.10 EUR more" in asked.text
    assert payments.receipts_of(payment.id) == []
    assert admin.post(address, data=form(too_much) | {"sure": too_much}).status_code == 303
    assert orders.get_for_job(order.id).state == "confirmed"
    assert "Released" not in admin.get(f"/admin/orders/{order.number}").text


@pytest.mark.parametrize(("amount", "words"), [("1,200", "1200 or 1.20"), ("9" * 17, "up to 9999999999.99")])
def test_what_is_no_amount_is_told_at_its_field(admin, amount, words):
    _, payment = waiting()

    answer = admin.post(f"/admin/transfers/{payment.id}/receipts", data=form(amount) | {"sure": amount})

    assert answer.status_code == 422
    assert words in answer.text
    assert f'value="{amount}"' in answer.text


def test_a_refund_is_marked_as_sent(admin):
    order, payment = waiting()
    too_much = str((order.total + 700) / 100)
    admin.post(f"/admin/transfers/{payment.id}/receipts", data=form(too_much) | {"sure": too_much})
    (refund,) = payments.list_by_hand()

    listed = admin.get("/admin/transfers/").text
    assert "€7.00" in listed
    assert f'href="/admin/orders/{order.number}"' in listed
    answer = admin.post(f"/admin/transfers/refunds/{refund.id}/sendings", headers=PART)

    assert answer.text.strip().startswith('<section id="transfers-to-send"')
    assert payments.get_refund(refund.id).state == "done"


def test_table_costs_as_many_queries_however_much_is_to_be_sent_back(admin):
    costs = []
    for number in range(3):
        order, payment = waiting()
        too_much = str(Money(order.total + 700, order.currency).decimal)
        sent = form(too_much, key=f"{number}" * 16) | {"sure": too_much, "sender": f"Ada {number}"}
        admin.post(f"/admin/transfers/{payment.id}/receipts", data=sent)
        with count_queries() as counted:
            text = admin.get("/admin/transfers/").text
        costs.append(counted.sql)

    assert all(f"Ada {number}" in text for number in range(3))
    assert len(set(costs)) == 1


def test_a_reader_may_look_and_not_match(app):
    _, payment = waiting()
    browser = sign_in(app, make.staff("reader", email="ben@shop.example"))

    assert "Record a payment" not in browser.get(f"/admin/transfers/{payment.id}").text
    for act in ("receipts", "receipts/any/removal"):
        assert browser.post(f"/admin/transfers/{payment.id}/{act}", data=form("1")).status_code == 403


def test_a_card_payment_is_no_transfer(admin):
    placed = make.place(make.buyer(make.variant()))

    assert admin.get(f"/admin/transfers/{placed.payment.id}").status_code == 404


def test_the_order_page_and_the_review_page_offer_the_transfer(admin, client):
    order, _ = waiting()

    text = client.get(f"/orders/{orders.token_of(order.id)}").text

    assert "DE89 3704 0044 0532 0130 00" in text
    assert order.number in text
    assert "Pay by card instead" in text


def test_what_was_recorded_by_mistake_is_taken_back_with_and_without_htmx(admin):
    order, payment = waiting()
    address = f"/admin/transfers/{payment.id}/receipts"
    admin.post(address, data=form(str(order.total_money.decimal)))
    admin.post(address, data=form("1.00", received=order.total, key="o" * 16))
    whole = payments.receipts_of(payment.id)[0].id
    refused = admin.post(f"{address}/{whole}/removal", headers=PART)
    other, its = waiting()
    admin.post(f"/admin/transfers/{its.id}/receipts", data=form(str(other.total_money.decimal), key="w" * 16))
    removal = f"/admin/transfers/{its.id}/receipts/{payments.receipts_of(its.id)[0].id}/removal"

    part = admin.post(removal, headers=PART)
    again = admin.post(removal)

    assert refused.status_code == 409
    assert "goes back to the customer already" in refused.text
    assert part.text.strip().startswith('<section id="transfer-receipts"')
    assert "Taken back by Cleo" in part.text
    assert "Recorded by mistake?" not in part.text
    assert again.location == f"/admin/transfers/{its.id}"
    page = admin.get(f"/admin/orders/{other.number}").text
    assert "were recorded by mistake" in page
    assert "are due again" in page
    assert other.number in admin.get("/admin/transfers/").text


def test_what_was_never_paid_is_not_said_to_be_given_back(admin, client):
    order, payment = waiting()
    address, left = f"/admin/transfers/{payment.id}/receipts", order.total_money - Money(500, "EUR")
    admin.post(address, data=form("5.00"))
    admin.post(address, data=form(str(left.decimal), received=500, key="l" * 16))
    admin.post(f"{address}/{payments.receipts_of(payment.id)[1].id}/removal")
    cancellation = f"/admin/orders/{order.number}/cancellation"

    shown = html.fromstring(admin.get(cancellation, query_string={"line-1": order.lines[0].quantity}).text)
    hidden = {
        each.get("name"): each.get("value") for each in shown.xpath("//form[@method='post']//input[@type='hidden']")
    }
    seen = client.get(f"/orders/{orders.token_of(order.id)}/cancellation", query_string={"all": "1"}).text
    admin.post(cancellation, data=hidden | {"reason": "Mistaken"})

    text = " ".join(shown.text_content().split())
    assert f"€{left.decimal} of this was not paid, so it is not refunded." in text
    assert "Cancel and restock, refund €5.00" in text
    assert "disputes" not in text
    assert f"€{left.decimal} of this was not paid, so it is not refunded." in seen
    assert "Cancel and refund €5.00" in seen
    assert [refund.amount_money for refund in payments.list_by_hand()] == [Money(500, "EUR")]
    assert orders.get_for_job(order.id).state == "cancelled"
    said = f"{order.total_money} are given back for what was cancelled, but for {left} that was not paid"
    assert said in admin.get(f"/admin/orders/{order.number}").text


def test_page_says_that_more_refunds_wait_than_it_lists(admin, monkeypatch):
    monkeypatch.setattr("app.blueprints.admin.transfers._TO_SEND", 1)
    numbers = []
    for key in ("k" * 16, "r" * 16):
        order, payment = waiting()
        too_much = form(str((order.total + 250) / 100), key=key)
        admin.post(f"/admin/transfers/{payment.id}/receipts", data=too_much | {"sure": too_much["amount"]})
        numbers.append(order.number)

    text = admin.get("/admin/transfers/").text.split('id="transfers-to-send"')[1]
    refund = payments.list_by_hand()[0]
    left = admin.post(f"/admin/transfers/refunds/{refund.id}/sendings", headers=PART).text

    assert [number in text for number in numbers] == [True, False]
    assert "These are the oldest. Others follow once they are sent." in text
    assert [number in left for number in numbers] == [False, True]
    assert "These are the oldest" not in left
