"""Collections in the back office: picked by hand, found by rules, seen by customers within two seconds."""

from dataclasses import replace

import pytest
from lxml import html

from app.money import Money
from app.services import catalog, search
from tests import make
from tests.blueprints.admin.conftest import sign_in
from tests.working import work

pytestmark = pytest.mark.usefixtures("patience")


def tagged(title, *tags, price=2900, **fields):
    product = make.product(title, slug=title.lower(), price=price, stock=1)
    return catalog.save_product(replace(product, tags=tags, **fields))


def save(client, path="", **fields):
    """Send the form of a collection with its rules, a list of (kind, value)."""
    rules = fields.pop("rules", [])
    data = {"title": "Drift", "slug": "drift", "version": "0", "is_published": "y", "matches": "all", "sort": ""}
    data |= fields | {"rule": [kind for kind, _ in rules], "value": [value for _, value in rules]}
    answer = client.post(f"/admin/collections/{path}", data=data)
    work("search.")
    return answer


def titles(client, address="/collections/drift"):
    return [name.text_content() for name in html.fromstring(client.get(address).text).find_class("card__name")]


def test_collection_is_made_by_hand_and_seen(admin, client):
    tagged("Ebb")
    tagged("Flow")

    answer = save(admin, product_ids="flow\nebb", description="All <b>that</b> drifts.")

    assert answer.status_code == 303
    assert titles(client) == ["Flow", "Ebb"]
    assert "All that drifts." in client.get("/collections/drift").text
    assert "Saved" in admin.get(answer.location).text
    assert "flow\nebb</textarea>" in admin.get(answer.location).text.replace("\r", "")


def test_collections_at_one_place_have_one_order_for_shop_and_staff(admin):
    made = [catalog.save_collection(catalog.Collection(id=each, slug=each, title=each)) for each in ("c2", "c1")]

    shown, listed = catalog.collections(), catalog.list_collections_as_staff()

    assert {shelf.position for shelf in made} == {0}
    assert [shelf.id for shelf in shown] == [shelf.id for shelf in listed] == ["c1", "c2"]


def test_rules_find_products_behind_those_that_were_picked(admin, client):
    for title, tags in (("Ebb", ("Sea",)), ("Flow", ("Sea", "Blue")), ("Hill", ("Land",)), ("Reef", ("sea",))):
        tagged(title, *tags)
    work("search.")

    save(admin, product_ids="hill", rules=[("tag", "sea"), ("", "")])

    assert titles(client) == ["Hill", "Reef", "Flow", "Ebb"]


@pytest.mark.parametrize(
    ("matches", "rules", "found"),
    [
        ("all", [("tag", "Sea"), ("price_to", "30")], ["Ebb"]),
        ("any", [("tag", "Sea"), ("price_to", "30")], ["Hill", "Flow", "Ebb"]),
        ("all", [("price_from", "40")], ["Flow"]),
        ("all", [("title", "lo")], ["Flow"]),
        ("all", [("kind", "print")], ["Hill"]),
        ("all", [("vendor", "Ebb & Co.")], ["Ebb"]),
        ("all", [("title", ".*")], []),
    ],
)
def test_rules_compare(admin, client, matches, rules, found):
    tagged("Ebb", "Sea", vendor="Ebb & Co.")
    tagged("Flow", "Sea", price=4900)
    tagged("Hill", "Land", kind="Print")
    work("search.")

    save(admin, matches=matches, rules=rules)

    assert titles(client) == found


def test_product_joins_and_leaves_as_it_changes(admin, client):
    product = tagged("Ebb", "Land")
    save(admin, rules=[("tag", "Sea")])
    assert titles(client) == []

    product = catalog.save_product(replace(product, tags=("Sea",)))
    work("search.")
    assert titles(client) == ["Ebb"]

    product = catalog.save_product(replace(product, tags=("Land",)))
    work("search.")
    assert titles(client) == []


def test_product_that_was_picked_stays_when_no_rule_finds_it(admin, client):
    product = tagged("Ebb", "Sea")
    save(admin, product_ids="ebb", rules=[("tag", "Sea")])

    catalog.save_product(replace(product, tags=()))
    work("search.")

    assert titles(client) == ["Ebb"]


def test_product_that_changes_while_rules_are_read_is_found_by_the_sweep(admin, client, monkeypatch):
    product = tagged("Ebb")
    read = catalog.match

    def change_meanwhile(collection, **kwargs):
        found = read(collection, **kwargs)
        if not changed:
            changed.append(catalog.save_product(replace(product, tags=("Sea",))))
            search.index_products([product.id])
        return found

    changed: list[catalog.Product] = []
    monkeypatch.setattr(catalog, "match", change_meanwhile)
    save(admin, rules=[("tag", "Sea")])
    search.index_stale()

    assert titles(client) == ["Ebb"]


def test_list_of_a_ruled_collection_is_one_question(admin, client, count_queries):
    for n in range(5):
        tagged(f"Print{n}", "Sea")
    save(admin, rules=[("tag", "Sea")])
    [shelf] = catalog.list_collections_as_staff()

    with count_queries() as counted:
        assert len(search.list_products(collection_id=shelf.id).cards) == 5

    assert (counted.sql, counted.mongo) == (2, 1)  # which, how many are left, what they look like


def test_collection_has_an_order_of_its_own(admin, client):
    tagged("Dear", "Sea", price=9900)
    tagged("Cheap", "Sea", price=900)

    save(admin, rules=[("tag", "Sea")], sort="price")

    assert titles(client) == ["Cheap", "Dear"]
    assert titles(client, "/collections/drift?sort=-price") == ["Dear", "Cheap"]


def test_count_first_says_what_would_come_of_it_and_saves_nothing(admin):
    tagged("Ebb", "Sea")
    tagged("Draft", "Sea", is_published=False)

    answer = save(admin, rules=[("tag", "Sea")], count="1")

    assert "1 product</strong> would be shown" in answer.text
    assert "Ebb" in answer.text
    assert catalog.list_collections_as_staff() == []


def test_new_address_leads_on(admin, client):
    save(admin)
    [shelf] = catalog.list_collections_as_staff()

    save(admin, shelf.id, slug="drifting", version=str(shelf.revision))

    assert client.get("/collections/drift").location == "/collections/drifting"


def test_unpublished_collection_is_not_found(admin, client):
    save(admin)
    [shelf] = catalog.list_collections_as_staff()
    assert client.get("/collections/drift").status_code == 200

    save(admin, shelf.id, version=str(shelf.revision), is_published="")

    assert client.get("/collections/drift").status_code == 404


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"title": ""}, "Write a title."),
        ({"slug": "Drift!"}, "Use small letters"),
        ({"product_ids": "nothing"}, "There is no product at “nothing”."),
        ({"rules": [("tag", "")]}, "Say what"),
        ({"rules": [("price_to", "cheap")]}, "is no price"),
        ({"rules": [("price_to", "cheap")], "count": "1"}, "is no price"),
        ({"shown_of": "nothing"}, "No product or collection at"),
    ],
)
def test_bad_input_is_refused_with_what_was_typed(admin, fields, says):
    answer = save(admin, **{"description": "Typed words"} | fields)

    assert answer.status_code == 422
    assert says in answer.text
    assert "Typed words" in answer.text
    assert catalog.list_collections_as_staff() == []


@pytest.mark.parametrize("count", [{}, {"count": "1"}], ids=["saved", "counted"])
def test_all_that_is_wrong_is_named_at_once(admin, count):
    rules = [("price_to", "cheap"), ("tag", "")]

    answer = save(admin, title="", slug="Drift!", product_ids="nothing", shown_of="neither", rules=rules, **count)

    assert answer.status_code == 422
    for words in (
        "Write a title.",
        "Use small letters",
        "There is no product at “nothing”.",
        "is no price",
        "Say what",
    ):
        assert words in answer.text
    assert "No product or collection at “neither” has that picture." in answer.text


def test_stale_edit_and_taken_address_are_refused(admin):
    save(admin)
    [shelf] = catalog.list_collections_as_staff()
    save(admin, shelf.id, title="Newer", version=str(shelf.revision))

    stale = save(admin, shelf.id, title="Older", version=str(shelf.revision))
    taken = save(admin, title="Another")

    assert (stale.status_code, taken.status_code) == (409, 409)
    assert "Somebody else changed this" in stale.text
    assert 'value="Older"' in stale.text
    assert "It is now: Newer" in stale.text
    assert "Choose another" in taken.text
    assert [each.title for each in catalog.list_collections_as_staff()] == ["Newer"]


def test_stale_edit_with_a_mistake_is_told_of_both_and_keeps_what_was_typed(admin):
    save(admin, rules=[("tag", "sea")])
    [shelf] = catalog.list_collections_as_staff()
    save(admin, shelf.id, title="Newer", version=str(shelf.revision), rules=[("tag", "night")])

    answer = save(admin, shelf.id, description="Typed words", version=str(shelf.revision), shown_of="nothing")

    assert answer.status_code == 422
    for words in ("No product or collection at", "It is now: Newer", "Its rules are now: tag night", "Typed words"):
        assert words in answer.text


def test_reader_sees_and_does_not_change(app, admin):
    save(admin)
    [shelf] = catalog.list_collections_as_staff()
    reader = sign_in(app, make.staff("reader", email="ben@shop.example"))

    assert "Drift" in reader.get("/admin/collections/").text
    assert ">Save<" not in reader.get(f"/admin/collections/{shelf.id}").text
    assert save(reader, shelf.id).status_code == 403
    assert admin.get("/admin/collections/none").status_code == 404


@pytest.mark.parametrize("value", ["999999999999999999", "-1", "1.200"])
def test_a_price_that_no_product_can_have_is_no_rule(admin, value):
    answer = save(admin, rules=[("price_to", value)])

    assert answer.status_code == 422
    assert catalog.list_collections_as_staff() == []


def test_price_rule_knows_any_variant(app):
    product = make.product("Both", options={"Size": ("A4", "A3")}, stock=0)
    dear = replace(product.variants[1], price=Money(9900, "EUR"))
    catalog.save_product(replace(product, variants=(product.variants[0], dear)))
    shelf = catalog.Collection(id="c", slug="c", title="C", rules=(catalog.Rule("price_from", "90"),))

    assert catalog.match(shelf) == [product.id]


def test_members_are_those_picked_and_those_that_rules_find(app):
    picked, found = tagged("Ebb"), tagged("Flow", "Sea")
    rules = (catalog.Rule("tag", "Sea"),)
    catalog.save_collection(catalog.Collection(id="c", slug="c", title="C", product_ids=(picked.id,), rules=rules))

    assert catalog.members_of(["c"], among=[picked.id, found.id, "other"]) == {"c": {picked.id, found.id}}
