"""What companies sent, as staff see it."""

import json

from app import db
from app.services import notifications, orders, payments
from tests import make
from tests.blueprints.admin.conftest import sign_in
from tests.companies import Companies
from tests.working import work


def keep(number: int, *, provider: str = "stripe", raw: bytes = b"{}") -> str:
    """Keep an event as if it had come."""
    with db.orders.transaction():
        row_id = payments.receive_event(provider, f"evt_{number}", "payment_intent.succeeded", raw)
    assert row_id is not None
    return row_id


def test_events_are_listed_with_their_verdict_and_filtered(admin):
    first, _second = keep(1), keep(2, provider="ups")
    payments.give_verdict(first, "unknown payment")

    everything = admin.get("/admin/jobs/inbox").text
    unknown = admin.get("/admin/jobs/inbox?verdict=unknown+payment").text
    of_ups = admin.get("/admin/jobs/inbox?company=ups&verdict=waits").text

    assert "evt_1" in everything
    assert "evt_2" in everything
    assert "evt_1" in unknown
    assert "evt_2" not in unknown
    assert "evt_2" in of_ups
    assert "evt_1" not in of_ups


def test_companies_and_verdicts_are_named_as_people_write_them(admin):
    event = keep(1, provider="ups")
    payments.give_verdict(event, "in_transit")

    pages = [admin.get("/admin/jobs/inbox").text, admin.get(f"/admin/jobs/inbox/{event}").text]

    for text in pages:
        assert "UPS" in text
        assert "In transit" in text
    assert "SendGrid" in pages[0]


def test_pages_turn_and_keep_the_filter(admin):
    for number in range(52):
        keep(number)

    text = admin.get("/admin/jobs/inbox?company=stripe").text

    assert "evt_51" in text
    assert ">evt_1<" not in text
    assert "company=stripe" in text.split("Next")[0].rsplit("<a", 1)[1]


def test_the_body_is_shown_as_text(admin):
    event = keep(1, raw=json.dumps({"name": "<script>alert(1)</script>"}).encode())
    broken = keep(2, raw=b"\xff<b>")

    assert "&lt;script&gt;" in admin.get(f"/admin/jobs/inbox/{event}").text
    assert "<b>" not in admin.get(f"/admin/jobs/inbox/{broken}").text
    assert admin.get("/admin/jobs/inbox/nothing").status_code == 404


def test_a_replay_acts_once_and_is_audited(admin, companies: Companies):
    order = make.order(paid=True)
    payment = payments.of_order(order.id)[0]
    subject = {"id": payment.intent_id, "object": "payment_intent", "metadata": {"payment": payment.id}}
    event = keep(1, raw=json.dumps({"data": {"object": subject}}).encode())
    before = [line.kind for line in orders.timeline(order.id)]

    answers = [admin.post(f"/admin/jobs/inbox/{event}/replays") for _ in range(2)]
    work("payments.process_event")

    assert [answer.status_code for answer in answers] == [303, 303]
    assert payments.find_event(event).verdict == "old news"
    assert [line.kind for line in orders.timeline(order.id)] == before
    with db.orders.reading() as session:
        acts = session.connection().exec_driver_sql("SELECT act FROM audit_intake").scalars().all()
    assert set(acts) == {"event.replay"}


def test_a_replay_of_what_says_nothing_about_a_mail_ends(admin):
    order = make.paid_order()
    work("email.order_confirmed")
    [message] = notifications.messages_of(order.id)
    event = keep(1, provider="sendgrid", raw=json.dumps({"message": message.id, "reason": ""}).encode())
    payments.give_verdict(event, "not needed")

    admin.post(f"/admin/jobs/inbox/{event}/replays")
    work("email.note_event")

    with db.orders.reading() as session:
        open_jobs = session.connection().exec_driver_sql("SELECT error FROM outbox WHERE name = 'email.note_event'")
        assert open_jobs.scalars().all() == [None]


def test_a_clerk_sees_no_inbox(app):
    event = keep(1)
    clerk = sign_in(app, make.staff("clerk", email="ben@shop.example"))

    assert clerk.get(f"/admin/jobs/inbox/{event}").status_code == 403
    assert clerk.post(f"/admin/jobs/inbox/{event}/replays").status_code == 403
