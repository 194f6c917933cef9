"""Jobs that gave up, and what companies sent."""

from dataclasses import replace

import pytest

from app import clock, db, queue
from app.blueprints.admin.job_names import NAMES
from app.errors import NotFound
from app.outbox import OrdersOutbox
from app.services import credits, documents, fulfilment, payments, returns
from app.tasks import JOBS
from tests import make
from tests.blueprints.admin.conftest import sign_in
from tests.services.cancellations.test_cancelling import send
from tests.working import work


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


def test_page_says_that_more_failed_than_it_lists(admin, app):
    fail_one(app)
    few = admin.get("/admin/jobs/").text
    with db.orders.transaction():
        for _ in range(100):
            queue.later("payments.refund", "another")
    with db.orders.transaction() as session:
        session.query(OrdersOutbox).update({"failed_at": clock.now()})

    many = admin.get("/admin/jobs/").text
    checked = app.test_cli_runner().invoke(args=["shop", "check"]).output

    assert "<p>These are the newest 100." not in few
    assert "<p>These are the newest 100." in many
    assert many.count("payments.refund") == 100
    assert "more than 100 jobs gave up" in checked


@pytest.mark.parametrize("about", ["order", "payment", "shipment", "credit", "return", "document"])
def test_job_is_told_in_words_with_a_link_to_its_order(admin, app, about):
    order = make.order(paid=True)
    work()
    send(order)
    wish = credits.Wish(free=100)
    credit = credits.give_as_staff(
        order, wish, reason="Torn", actor="staff:cleo", key="torn", restock=(), version=0, amount=100
    )
    things = {
        "credit": ("documents.credit_note", credit.id, "Issue a credit note"),
        "return": (
            "email.return_changed",
            returns.request(order, {1: 1}, reason="other", words="", key="one").id,
            "Write the mail about a return",
        ),
        "document": ("documents.print", documents.documents_of(order.id)[0].id, "Print a document"),
        "order": ("documents.invoice", order.id, "Issue an invoice"),
        "payment": ("checkout.settle", payments.of_order(order.id)[0].id, "Act on what became of a payment"),
        "shipment": ("fulfilment.buy_label", fulfilment.shipments_of(order.id)[0].id, "Buy a label"),
    }
    name, thing, words = things[about]
    with db.orders.transaction():
        queue.later(name, thing)
    with db.orders.transaction() as session:
        for job in session.query(OrdersOutbox).filter_by(name=name, done_at=None):
            job.failed_at = clock.now()

    answer = admin.get("/admin/jobs/")

    assert words in answer.text
    assert f'href="/admin/orders/{order.number}"' in answer.text


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (NotFound("There is no such return."), "There is no such return."),
        (KeyError("width"), "Something that the shop did not expect (KeyError): &#39;width&#39;"),
    ],
)
def test_reason_is_told_in_words(admin, app, monkeypatch, error, reason):
    name = "email.return_changed"
    monkeypatch.setitem(app.extensions, "jobs", {name: replace(JOBS[name], tries=1)})
    with db.orders.transaction():
        queue.later(name, "no-such-return", "approved")
    with db.orders.reading() as session:
        job = session.query(OrdersOutbox).one().id

    def fail(*_args):
        raise error

    queue.run("orders", job, name, fail)

    assert f"<td>{reason}</td>" in admin.get("/admin/jobs/").text


def test_every_job_has_words_of_its_own():
    assert NAMES.keys() == JOBS.keys()
    assert len(set(NAMES.values())) == len(NAMES)


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
