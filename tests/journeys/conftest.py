"""A whole shop at work, and somebody who has just come in."""

from collections.abc import Iterator

import pytest

from tests.running import RunningShop
from tests.visitor import Visitor


@pytest.fixture
def shop(running: RunningShop) -> RunningShop:
    running.start_web()
    running.start_worker()
    running.start_scheduler()
    return running


@pytest.fixture
def ada(shop: RunningShop) -> Iterator[Visitor]:
    visitor = Visitor(shop.address)
    yield visitor
    visitor.close()
