"""The home page in the back office: sections in a draft, which customers see once it is published."""

import pytest
from lxml import html

from app import db
from app.errors import Invalid
from app.services import audit, catalog, search
from app.services.audit.outside import unanswered
from tests import make
from tests.blueprints.admin.conftest import sign_in

pytestmark = pytest.mark.usefixtures("patience")
PART = {"HX-Request": "true", "HX-Request-Type": "partial"}
MEDIA = (catalog.Media(key="0123456789abcdef0123", width=1400, height=1750, alt="Three ridges"),)


def act(client, path, version=None, **fields):
    version = catalog.get_home().revision if version is None else version
    headers = fields.pop("headers", {})
    return client.post(f"/admin/home/{path}", data={"version": str(version), **fields}, headers=headers)


def open_intents():
    with db.orders.reading() as session:
        return session.execute(unanswered()).all()


def headings(answer):
    return [found.text_content() for found in html.fromstring(answer.text).xpath("//main//*[self::h1 or self::h2]")]


def test_page_shows_what_customers_see_before_anybody_arranged_it(admin):
    text = admin.get("/admin/home/").text

    assert "New in the shop" in text
    assert "Collections" in text
    assert "Customers see this" in text


def test_section_is_written_and_seen_only_once_it_is_published(admin, client):
    make.product("Slack Tide", slug="slack-tide", media=MEDIA)
    act(admin, "sections", kind="story")
    story = catalog.get_home().draft[-1]

    answer = act(
        admin, f"sections/{story.id}", title="How we print", text="<p>By rule.<script>x()</script></p>",
        shown_of="slack-tide",
        link_label="Read on", link_url="/terms",
    )  # fmt: skip

    assert answer.location == "/admin/home/"
    assert "How we print" in admin.get("/preview").text
    assert "How we print" not in client.get("/").text
    act(admin, "publications")
    shown = client.get("/").text
    assert "How we print" in shown
    assert "<p>By rule.</p>" in shown
    assert MEDIA[0].url in shown
    assert 'href="/terms"' in shown


def test_sections_are_moved_and_removed(admin, client):
    first, second = catalog.get_home().draft

    act(admin, f"sections/{second.id}/moves", by="up")
    act(admin, "publications")
    assert catalog.get_home().sections == (second, first)

    answer = act(admin, f"sections/{second.id}/removal", headers=PART)
    assert answer.text.strip().startswith('<section id="home-sections"')
    assert catalog.get_home().draft == (first,)
    assert act(admin, f"sections/{first.id}/removal").status_code == 422


@pytest.mark.parametrize("fields", [{}, {"by": ""}, {"by": "sideways"}], ids=["missing", "empty", "strange"])
def test_move_that_says_not_where_to_is_refused(admin, fields):
    before = catalog.get_home().draft

    answer = act(admin, f"sections/{before[0].id}/moves", **fields)

    assert answer.status_code == 422
    assert "Nothing was done" in answer.text
    assert catalog.get_home().draft == before


def test_products_of_a_section_are_picked_in_order(admin, client):
    a, b = make.product("Ebb", slug="ebb"), make.product("Flow", slug="flow")
    act(admin, "sections", kind="products")
    section = catalog.get_home().draft[-1]

    act(admin, f"sections/{section.id}", title="Picked", product_ids="flow\r\n/products/ebb\r\n")
    act(admin, "publications")

    [found] = html.fromstring(client.get("/").text).xpath(f'//*[@id="section-{section.id}"]')
    assert [name.text_content() for name in found.find_class("card__name")] == ["Flow", "Ebb"]
    assert catalog.get_home().sections[-1].product_ids == (b.id, a.id)


def test_page_has_one_first_heading_and_stays_within_its_queries(admin, client, count_queries):
    shelf = catalog.Collection(id="c-1", slug="drift", title="Drift")
    products = [make.product(f"Print {n}", slug=f"print-{n}", media=MEDIA) for n in range(6)]
    catalog.save_collection(shelf.__class__(**vars(shelf) | {"product_ids": tuple(each.id for each in products)}))
    search.index_stale()
    for kind in ("hero", "products", "products", "story"):
        act(admin, "sections", kind=kind)
    sections = catalog.get_home().draft
    act(admin, f"sections/{sections[-3].id}", title="Of a shelf", collection_ids="c-1")
    act(admin, "publications")
    client.get("/collections")

    with count_queries() as counted:
        answer = client.get("/")

    assert answer.text.count("<h1") == 1
    assert "Of a shelf" in headings(answer)
    assert counted.sql <= 2 + 1  # the state of the stock is read at each request here
    assert counted.mongo <= 2 + 1


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"title": ""}, "Write a title."),
        ({"title": "A", "shown_of": "nothing"}, "No product or collection at"),
        ({"title": "A", "link_label": "Go", "link_url": "https://elsewhere.example"}, "Write a path of this shop"),
        ({"title": "A", "link_url": "//elsewhere.example", "link_label": "Go"}, "Write a path of this shop"),
        ({"title": "A", "link_url": "/terms"}, "Write both, or neither."),
    ],
)
def test_bad_input_is_refused_with_what_was_typed(admin, fields, says):
    act(admin, "sections", kind="hero")
    section = catalog.get_home().draft[-1]

    answer = act(admin, f"sections/{section.id}", text="<p>Typed</p>", **fields)

    assert answer.status_code == 422
    assert says in answer.text
    assert "&lt;p&gt;Typed&lt;/p&gt;" in answer.text
    assert catalog.get_home().draft[-1] == section


def test_all_that_is_wrong_with_a_section_is_named_at_once(admin):
    act(admin, "sections", kind="hero")
    act(admin, "sections", kind="products")
    opening, products = catalog.get_home().draft[-2:]

    first = act(
        admin, f"sections/{opening.id}", title="", shown_of="nothing", link_label="Go", link_url="//elsewhere.example"
    ).text
    second = act(admin, f"sections/{products.id}", title="A", product_ids="nothing", link_url="/terms").text

    assert "Write a title." in first
    assert "No product or collection at" in first
    assert "Write a path of this shop" in first
    assert "There is no product at “nothing”." in second
    assert "Write both, or neither." in second


def test_removal_of_a_section_says_what_it_does_before_it_is_done(admin):
    [first, _] = catalog.get_home().draft

    page = html.fromstring(admin.get("/admin/home/").text)

    [form] = page.xpath(f'//form[@action="/admin/home/sections/{first.id}/removal"]')
    assert form.getparent().tag == "details"
    assert "open" not in form.getparent().attrib
    assert "Customers still see it until the draft is published." in form.text_content()


def test_unknown_product_is_refused(admin):
    act(admin, "sections", kind="products")
    section = catalog.get_home().draft[-1]

    answer = act(admin, f"sections/{section.id}", title="Picked", product_ids="nothing", headers=PART)

    assert answer.status_code == 422
    assert "There is no product at “nothing”." in answer.text
    assert answer.text.strip().startswith('<section id="home-sections"')


def test_stale_edit_is_refused_and_shows_what_is_there_now(admin):
    read = catalog.get_home().revision
    act(admin, "sections", kind="story")

    stale = act(admin, "sections", version=read, kind="hero", headers=PART)

    assert stale.status_code == 409
    assert "Somebody else changed this" in stale.text
    assert catalog.get_home().draft[-1].kind == "story"
    assert f'name="version" value="{catalog.get_home().revision}"' in stale.text


def test_acts_are_audited_before_and_after(admin, cleo):
    act(admin, "publications")

    with db.orders.reading() as session:
        rows = session.connection().exec_driver_sql("SELECT act, actor FROM audit_intake ORDER BY id").all()
    actor = f"staff:{cleo.staff.id}"
    assert rows == [("home.publish:intent", actor), ("home.publish:done", actor)]
    assert open_intents() == []


def test_act_that_broke_off_is_known_and_one_refused_is_not(app):
    with pytest.raises(Invalid), audit.outside("staff:x", "home.publish", "home"):
        raise Invalid("No.")
    with pytest.raises(ZeroDivisionError), audit.outside("staff:x", "home.publish", "home"):
        raise ZeroDivisionError

    assert len(open_intents()) == 1


def test_reader_sees_and_does_not_change(app, client):
    reader = sign_in(app, make.staff("reader", email="ben@shop.example"))

    assert "Publish" not in reader.get("/admin/home/").text
    assert act(reader, "publications").status_code == 403
    assert client.get("/preview").status_code == 303
