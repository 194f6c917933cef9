"""Returns that are asked for twice at the same moment, from two windows."""

from functools import partial

import pytest
from flask import Flask

from app.services import returns
from tests.services.returns.test_returning import ask, sent_order
from tests.turns import at_once, refusals


@pytest.mark.parametrize("seed", range(4))
def test_two_who_ask_at_once_send_back_no_more_than_came(app: Flask, seed: int) -> None:
    order = sent_order(3)

    outcomes = at_once(app, seed, partial(ask, order, 2, key="one"), partial(ask, order, 2, key="two"))

    assert len(refusals(outcomes)) == 1
    assert [line.quantity for each in returns.of_order(order.id) for line in each.lines] == [2]
