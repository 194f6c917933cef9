"""A real Chromium for the tests that need one. A page that breaks its own Content-Security-Policy fails its test."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from app.services import search
from tests import make
from tests.browser.hands import PATIENCE
from tests.running import RunningShop

_VIOLATIONS = ("Content Security Policy", "Trusted", "Refused to")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The Chromium on PATH, else the one Playwright fetched."""
    installed = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        expect.set_options(timeout=PATIENCE)
        chromium = playwright.chromium.launch(executable_path=installed, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of a stranger, with no cookies."""
    violations: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if any(sign in message.text for sign in _VIOLATIONS):
            violations.append(message.text)

    with browser.new_context() as context:
        page = context.new_page()
        page.on("console", note)
        page.set_default_timeout(PATIENCE)
        yield page
    assert violations == []


@pytest.fixture
def shop(running: RunningShop) -> RunningShop:
    """The web process of a shop."""
    running.start_web()
    return running


@pytest.fixture
def tide(app):
    """The one variant of a product that lists and search know."""
    made = make.product("Slack Tide", slug="slack-tide", stock=5)
    search.index_products([made.id])
    return made.variants[0]


@pytest.fixture(params=[True, False], ids=["with a script", "without"])
def at_address(request: pytest.FixtureRequest, browser: Browser, running: RunningShop):
    """A browser on the address step, with something in the cart: with JavaScript, and without."""
    running.start_web()
    variant = make.variant()
    with browser.new_context(java_script_enabled=request.param) as context:
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        sent = page.request.post(
            f"{running.address}/cart/lines", form={"variant": variant.id}, headers={"Sec-Fetch-Site": "same-origin"}
        )
        assert sent.ok
        page.goto(f"{running.address}/checkout/address")
        yield page
