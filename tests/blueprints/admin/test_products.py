"""Products in the back office: words, address, publication, SKUs and prices, and what their pictures show."""

from dataclasses import replace

import pytest

from app import db
from app.money import Money
from app.services import catalog, inventory, search
from tests import make
from tests.blueprints.admin.conftest import sign_in
from tests.counting import count_queries

pytestmark = pytest.mark.usefixtures("patience")
PART = {"HX-Request": "true", "HX-Request-Type": "partial"}
MEDIA = catalog.Media(key="0123456789abcdef0123", width=1400, height=1750, alt="Three ridges")


@pytest.fixture
def tide(app):
    """A print in two sizes that search knows."""
    product = make.product("Slack Tide", slug="tide", sku="SLK", options={"Size": ("A4", "A3")}, media=(MEDIA,))
    search.index_products([product.id])
    return product


def now(product):
    return catalog.get_product_as_staff(product.id)


def edit(client, product, **fields):
    data = {"title": "Slack Tide", "slug": "tide", "is_published": "y", "version": str(now(product).revision)}
    return client.post(f"/admin/products/{product.id}", data=data | fields)


def edit_variant(client, product, place=0, **fields):
    variant = product.variants[place]
    data = {"sku": "SLK-1", "price": "29.00", "weight": "200", "read": catalog.fingerprint(variant)} | fields
    headers = data.pop("headers", {})
    return client.post(f"/admin/products/{product.id}/variants/{variant.id}", data=data, headers=headers)


def test_table_finds_by_title_and_sku(admin, tide):
    for q in ("", "slack", "SLK-2", "slk"):
        assert "Slack Tide" in admin.get("/admin/products/", query_string={"q": q}).text, q
    assert "No product matches" in admin.get("/admin/products/", query_string={"q": "ebb"}).text
    with count_queries() as counted:
        admin.get("/admin/products/")
    assert counted.sql <= 2  # who asks, which products
    assert counted.mongo <= 1


def test_table_turns_pages(app):
    products = [make.product(f"Print {n:02}", stock=0) for n in range(5)]
    search.index_products([each.id for each in products])

    first = search.list_products_as_staff(limit=3)
    second = search.list_products_as_staff(limit=3, after=first.after or "")

    assert [each.title for each in (*first.products, *second.products)] == [each.title for each in products]
    assert second.after is None


def test_words_are_written_and_seen_at_once(admin, client, tide):
    answer = edit(
        admin, tide, title="Slack Water", slug="slack-water", kind="Print", tags="Sea, Blue,, Sea",
        description="<p>Ebb.</p><script>x()</script><a href='javascript:x()'>a</a>",
    )  # fmt: skip

    assert answer.location == f"/admin/products/{tide.id}?saved=1"
    assert client.get("/products/tide").location == "/products/slack-water"
    text = client.get("/products/slack-water").text
    assert "<h1><bdi>Slack Water</bdi></h1>" in text
    assert "<p>Ebb.</p>" in text
    assert "x()" not in text
    assert now(tide).tags == ("Sea", "Blue")
    assert 'value="Sea, Blue"' in admin.get(answer.location).text


def test_product_is_taken_back_and_published(admin, client, tide):
    edit(admin, tide, is_published="")
    assert client.get("/products/tide").status_code == 404

    edit(admin, tide)
    assert client.get("/products/tide").status_code == 200


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"title": ""}, "Write a title."),
        ({"slug": "Slack Tide"}, "Use small letters"),
        ({"slug": ""}, "Write an address."),
    ],
)
def test_bad_words_are_refused_with_what_was_typed(admin, tide, fields, says):
    answer = edit(admin, tide, **{"tags": "typed, before"} | fields)

    assert answer.status_code == 422
    assert says in answer.text
    assert "typed, before" in answer.text
    assert now(tide).revision == tide.revision


def test_stale_edit_and_taken_address_are_refused(admin, tide):
    make.product("Other", slug="other")
    edit(admin, tide, title="Newer")

    stale = edit(admin, tide, title="Older", version=str(tide.revision))
    taken = edit(admin, tide, slug="other")

    assert (stale.status_code, taken.status_code) == (409, 409)
    assert 'value="Older"' in stale.text
    assert "It is now: Newer" in stale.text
    assert "Choose another" in taken.text
    assert "It is now" not in taken.text
    assert now(tide).title == "Newer"
    again = {"title": "Older", "version": str(now(tide).revision)}
    assert f'value="{again["version"]}"' in stale.text
    assert edit(admin, tide, **again).status_code == 303


def test_address_that_an_import_brought_stays_until_it_is_changed(admin):
    brought = make.product("Größe", slug="größe_2")

    kept = edit(admin, brought, title="Size", slug="größe_2")
    changed = edit(admin, now(brought), slug="größe_3")

    assert (kept.status_code, changed.status_code) == (303, 422)
    assert (now(brought).title, now(brought).slug) == ("Size", "größe_2")


def test_picture_must_be_described_before_it_is_published(admin, client, tide):
    bare = catalog.save_product(replace(tide, media=(replace(MEDIA, alt=""),), is_published=False))

    refused = edit(admin, bare)
    assert refused.status_code == 422
    assert "A picture below has no description yet." in refused.text

    answer = admin.post(
        f"/admin/products/{tide.id}/pictures/{MEDIA.key}", data={"alt": "Ridges", "read": ""}, headers=PART
    )
    assert answer.text.strip().startswith('<section id="product-pictures"')
    assert edit(admin, bare).status_code == 303
    assert 'alt="Ridges"' in client.get("/products/tide").text


def test_description_of_a_shown_picture_is_not_taken_away_nor_lost(admin, tide):
    address = f"/admin/products/{tide.id}/pictures/{MEDIA.key}"

    empty = admin.post(address, data={"alt": " ", "read": MEDIA.alt}, headers=PART)
    stale = admin.post(address, data={"alt": "Mine", "read": "what it was before"})

    assert (empty.status_code, stale.status_code) == (422, 409)
    assert 'value="Mine"' in stale.text
    assert now(tide).media[0].alt == MEDIA.alt


def test_price_is_written_in_its_row_and_seen_at_once(admin, client, tide):
    answer = edit_variant(admin, tide, sku="SLK-A4", price="31,50", compare_at="39", headers=PART)

    variant = tide.variants[0]
    assert answer.text.strip().startswith(f'<tr id="variant-{variant.id}" class="table__row--changed"')
    saved, prices = now(tide).variants[0], {"price": Money(3150, "EUR"), "compare_at": Money(3900, "EUR")}
    assert saved == replace(variant, sku="SLK-A4", **prices, lowest=variant.price, past=saved.past)
    assert [each.price for each in saved.past] == [variant.price]
    assert "€31.50" in client.get(f"/products/tide?v={variant.id}").text


def test_price_without_a_script_shows_the_page(admin, tide):
    assert edit_variant(admin, tide, price="31").location == f"/admin/products/{tide.id}?saved=1"


@pytest.mark.parametrize("price", ["cheap", "-1", "1.999", "99999999999999"])
def test_bad_price_is_refused_in_the_same_row(admin, tide, price):
    answer = edit_variant(admin, tide, price=price, headers=PART)

    assert answer.status_code == 422
    assert answer.text.strip().startswith(f'<tr id="variant-{tide.variants[0].id}" class="table__row--refused"')
    assert f'value="{price}"' in answer.text
    assert now(tide).variants == tide.variants
    assert now(tide).revision == tide.revision


def test_measure_is_written_in_the_row_and_gives_the_unit_price(admin, client, tide):
    answer = edit_variant(admin, tide, contents="250 g", reference="100 g", headers=PART)

    variant = now(tide).variants[0]
    assert answer.status_code == 200
    assert 'value="250 g"' in answer.text
    assert variant.measure == catalog.Measure(250_000, "g", 100, "g")
    assert "€11.60 / 100 g" in client.get(f"/products/tide?v={variant.id}").text


def test_measure_that_is_none_is_refused_with_advice(admin, tide):
    answer = edit_variant(admin, tide, contents="a lot", headers=PART)

    assert answer.status_code == 422
    assert 'value="a lot"' in answer.text
    assert "as in 750 ml" in answer.text
    assert now(tide).variants[0].measure is None


def test_price_before_must_be_above(admin, tide):
    assert edit_variant(admin, tide, price="29", compare_at="29").status_code == 422


def test_rows_of_one_product_are_edited_beside_each_other(admin, tide):
    first = edit_variant(admin, tide, price="31", headers=PART)
    second = edit_variant(admin, tide, place=1, sku="SLK-2", price="41", headers=PART)

    assert (first.status_code, second.status_code) == (200, 200)
    assert [variant.price.amount for variant in now(tide).variants] == [3100, 4100]


def test_stale_row_is_refused_with_what_was_typed(admin, tide):
    edit_variant(admin, tide, price="31")

    stale = edit_variant(admin, tide, price="35", headers=PART)

    assert stale.status_code == 409
    assert "Somebody else changed this meanwhile. It is now: Price 31.00." in stale.text
    assert 'value="35"' in stale.text
    assert f'value="{catalog.fingerprint(now(tide).variants[0])}"' in stale.text
    assert now(tide).variants[0].price == Money(3100, "EUR")


def test_stale_row_with_a_mistake_is_told_of_both_in_turn(admin, tide):
    edit_variant(admin, tide, price="31")
    read = catalog.fingerprint(tide.variants[0])

    mistaken = edit_variant(admin, tide, price="-", read=read, headers=PART)
    stale = edit_variant(admin, tide, price="35", read=read, headers=PART)

    assert mistaken.status_code == 422
    assert f'value="{read}"' in mistaken.text
    assert "It is now" not in mistaken.text
    assert (stale.status_code, "It is now: Price 31.00." in stale.text) == (409, True)


def test_acts_are_audited(admin, cleo, tide):
    edit(admin, tide, title="Newer")
    edit_variant(admin, tide, price="31")

    with db.orders.reading() as session:
        rows = session.connection().exec_driver_sql(
            "SELECT act, actor, subject, before, after FROM audit_intake WHERE act LIKE '%%:intent' ORDER BY id"
        )
        found = [tuple(row) for row in rows]
    actor, variant = f"staff:{cleo.staff.id}", f"variant:{tide.variants[0].id}"
    assert found == [
        ("product.edit:intent", actor, f"product:{tide.id}", {"title": "Slack Tide"}, {"title": "Newer"}),
        ("variant.edit:intent", actor, variant, {"price": "29.00 EUR"}, {"price": "31.00 EUR"}),
    ]


def test_a_thousand_variants_stay_on_pages(admin):
    product = make.product("Many", stock=0, options={name: tuple("0123456789") for name in ("A", "B", "C")})

    with count_queries() as counted:
        answer = admin.get(f"/admin/products/{product.id}")

    assert answer.text.count('<tr id="variant-') == 50
    assert f"/admin/products/{product.id}?start=50" in answer.text
    assert counted.mongo <= 1
    assert admin.get(f"/admin/products/{product.id}?start=950").text.count('<tr id="variant-') == 50


def test_reader_sees_and_does_not_change(app, tide):
    reader = sign_in(app, make.staff("reader", email="ben@shop.example"))

    assert ">Save<" not in reader.get(f"/admin/products/{tide.id}").text
    assert edit(reader, tide).status_code == 403
    assert edit_variant(reader, tide).status_code == 403


def test_deleted_and_unknown_products_are_not_found(admin, tide):
    catalog.delete_product(tide)

    assert admin.get(f"/admin/products/{tide.id}").status_code == 404
    assert admin.get("/admin/products/none").status_code == 404


def test_product_is_sold_from_a_least_number_in_steps(admin, tide):
    edit(admin, tide, least="6", step="6", most="18")
    sold = now(tide).batch
    refused = edit(admin, tide, least="6", step="6", most="3")
    edit(admin, tide, least="", step="", most="")

    assert sold == catalog.Batch(6, 6, 18)
    assert refused.status_code == 422
    assert "Enter at least 6" in refused.text
    assert now(tide).batch == catalog.Batch()


def test_a_product_becomes_a_gift_card_and_goods_again(admin, tide):
    answer = edit(admin, tide, is_gift_card="y")

    assert answer.status_code == 303
    variant = now(tide).variants[0]
    assert (now(tide).is_gift_card, variant.requires_shipping) == (True, False)
    assert inventory.levels([variant.id])[variant.id].on_hand > 1000
    edit(admin, tide)
    assert (now(tide).is_gift_card, now(tide).variants[0].requires_shipping) == (False, True)


def test_a_gift_card_has_no_price_before_and_no_fortune_on_it(admin, tide):
    edit(admin, tide, is_gift_card="y")

    reduced = edit_variant(admin, now(tide), price="20", compare_at="25")
    rich = edit_variant(admin, now(tide), price="10001")

    assert (reduced.status_code, rich.status_code) == (422, 422)
    assert "no compare-at price" in reduced.text
    assert "up to 10000.00" in rich.text
