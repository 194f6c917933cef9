"""The clock looks at payments whose webhooks did not come."""

from datetime import timedelta

from flask import Flask
from sqlalchemy import func, select

from app import clock, db
from app.outbox import OrdersOutbox
from app.services import checkout, orders
from tests import make
from tests.companies import Companies
from tests.working import work


def look_after(minutes: int) -> int:
    """Have the clock look for open payments then; return how many of its jobs are not done."""
    with clock.at(clock.now() + timedelta(minutes=minutes)):
        checkout.settle_open()
    is_its = OrdersOutbox.name.in_(("checkout.settle", "checkout.look_again")) & OrdersOutbox.done_at.is_(None)
    with db.orders.reading() as session:
        return session.scalar(select(func.count()).where(is_its)) or 0


def test_open_payment_has_one_job_at_a_time_which_ends_while_stripe_is_silent(app: Flask, companies: Companies) -> None:
    companies.pull("webhooks", company="stripe", paused=True)
    placed = make.place(make.buyer(make.variant()))
    make.pay(placed)
    companies.pull("fail", company="stripe", times=20)

    asked = [look_after(4), look_after(6)]
    with clock.at(clock.now() + timedelta(minutes=6)):
        work("checkout.look_again")
    companies.pull("reset")
    asked_again = look_after(8)
    with clock.at(clock.now() + timedelta(minutes=8)):
        done = work("checkout.look_again")

    assert (asked, asked_again) == ([1, 1], 1)
    assert done == ["checkout.look_again"]
    assert orders.get_for_job(placed.order.id).state == "confirmed"
