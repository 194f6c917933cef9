"""What every test may ask for. The engines are in `tests/engines.py`."""

import pytest
from launcher import settings

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
