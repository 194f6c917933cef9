"""Jobs that gave up, and what companies sent."""

from app import clock, db, queue
from app.outbox import OrdersOutbox
from tests import make
from tests.blueprints.admin.conftest import sign_in


def fail_one(app) -> str:
    """A job that gave up."""
    with db.orders.transaction():
        queue.later("payments.refund", "no-such-refund")
    with db.orders.transaction() as session:
        row = session.query(OrdersOutbox).one()
        row.failed_at, row.attempts, row.error = clock.now(), 12, "NotFound: there is no such refund"
    return row.id


def test_page_lists_jobs_with_their_reason(admin, app):
    fail_one(app)

    text = admin.get("/admin/jobs/").text

    assert "payments.refund" in text
    assert "there is no such refund" in text


def test_retry_begins_anew_once_and_is_audited(admin, app):
    job = fail_one(app)

    first = admin.post(f"/admin/jobs/orders/{job}/retries")
    second = admin.post(f"/admin/jobs/orders/{job}/retries")

    assert first.location == "/admin/jobs/"
    assert second.status_code == 409
    with db.orders.reading() as session:
        row = session.get_one(OrdersOutbox, job)
        acts = session.connection().exec_driver_sql("SELECT act, subject FROM audit_intake").all()
    assert (row.failed_at, row.attempts) == (None, 0)
    assert acts == [("job.retry", f"job:{job}")]


def test_retry_of_a_job_nobody_knows_is_refused(admin):
    assert admin.post("/admin/jobs/orders/nothing/retries").status_code == 409
    assert admin.post("/admin/jobs/elsewhere/nothing/retries").status_code == 409


def test_clerk_and_stranger_are_refused(app, client):
    clerk = sign_in(app, make.staff("clerk", email="ben@shop.example"))

    assert clerk.get("/admin/jobs/").status_code == 403
    assert client.get("/admin/jobs/").status_code == 303
