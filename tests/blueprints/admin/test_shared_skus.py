"""A SKU that stands for two things, on the page of a product."""

from app.services import catalog
from tests import make
from tests.blueprints.admin.test_products import PART
from tests.working import work


def write(admin, product: catalog.Product, sku: str, **how):
    variant = catalog.get_product_as_staff(product.id).variants[0]
    data = {"sku": sku, "price": "29.00", "compare_at": "", "read": catalog.fingerprint(variant)}
    return admin.post(f"/admin/products/{product.id}/variants/{variant.id}", data=data, **how)


def test_a_sku_that_another_product_has_is_saved_and_told(admin):
    pen, ink = make.product("Pen", sku="PC04"), make.product("Ink", sku="INK")
    work("search")

    part = write(admin, ink, "pc-04", headers=PART)
    page = admin.get(f"/admin/products/{ink.id}").text

    for text in (part.text, page):
        assert "Its SKU is also that of Pen." in text
    assert catalog.get_product_as_staff(ink.id).variants[0].sku == "pc-04"
    assert "Its SKU is also" not in admin.get(f"/admin/products/{make.product('Cap', sku='CAP').id}").text
    assert "Its SKU is also" not in write(admin, ink, "INK", headers=PART).text
    assert "Its SKU is also" not in admin.get(f"/admin/products/{pen.id}").text
