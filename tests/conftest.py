"""What every test may ask for. The engines are in `tests/engines.py`."""

import os

import pytest
from launcher import settings
from launcher.test import FAILED_CHECKS

from tests import engines
from tests.engines import stores, worker_stores

__all__ = ["stores", "worker_stores"]


def pytest_configure(config: pytest.Config) -> None:
    """Start the engines before the first test is looked for."""
    engines.start(config)


@pytest.fixture(scope="session")
def environment() -> dict[str, str]:
    """The app's settings in tests, all but the stores: a shop whose companies do not answer."""
    origin = "http://127.0.0.1:8000"
    return settings.shop(env="test", origin=origin, secret_key="t" * 32) | settings.nobody()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail the run when a check before it found fault."""
    if os.environ.get(FAILED_CHECKS) and session.exitstatus == 0:
        session.exitstatus = 1


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say so just above the closing line."""
    if failed := os.environ.get(FAILED_CHECKS):
        terminalreporter.section("checks that found fault before the tests", sep="=", red=True)
        terminalreporter.line(f"{failed}; what they found is above the tests.", red=True)
