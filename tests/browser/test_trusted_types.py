"""htmx 4 under the shop's own policy: docs/decisions/0004-htmx-4.md says what it must do, this shows that it does."""

import re
import threading
from collections.abc import Iterator

import pytest
from flask import Flask, Response, render_template_string, request
from playwright.sync_api import Page, expect
from werkzeug.serving import make_server

from app import assets
from app.blueprints import _pages, _security
from app.config import Config
from app.errors import Conflict

PAGE = """
{% extends "base.html" %}{% block title %}{{ title }}{% endblock %}
{% block main %}
<h1>{{ title }}</h1>
<a hx-boost="true" href="/second">Boosted</a>
<form action="/changes" method="post" hx-post="/changes"><button id="change">Change both</button></form>
<button id="conflict" hx-post="/conflict" hx-target="#one" hx-swap="outerHTML">Conflict</button>
<button id="broken" hx-post="/broken" hx-target="#one" hx-swap="outerHTML">Broken</button>
<button id="script" hx-get="/script" hx-target="#one" hx-swap="innerHTML">Script</button>
<button id="sort" hx-get="/?sort=name" hx-target="#one" hx-swap="outerHTML" hx-push-url="true">Sort</button>
<button id="on" hx-on:click="document.title = 'ran'">On</button>
<button id="filter" hx-get="/?sort=name" hx-trigger="click[document.title = 'ran']" hx-target="#one">Filter</button>
<button id="vals" hx-post="/changes" hx-vals="js:{ran: document.title = 'ran'}">Values</button>
<section id="one">{{ one }}</section><section id="two">two</section>
<section id="slow" hx-get="/slow" hx-trigger="every 50ms" hx-swap="outerHTML">waiting</section>
{% endblock %}
"""
SEEN: list[dict[str, str | None]] = []


def make_app(settings: Config) -> Flask:
    app = Flask("app", static_folder=None)
    app.extensions["config"] = settings
    assets.register(app)
    _security.register(app)
    _pages.register(app)
    app.add_url_rule("/cart", "cart.show")  # the frame links to it

    @app.get("/")
    def home() -> str:
        names = ("HX-Request", "HX-Request-Type", "HX-History-Restore-Request")
        SEEN.append({name: request.headers.get(name) for name in names})
        one = f"sorted by {request.args.get('sort', 'nothing')}"
        if _pages.wants_part():
            return f'<section id="one">{one}</section>'
        return render_template_string(PAGE, title="First", one=one)

    @app.get("/second")
    def second() -> str:
        return render_template_string(PAGE, title="Second", one="second")

    @app.post("/changes")
    def changes() -> str:
        sections = [f'<section id="{name}">{name} changed</section>' for name in ("one", "two", "nowhere")]
        return "".join(
            f'<hx-partial hx-target="#{name}" hx-swap="outerHTML">{section}</hx-partial>'
            for name, section in zip(("one", "two", "nowhere"), sections, strict=True)
        )

    @app.post("/conflict")
    def conflict() -> Response:
        raise Conflict("Somebody was faster.")

    @app.post("/broken")
    def broken() -> tuple[str, int]:
        return "<!doctype html><html><body>a proxy's own words</body></html>", 502

    @app.get("/script")
    def script() -> str:
        return '<p>markup</p><script>document.title = "ran"</script>'

    @app.get("/slow")
    def slow() -> str:
        return '<section id="slow">done</section>'

    return app


@pytest.fixture(scope="module")
def address(environment: dict[str, str]) -> Iterator[str]:
    nowhere = {f"SHOP_{name}_URL": "postgresql://nobody@127.0.0.1:9/none" for name in ("CUSTOMERS", "ORDERS")}
    nowhere |= {"SHOP_CATALOG_URL": "mongodb://127.0.0.1:9/none", "SHOP_S3_URL": "http://127.0.0.1:9"}
    nowhere |= {f"SHOP_{name}_URL": "redis://127.0.0.1:9/0" for name in ("REDIS", "CACHE")}
    nowhere |= {"SHOP_S3_ACCESS_KEY": "none", "SHOP_S3_SECRET_KEY": "none"}
    server = make_server("127.0.0.1", 0, make_app(Config.from_env(environment | nowhere)), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def shop(page: Page, address: str) -> Page:
    page.goto(address)
    expect(page.locator("#slow")).to_have_text("done")  # htmx has started: the polling part has polled
    SEEN.clear()
    return page


def test_swap_changes_several_parts_and_ignores_those_not_on_the_page(shop):
    shop.click("#change")

    expect(shop.locator("#one")).to_have_text("one changed")
    expect(shop.locator("#two")).to_have_text("two changed")
    expect(shop.locator("#change")).to_be_visible()


def test_refusal_lands_in_the_notices_and_leaves_the_target_alone(shop):
    shop.click("#conflict")

    expect(shop.locator("#notices")).to_contain_text("Somebody was faster.")
    expect(shop.locator("#one")).to_have_text("sorted by nothing")


def test_broken_answer_is_told_and_not_swapped_in(shop):
    shop.click("#broken")

    expect(shop.locator("#notices")).to_contain_text("The shop did not answer.")
    expect(shop.locator("#one")).to_have_text("sorted by nothing")


def test_lost_connection_is_told(shop):
    shop.route("**/conflict", lambda route: route.abort())

    shop.click("#conflict")

    expect(shop.locator("#notices")).to_contain_text("The shop did not answer.")


def test_boosted_link_swaps_the_page_and_pushes_its_address(shop):
    shop.click("text=Boosted")

    expect(shop.locator("h1")).to_have_text("Second")
    expect(shop).to_have_url(re.compile("/second$"))
    expect(shop).to_have_title(re.compile("^Second"))


def test_back_restores_the_whole_page_without_saying_that_htmx_asks(shop):
    shop.click("#sort")
    expect(shop.locator("#one")).to_have_text("sorted by name")
    expect(shop).to_have_url(re.compile("sort=name$"))

    shop.go_back()

    expect(shop.locator("#one")).to_have_text("sorted by nothing")
    assert SEEN == [
        {"HX-Request": "true", "HX-Request-Type": "partial", "HX-History-Restore-Request": None},
        {"HX-Request": None, "HX-Request-Type": "full", "HX-History-Restore-Request": "true"},
    ]


def test_scripts_in_answers_stay_inert(shop):
    shop.click("#script")

    expect(shop.locator("#one p")).to_have_text("markup")
    expect(shop).to_have_title(re.compile("^First"))


@pytest.mark.parametrize(("trap", "event"), [("#on", "console"), ("#vals", "console"), ("#filter", "pageerror")])
def test_code_in_attributes_is_refused(shop, trap, event):
    with shop.expect_event(event, lambda said: "runs no code from attributes" in getattr(said, "text", str(said))):
        shop.click(trap)

    expect(shop).to_have_title(re.compile("^First"))
    expect(shop.locator("#two")).to_have_text("two")
