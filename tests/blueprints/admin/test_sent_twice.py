"""A form of the back office that is sent twice: one change, and no word of somebody else's."""

from datetime import date
from decimal import Decimal

import pytest
from lxml import html

from app.services import catalog, search, tax
from tests import make

PART = {"HX-Request": "true", "HX-Request-Type": "partial"}

pytestmark = pytest.mark.usefixtures("patience")


@pytest.fixture
def print_(app):
    """A print with one picture."""
    media = (catalog.Media(key="0123456789abcdef0123", width=1400, height=1750, alt="Three ridges"),)
    return make.product("Slack Tide", slug="tide", sku="SLK", media=media)


def twice(client, address, data, **more):
    return [client.post(address, data=data, **more) for _ in range(2)]


def test_words_of_a_product_are_changed_once(admin, print_):
    sent = {"title": "Ebb", "slug": "tide", "tags": "sea, blue", "description": "<p>Calm</p>\r\n", "is_published": "y"}

    first, second = twice(admin, f"/admin/products/{print_.id}", sent | {"version": str(print_.revision)})

    assert (first.status_code, second.status_code) == (303, 303)
    assert second.location == first.location
    now = catalog.get_product_as_staff(print_.id)
    assert (now.title, now.revision) == ("Ebb", print_.revision + 1)


@pytest.mark.parametrize(("headers", "status"), [(PART, 200), ({}, 303)])
def test_price_is_changed_once(admin, print_, headers, status):
    [variant] = print_.variants
    sent = {"sku": "SLK", "price": "31.00", "weight": "200", "read": catalog.fingerprint(variant)}

    answers = twice(admin, f"/admin/products/{print_.id}/variants/{variant.id}", sent, headers=headers)

    assert [answer.status_code for answer in answers] == [status, status]
    assert "meanwhile" not in answers[1].text
    assert catalog.get_product_as_staff(print_.id).revision == print_.revision + 1


def test_picture_is_described_once(admin, print_):
    address = f"/admin/products/{print_.id}/pictures/{print_.media[0].key}"

    first, second = twice(admin, address, {"read": "Three ridges", "alt": "Four ridges "})

    assert (first.status_code, second.status_code) == (303, 303)
    assert catalog.get_product_as_staff(print_.id).revision == print_.revision + 1


def test_collection_is_made_and_changed_once(admin):
    key = html.fromstring(admin.get("/admin/collections/new").text).xpath("//input[@name='key']/@value")[0]
    sent = {"title": "Drift", "slug": "drift", "version": "0", "matches": "all", "sort": "", "key": key}

    made, again = twice(admin, "/admin/collections/", sent)
    other = admin.post("/admin/collections/", data=sent | {"title": "Reefs", "slug": "reefs"})
    taken = admin.post("/admin/collections/", data=sent | {"title": "Reefs"})

    assert (made.status_code, again.status_code, other.status_code) == (303, 303, 303)
    assert again.location == made.location != other.location
    assert (taken.status_code, "Choose another" in taken.text) == (409, True)
    assert sorted(each.title for each in catalog.list_collections_as_staff()) == ["Drift", "Reefs"]
    changed, once = twice(admin, f"/admin/collections/{key}", sent | {"title": "Drifts", "version": "1"})
    assert (changed.status_code, once.status_code) == (303, 303)
    assert catalog.get_collection_as_staff(key).revision == 2


def test_rate_is_added_and_changed_once(admin):
    sent = {"country": "de", "tax_class": "reduced", "name": "USt", "percent": "7", "valid_from": "2026-01-01"}

    added, again = twice(admin, "/admin/taxes/", sent)
    other = admin.post("/admin/taxes/", data=sent | {"percent": "8"})

    assert (added.status_code, again.status_code) == (303, 303)
    assert (other.status_code, "There is a rate for this place" in other.text) == (422, True)
    [rate] = tax.list_as_staff()
    assert (rate.percent, rate.valid_from) == (7, date(2026, 1, 1))
    changes = twice(admin, f"/admin/taxes/{rate.id}", {"percent": "9", "version": rate.version}, headers=PART)
    assert [answer.status_code for answer in changes] == [200, 200]
    [now] = tax.list_as_staff()
    assert (now.percent, now.version) == (Decimal(9), rate.version + 1)


def test_synonyms_are_changed_once(admin):
    admin.post("/admin/synonyms/", data={"words": "sofa, couch"})
    [group] = search.list_synonyms()

    sent = {"words": "sofa, couch, settee", "version": str(group.version)}
    answers = twice(admin, f"/admin/synonyms/{group.id}/changes", sent)

    assert [answer.status_code for answer in answers] == [303, 303]
    [now] = search.list_synonyms()
    assert (now.words, now.version) == (["sofa", "couch", "settee"], group.version + 1)


def test_synonyms_are_added_once(admin):
    answers = twice(admin, "/admin/synonyms/", {"words": "sofa, couch"})

    assert [answer.status_code for answer in answers] == [303, 303]
    [group] = search.list_synonyms()
    assert (group.words, group.version) == (["sofa", "couch"], 1)


def test_option_and_variant_are_added_once(admin, print_):
    address = f"/admin/products/{print_.id}"

    options = twice(admin, f"{address}/options", {"name": "Size", "value": "A4"})
    variants = twice(admin, f"{address}/variants", {"value": "A3", "sku": "SLK-A3", "price": "31,00"})
    other = admin.post(f"{address}/variants", data={"value": "a3", "sku": "SLK-A3", "price": "32"})
    another = admin.post(f"{address}/options", data={"name": "size", "value": "A5"})

    assert [answer.status_code for answer in (*options, *variants, other, another)] == [303] * 4 + [422] * 2
    assert "A3 is a variant already" in other.text
    now = catalog.get_product_as_staff(print_.id)
    assert [variant.label for variant in now.variants] == ["A4", "A3"]
    assert now.revision == print_.revision + 2
