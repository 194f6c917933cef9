"""What every test may ask for. The engines are in `tests/engines.py`."""

import contextvars
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pymongo
import pytest
import stripe as stripe_sdk
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from launcher import settings
from launcher.test import FAILED_CHECKS

from app import create_app, db
from app.config import Config
from app.services.accounts import passwords
from app.services.notifications import sendgrid
from app.services.payments import stripe
from app.services.shipping import ups
from tests import engines, specs
from tests.companies import Companies
from tests.counting import Counted
from tests.counting import count_queries as counting
from tests.engines import Stores, stores, worker_stores
from tests.running import RunningShop, free_port

__all__ = ["stores", "worker_stores"]

_TESTS = Path(__file__).parent
_LONG = {"bench", "browser", "demo", "journeys", "launcher"}  # the rooms of tests that start shops of their own

# How long an example takes says how busy the machine is, not whether it is right.
hypothesis_settings.register_profile("shop", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("shop")


def pytest_configure(config: pytest.Config) -> None:
    """Start the engines before the first test is looked for."""
    engines.start(config)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long: who is done early takes over tests from the other's end, and those are short then."""
    items.sort(key=lambda item: item.path.relative_to(_TESTS).parts[0] not in _LONG)


@pytest.fixture(scope="session")
def environment() -> dict[str, str]:
    """The app's settings in tests, all but the stores: a shop at a port of its own, whose companies do not answer."""
    origin = f"http://127.0.0.1:{free_port()}"
    return settings.shop(env="test", origin=origin, secret_key="t" * 32) | settings.nobody()


@pytest.fixture(scope="session")
def all_companies(environment: dict[str, str]) -> Iterator[Companies]:
    """The stand-ins of this worker, for the whole run."""
    companies = Companies(environment["SHOP_ORIGIN"], free_port())
    yield companies
    companies.close()


@pytest.fixture
def own_signals() -> Iterator[None]:
    """Signals as they were, after RQ has taken them."""
    before = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)}
    yield
    for each, handler in before.items():
        signal.signal(each, handler)


@pytest.fixture
def companies(all_companies: Companies) -> Iterator[Companies]:
    """The stand-ins, with nothing in their books and no lever pulled.

    Every call made of them must be one that the company's own specification allows, where that is at hand.
    """
    all_companies.reset()
    all_companies.pull("record")
    yield all_companies
    if specs.FOLDER.is_dir():
        assert specs.of_exchanges(all_companies.exchanges()) == []


@pytest.fixture(scope="session")
def shop_settings(environment: dict[str, str], worker_stores: Stores, all_companies: Companies) -> dict[str, str]:
    """All settings of a shop that has its stores and its companies."""
    return environment | worker_stores.settings() | settings.standins(all_companies.address)


class Browser(FlaskClient):
    """A browser without JavaScript. Each request starts afresh: it shares no `g` with the test or the one before."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"

    def open(self, *args, **kwargs):
        kwargs.setdefault("buffered", True)  # what is streamed is read in the context of its request
        return contextvars.Context().run(super().open, *args, **kwargs)


@pytest.fixture(scope="session")
def one_app(shop_settings: dict[str, str]) -> Iterator[Flask]:
    """The app of this worker. Tests ask for `app`."""
    app = create_app(Config.from_env(shop_settings))
    app.test_client_class = Browser
    # Passwords that nobody guesses need not be slow to check, and Stripe's library need not wait before it tries again.
    passwords._HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    stripe_sdk.HTTPClient.INITIAL_DELAY = 0
    yield app
    app.extensions["stores"].close()
    app.extensions["push"].close()
    ups._client().close()  # which lives as long as its process, and would be found open at its end
    for database in db.BOTH:
        database.close()


@pytest.fixture
def app(one_app: Flask, stores: Stores, companies: Companies) -> Iterator[Flask]:
    """The app with empty stores and companies that answer, in its context."""
    for company in (stripe, ups, sendgrid):
        company.breaker.reset()
    for known in ("page_state", "known"):  # what it knew of the stores that the test before had
        one_app.extensions.pop(known, None)
    with one_app.app_context():
        yield one_app


@pytest.fixture
def captures_on_shipping(app: Flask) -> Iterator[None]:
    """A shop that charges when the parcel leaves."""
    before = app.extensions["config"]
    app.extensions["config"] = replace(before, capture="on_shipping")
    yield
    app.extensions["config"] = before


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without JavaScript that has never been here."""
    return app.test_client()


@pytest.fixture
def catalog_down(app: Flask) -> Iterator[None]:
    """A catalogue that does not answer: its client knocks at a port where nobody listens."""
    known = vars(app.extensions["stores"])
    before = app.extensions["stores"].catalog
    address = f"mongodb://127.0.0.1:{free_port()}"
    with pymongo.MongoClient[dict[str, Any]](address, serverSelectionTimeoutMS=50) as nobody:
        known["catalog"] = nobody["catalog"]
        yield
        known["catalog"] = before


@pytest.fixture
def count_queries(app: Flask) -> Callable[[], AbstractContextManager[Counted]]:
    """Count what a piece of code asks the stores: `with count_queries() as counted: …`, then `counted.sql`."""
    return counting


@pytest.fixture
def no_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the state of the shop stay as it was read, however long a page takes: what is counted is the page's own."""
    monkeypatch.setattr("app.services.pages.reading._FRESH", 600.0)


@pytest.fixture
def running(shop_settings: dict[str, str], app: Flask) -> Iterator[RunningShop]:
    """The shop as processes; a test starts those that it needs."""
    shop = RunningShop(shop_settings)
    yield shop
    shop.close()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail the run when a check before it found fault."""
    if os.environ.get(FAILED_CHECKS) and session.exitstatus == 0:
        session.exitstatus = 1


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say so just above the closing line."""
    if failed := os.environ.get(FAILED_CHECKS):
        terminalreporter.section("checks that found fault before the tests", sep="=", red=True)
        terminalreporter.line(f"{failed}; what they found is above the tests.", red=True)
