"""The inbox: what is kept of it, and for how long."""

from datetime import timedelta

from flask import Flask

from app import clock, db
from app.services import payments


def keep(name: str, *, days_ago: int, is_needed: bool) -> None:
    with clock.at(clock.now() - timedelta(days=days_ago)), db.orders.transaction():
        payments.receive_event("stripe", name, "payment_intent.succeeded", b"{}", is_needed=is_needed)


def test_events_are_forgotten_a_quarter_after_they_were_dealt_with_and_those_that_wait_are_not(app: Flask) -> None:
    keep("old", days_ago=91, is_needed=False)
    keep("waits", days_ago=91, is_needed=True)
    keep("young", days_ago=89, is_needed=False)

    payments.forget_events()

    assert {event.event_id for event in payments.events_as_staff()} == {"waits", "young"}
