"""A price of 0 in a variant's row: refused, and one that an import brought is shown as it is."""

from dataclasses import replace

import pytest

from app.money import Money
from app.services import catalog
from tests import make

PART = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def tide(app):
    """A print in two sizes."""
    return make.product("Slack Tide", slug="tide", sku="SLK", options={"Size": ("A4", "A3")})


def now(product):
    return catalog.get_product_as_staff(product.id)


def save(client, product, *, headers, **fields):
    variant = now(product).variants[0]
    data = {"sku": "SLK-1", "price": "29.00", "compare_at": "", "read": catalog.fingerprint(variant)} | fields
    return client.post(f"/admin/products/{product.id}/variants/{variant.id}", data=data, headers=headers)


@pytest.mark.parametrize("headers", [PART, {}])
def test_price_of_nothing_is_refused_with_a_reason(admin, tide, headers):
    answer = save(admin, tide, price="0,00", sku="TYPED", headers=headers)
    before = save(admin, tide, compare_at="0", headers=headers)

    assert (answer.status_code, before.status_code) == (422, 422)
    assert "Enter a price above 0, or leave it empty while it is not for sale." in answer.text
    assert 'value="0,00"' in answer.text
    assert 'value="TYPED"' in answer.text
    assert "The compare-at price must be above the price" in before.text
    assert now(tide).variants == tide.variants


def test_price_of_nothing_that_an_import_brought_is_shown_and_not_erased(admin, tide):
    free = replace(tide.variants[0], price=Money.zero("EUR"))
    catalog.save_product(replace(now(tide), variants=(free, *tide.variants[1:])))

    page = admin.get(f"/admin/products/{tide.id}")
    kept = save(admin, tide, price="0.00", sku="SLK-9", headers=PART)

    assert 'value="0.00"' in page.text
    assert kept.status_code == 422
    assert now(tide).variants[0].price == Money.zero("EUR")
