"""Jobs that gave up in an outage begin anew, all at once."""

from flask import Flask
from sqlalchemy import update

from app import clock, db
from app.outbox import OrdersOutbox
from app.services import health
from tests import make
from tests.working import soon, work


def given_up(*, mends: bool = False) -> int:
    return sum(each.count for each in health.examine(mends=mends, only="jobs.failed"))


def test_all_jobs_that_gave_up_begin_anew_at_once(app: Flask) -> None:
    for _ in range(2):
        soon("email.send", make.order().id)
    gave_up = update(OrdersOutbox).where(OrdersOutbox.name == "email.send")
    with db.orders.transaction() as session:
        session.execute(gave_up.values(failed_at=clock.now(), attempts=180, error="Unavailable"))

    assert given_up(mends=True) == 2

    assert given_up() == 0
    assert work("email.send") == ["email.send"] * 2
