"""What the table of jobs promises."""

from datetime import timedelta

import pytest

from app import tasks

pytestmark = pytest.mark.usefixtures("own_signals")

NAME = "tests.act"


@pytest.mark.parametrize("name", ["email.send", "fulfilment.buy_label"])
def test_what_waits_for_a_company_is_tried_for_a_week(name: str) -> None:
    job = tasks.JOBS[name]

    patience = sum((job.wait(attempt) for attempt in range(1, job.tries)), timedelta())

    assert timedelta(days=7) <= patience < timedelta(days=8)
