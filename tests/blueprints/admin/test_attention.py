"""Orders that wait for staff: on a list of their own until somebody has dealt with them."""

from lxml import html

from app.services import audit, orders
from tests import make
from tests.blueprints.admin.conftest import sign_in
from tests.services.returns.test_returning import ask, sent_order

PART = {"HX-Request": "true", "HX-Request-Type": "partial"}


def seen_on(page):
    """What the form says that its page showed."""
    return {"seen": html.fromstring(page).xpath("//input[@name='seen']/@value")}


def test_order_stands_on_the_list_until_it_is_dealt_with(admin):
    calm, troubled = make.paid_order(), make.paid_order()
    orders.note(troubled.id, "dispute", "The bank disputes this payment.")
    orders.note(calm.id, "mail", "Mailed.")

    listed = admin.get("/admin/orders/?only=attention").text
    address = f"/admin/orders/{troubled.number}"
    assert "needs your attention" in admin.get(address).text
    answer = admin.post(f"{address}/dealings", data=seen_on(admin.get(address).text), headers=PART)

    assert troubled.number in listed
    assert "The bank disputes this payment." in listed
    assert "The bank disputes this payment." not in admin.get("/admin/orders/").text
    assert calm.number not in listed
    assert answer.text.strip().startswith('<section id="order-timeline"')
    assert "This was dealt with." in answer.text
    assert "needs your attention" not in answer.text
    assert "No order matches" in admin.get("/admin/orders/?only=attention").text
    assert audit.seal() > 0


def test_what_came_after_the_page_was_shown_still_needs_attention(admin):
    order = make.paid_order()
    address = f"/admin/orders/{order.number}"
    orders.note(order.id, "mail_bounced", "A mail did not reach them.")
    seen = seen_on(admin.get(address).text)
    orders.note(order.id, "refund_failed", "The bank sent the refund back.")

    answer = admin.post(f"{address}/dealings", data=seen)

    assert answer.status_code == 303
    assert [event.kind for event in orders.timeline(order.id) if event.needs_attention] == ["refund_failed"]
    assert order.number in admin.get("/admin/orders/?only=attention").text


def test_dealt_with_twice_is_once_and_readers_may_not(app, admin):
    order = make.paid_order()
    orders.note(order.id, "mismatch", "Another amount came.")

    seen = seen_on(admin.get(f"/admin/orders/{order.number}").text)
    for _ in range(2):
        assert admin.post(f"/admin/orders/{order.number}/dealings", data=seen).status_code == 303
    reader = sign_in(app, make.staff("reader", email="rita@shop.example"))

    assert [event.kind for event in orders.timeline(order.id)].count("dealt_with") == 1
    assert reader.post(f"/admin/orders/{order.number}/dealings").status_code == 403


def test_orders_with_a_return_in_progress_are_listed(admin):
    returning, other = sent_order(), make.paid_order()
    ask(returning)

    text = admin.get("/admin/orders/?only=returns").text

    assert returning.number in text
    assert other.number not in text
    assert 'value="returns" selected' in text


def test_pages_of_a_list_keep_what_was_chosen(admin, cleo):
    for _ in range(3):
        orders.note(make.paid_order().id, "dispute", "The bank disputes this payment.")
    first = orders.list_as_staff(cleo.staff, needs_attention=True, limit=2)

    text = admin.get(f"/admin/orders/?only=attention&before={first.before}").text

    assert 'href="/admin/orders/?only=attention"' in text
