"""What people do on the pages of the purchase, with a mouse or without, and what their line does to them."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import FrameLocator, Locator, Page

from tests import make

PATIENCE = 30_000  # ms; how long a page takes where much else runs says nothing about the page


def fill_card(page: Page, number: str) -> None:
    frame = card_form(page)
    frame.locator("[name=number]").fill(number)
    frame.locator("[name=expiry]").fill("12/40")
    frame.locator("[name=cvc]").fill("123")


def card_form(page: Page) -> FrameLocator:
    return page.frame_locator(".payment-frame iframe")


def fill_address(page: Page, email: str) -> None:
    fields = {"email": email} | make.ADDRESSES["DE"]
    del fields["country"]
    for name, text in fields.items():
        page.fill(f"#{name}", text)


def tab_to(wanted: Locator) -> None:
    """Press Tab until the element has the focus, as somebody without a mouse does."""
    wanted.wait_for()
    for _ in range(40):
        if wanted.evaluate("element => element === document.activeElement && document.hasFocus()"):
            return
        wanted.page.keyboard.press("Tab")
    raise AssertionError(f"Tab never reaches {wanted}")


@contextmanager
def held(page: Page, pattern: str) -> Iterator[None]:
    """Leave what is asked for unanswered until the block ends."""
    page.route(pattern, lambda _: None)
    yield
    page.unroute(pattern)
