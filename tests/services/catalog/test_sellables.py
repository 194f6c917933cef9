"""What a cart reads of the variants in it."""

from dataclasses import replace

import pytest

from app.services import catalog
from app.services.catalog import reading
from app.services.catalog.documents import to_product
from tests import make


@pytest.fixture
def variants(app):
    """The variants of a product that has many."""
    return make.product(options={"Size": tuple(str(size) for size in range(300))}, stock=0).variants


def test_of_many_variants_only_those_asked_for_are_read(variants, monkeypatch):
    read = []
    monkeypatch.setattr(reading, "to_product", lambda document: read.append(document) or to_product(document))

    found = catalog.find_variants([variants[7].id, variants[299].id, "nobody"])

    assert [each["id"] for document in read for each in document["variants"]] == [variants[7].id, variants[299].id]
    assert [each.options_label for each in found.values()] == ["7", "299"]


@pytest.mark.parametrize(
    "differs",
    [
        {},
        {"tax_class": "reduced"},
        {"batch": catalog.Batch(least=2)},
        {"is_gift_card": True},
        {"is_published": False},
        {"is_deleted": True},
        {"slug": "tide", "title": "Low Tide"},
    ],
)
def test_a_sellable_is_as_its_whole_product_has_it(app, differs):
    image = catalog.Media(key="k", width=3, height=2, alt="Waves")
    made = make.product(price=2900, sku="SLACK", media=(image,))
    product = catalog.save_product(replace(made, **differs))

    [found] = catalog.find_variants([product.variants[0].id]).values()

    assert found == reading._to_sellable(product, product.variants[0])
    assert (found.sku, found.price.amount, found.image) == ("SLACK", 2900, image)
    assert found.title == differs.get("title", "Slack Tide")


@pytest.mark.parametrize("strange", ["$slug", "$$ROOT", "$$nobody", "$", "{}"])
def test_what_looks_like_an_expression_is_a_variant_that_nobody_has(variants, strange):
    assert set(catalog.find_variants([strange, variants[7].id])) == {variants[7].id}
