"""Products made in the back office: a draft with its variants, what joins and leaves it, and its end."""

from dataclasses import replace

import pytest
from lxml import html

from app import db
from app.money import Money
from app.services import catalog, inventory
from app.services.catalog import making
from tests import make
from tests.blueprints.admin.conftest import sign_in
from tests.services.health.test_fsck import faults
from tests.turns import at_once, refusals
from tests.working import work

pytestmark = pytest.mark.usefixtures("patience")
PART = {"HX-Request": "true", "HX-Request-Type": "partial"}
SIZES = {"option": ["Size", "Paper", ""], "values": ["A4\nA3\n\na4", "Matte\r\nRag", ""]}


def form(client, **fields):
    key = html.fromstring(client.get("/admin/products/new").text).xpath("//input[@name='key']/@value")[0]
    return {"title": "Slack Tide", "kind": "Print", "price": "29,00", "weight": "180", "key": key} | fields


def add(client, **fields):
    return client.post("/admin/products/", data=form(client, **fields))


def made(answer):
    assert answer.status_code == 303, answer.text
    return catalog.get_product_as_staff(answer.location.split("/")[-1].split("?")[0])


def labels(product):
    return [variant.label for variant in product.variants]


def test_new_product_is_a_draft_that_is_pictured_stocked_published_and_bought(admin, client):
    product = made(add(admin, sku="SLK", vendor="Ebb & Co."))
    work("search.")

    assert client.get("/products/slack-tide").status_code == 404
    assert "Slack Tide" in admin.get("/admin/products/").text
    [variant] = product.variants
    assert (variant.sku, variant.price, variant.weight_grams) == ("SLK", Money(2900, "EUR"), 180)
    inventory.receive(variant.id, 3, reason="Delivery", actor="staff:cleo", reference="delivery:1")
    admin.post(
        f"/admin/products/{product.id}",
        data={"title": product.title, "slug": product.slug, "is_published": "y", "version": str(product.revision)},
    )

    assert "Slack Tide" in client.get("/products/slack-tide").text
    assert make.place(make.buyer(variant)).order.lines[0].sku == "SLK"


def test_every_combination_of_options_becomes_a_variant(admin):
    product = made(add(admin, **SIZES))

    assert [(option.name, option.values) for option in product.options] == [
        ("Size", ("A4", "A3")),
        ("Paper", ("Matte", "Rag")),
    ]
    assert labels(product) == ["A4 / Matte", "A4 / Rag", "A3 / Matte", "A3 / Rag"]
    assert {variant.price for variant in product.variants} == {Money(2900, "EUR")}


def test_price_that_is_none_is_refused_at_its_field(admin):
    for typed in ("much", "0"):
        answer = add(admin, price=typed)

        [box] = html.fromstring(answer.text).xpath("//input[@name='price']")
        assert (answer.status_code, box.get("value"), box.get("aria-invalid")) == (422, typed, "true")


def test_two_clicks_make_one_product(admin):
    data = form(admin)

    first, second = (made(admin.post("/admin/products/", data=data)) for _ in range(2))

    assert first.id == second.id


@pytest.mark.parametrize(
    ("title", "slug"),
    [("Straße & Öl – 50 × 70", "strasse-ol-50-70"), ("日本", "product"), ("a_b  --  c", "a-b-c")],
)
def test_address_is_made_of_the_title(admin, title, slug):
    assert made(add(admin, title=title)).slug == slug


def test_two_clicks_at_once_make_one_product(app, monkeypatch):
    key, free_slug = catalog.new_product_key(), making._free_slug

    def other_click(title):
        monkeypatch.setattr(making, "_free_slug", free_slug)
        catalog.add_product("staff:cleo", title, key=key)
        return free_slug(title)

    monkeypatch.setattr(making, "_free_slug", other_click)
    product = catalog.add_product("staff:cleo", "Slack Tide", key=key)

    assert (product.id, product.slug, product.revision) == (key, "slack-tide", 1)


def test_address_that_another_has_or_had_gets_a_number(admin):
    make.product("Slack Tide", slug="slack-tide")
    older = make.product("Ebb", slug="slack-tide-2")
    catalog.save_product(replace(older, slug="ebb"))

    assert made(add(admin)).slug == "slack-tide-3"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"title": ""}, "Write a title."),
        ({"price": "much"}, "Enter an amount"),
        ({"price": "0"}, "Enter a price above 0"),
        ({"weight": "-1"}, "Use 0 to 1000000."),
        ({"option": ["Size"], "values": [""]}, "Give each option a name and at least one value."),
        ({"option": [""], "values": ["A4"]}, "Give each option a name and at least one value."),
        ({"option": ["Size", "size"], "values": ["A4", "A3"]}, "Two options have the same name."),
        ({"option": ["Size"], "values": ["x" * 201]}, "200 for a value"),
        ({"option": ["A", "B"], "values": ["\n".join(map(str, range(40)))] * 2}, "These make 1,600 variants"),
        (SIZES | {"sku": "SLK"}, "Leave it empty; the next page asks for each."),
    ],
)
def test_bad_input_is_refused_and_kept(admin, change, words):
    answer = add(admin, vendor="Ebb & Co.", **change)

    assert answer.status_code == 422
    assert words in answer.text
    page = html.fromstring(answer.text)
    assert page.xpath("//input[@name='vendor']/@value") == ["Ebb & Co."]
    for typed, shown in zip(change.get("values", ()), page.xpath("//textarea[@name='values']"), strict=False):
        assert shown.text_content().strip() == "\n".join(typed.split())


def test_option_and_variants_are_added_later(admin):
    product = made(add(admin, sku="SLK"))

    admin.post(f"/admin/products/{product.id}/options", data={"name": "Size", "value": "A4"})
    answer = admin.post(f"/admin/products/{product.id}/variants", data={"value": "A3", "sku": "SLK-A3", "price": "39"})

    assert answer.location == f"/admin/products/{product.id}?saved=1#product-variants"
    after = made(answer)
    assert after.variants[0].id == product.variants[0].id
    assert labels(after) == ["A4", "A3"]
    assert after.options[0].values == ("A4", "A3")
    assert after.variants[1].price == Money(3900, "EUR")
    assert after.variants[1].weight_grams == 180


@pytest.mark.parametrize(
    ("path", "data", "words"),
    [
        ("variants", {"value": ["a3", "RAG"]}, "A3 / Rag is a variant already."),
        ("variants", {"value": ["A5", ""]}, "Give each option a name and at least one value."),
        ("variants", {"value": ["A5"]}, "Its options have changed."),
        ("variants", {"value": ["A5", "Rag"], "price": "much"}, "Enter an amount"),
        ("options", {"name": "SIZE", "value": "A5"}, "It has the option SIZE already."),
        ("options", {"name": " ", "value": "A5"}, "Give each option a name and at least one value."),
    ],
)
def test_what_cannot_join_is_refused_and_kept(admin, path, data, words):
    product = made(add(admin, **SIZES))

    answer = admin.post(f"/admin/products/{product.id}/{path}", data=data)

    assert answer.status_code == 422
    assert words in answer.text
    assert catalog.get_product_as_staff(product.id) == product
    opened = html.fromstring(answer.text).xpath("//details[@open]//input[@name='value']/@value")
    typed = data["value"] if isinstance(data["value"], list) else [data["value"]]
    assert opened[: len(typed)] == typed


def test_fourth_option_is_not_offered_and_refused(admin):
    product = made(add(admin, option=["A", "B", "C"], values=["1", "1", "1"]))

    assert "Add an option" not in admin.get(f"/admin/products/{product.id}").text
    answer = admin.post(f"/admin/products/{product.id}/options", data={"name": "D", "value": "1"})
    assert answer.status_code == 422


def test_variant_that_never_lay_on_the_shelf_is_removed(admin):
    product = made(add(admin, **SIZES))
    gone = product.variants[3]
    for each in (gone, gone, product.variants[1]):
        admin.post(f"/admin/products/{product.id}/variants/{each.id}/removal")

    after = catalog.get_product_as_staff(product.id)
    assert labels(after) == ["A4 / Matte", "A3 / Matte"]
    assert [option.values for option in after.options] == [("A4", "A3"), ("Matte",)]


def test_variant_that_was_in_stock_and_the_last_one_stay(admin):
    product = make.product("Ebb", options={"Size": ("A4", "A3")}, stock=0)
    inventory.receive(product.variants[0].id, 1, reason="Delivery", actor="staff:cleo", reference="delivery:1")

    page = admin.get(f"/admin/products/{product.id}").text
    kept, removed = (
        admin.post(f"/admin/products/{product.id}/variants/{each.id}/removal") for each in product.variants
    )

    assert page.count("Remove<span") == 1
    assert (kept.status_code, removed.status_code) == (409, 303)
    assert "It has been in stock" in kept.text
    lonely = made(add(admin))
    last = admin.post(f"/admin/products/{lonely.id}/variants/{lonely.variants[0].id}/removal")
    assert last.status_code == 409
    assert "A product keeps its last variant." in last.text
    assert "catalog.stock" not in faults()


def test_draft_is_deleted_and_what_customers_see_is_not(admin, client):
    product = make.product("Ebb", slug="ebb", stock=2)

    refused = admin.post(f"/admin/products/{product.id}/removal")
    catalog.save_product(replace(product, is_published=False))
    answer, again = (admin.post(f"/admin/products/{product.id}/removal") for _ in range(2))

    assert refused.status_code == 409
    assert again.location == answer.location
    assert "Customers see it." in refused.text
    assert "The product was deleted." in admin.get(answer.location).text
    assert admin.get(f"/admin/products/{product.id}").status_code == 404
    assert client.get("/products/ebb").status_code == 410
    assert "catalog.stock" not in faults()


@pytest.mark.parametrize("seed", range(4))
def test_variants_that_two_add_at_once_both_stay(app, admin, seed):
    product = made(add(admin, option=["Size"], values=["A4"]))

    outcomes = at_once(
        app, seed, *[lambda size=size: making.add_variant("staff:cleo", product.id, [size]) for size in ("A3", "A2")]
    )

    assert refusals(outcomes) == []
    assert sorted(labels(catalog.get_product_as_staff(product.id))) == ["A2", "A3", "A4"]


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({"gtin": "4006381333931", "weight": "250"}, 303, ""),
        ({"gtin": "4006381333932"}, 422, "is no GTIN"),
        ({"gtin": "hello"}, 422, "is no GTIN"),
        ({"weight": "heavy"}, 422, "Enter the weight in whole grams"),
        ({"weight": "-5"}, 422, "Enter the weight in whole grams"),
    ],
)
def test_codes_and_weight_of_a_variant_are_written(admin, fields, status, words):
    product = make.product("Ebb")
    [variant] = product.variants
    data = {"price": "29", "weight": "200", "read": catalog.fingerprint(variant)} | fields

    answer = admin.post(f"/admin/products/{product.id}/variants/{variant.id}", data=data)

    assert answer.status_code == status
    assert words in answer.text
    [after] = catalog.get_product_as_staff(product.id).variants
    assert (after.gtin, after.weight_grams) == (("4006381333931", 250) if status == 303 else ("", 200))


def test_code_of_another_kind_that_an_import_brought_may_stay(admin):
    product = make.product("Ebb")
    product = catalog.save_product(replace(product, variants=(replace(product.variants[0], gtin="ISBN 5"),)))
    [variant] = product.variants
    data = {"price": "31", "gtin": "ISBN 5", "weight": "200", "read": catalog.fingerprint(variant)}

    assert admin.post(f"/admin/products/{product.id}/variants/{variant.id}", data=data).status_code == 303


def test_what_was_made_and_deleted_is_in_the_audit(admin):
    product = made(add(admin, option=["Size"], values=["A4"]))
    admin.post(f"/admin/products/{product.id}/variants", data={"value": "A3"})
    admin.post(f"/admin/products/{product.id}/removal")

    with db.orders.reading() as session:
        acts = session.connection().exec_driver_sql("SELECT act FROM audit_intake WHERE act LIKE '%%:intent'").scalars()
        assert {"product.add:intent", "variant.add:intent", "product.delete:intent"} <= set(acts)


def test_who_may_only_read_makes_nothing(app, cleo):
    reader = sign_in(app, make.staff("reader", email="rita@shop.example"))
    product = make.product("Ebb", is_published=False)

    assert "New product" not in reader.get("/admin/products/").text
    for address in ("", f"{product.id}/options", f"{product.id}/variants", f"{product.id}/removal"):
        assert reader.post(f"/admin/products/{address}", data={"title": "X"}).status_code == 403
    assert catalog.get_product_as_staff(product.id).revision == product.revision


@pytest.mark.parametrize(
    ("price", "compare_at", "words"),
    [
        ("25", "39", "it cost €29.00. Customers see that as the price before"),
        ("29", "39", "customers see no reduction"),
    ],
)
def test_staff_are_told_which_price_before_customers_see(admin, price, compare_at, words):
    product = make.product("Ebb", price=2900)
    [variant] = product.variants
    data = {"price": price, "compare_at": compare_at, "weight": "200", "read": catalog.fingerprint(variant)}

    page = admin.post(f"/admin/products/{product.id}/variants/{variant.id}", data=data, headers=PART)

    assert words in page.text
