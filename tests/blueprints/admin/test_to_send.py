"""The orders whose parcels are still here, with their labels and packing slips at hand."""

from tests import make
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
