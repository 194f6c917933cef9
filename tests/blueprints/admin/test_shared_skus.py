"""A SKU that stands for two things, on the page of a product."""

from app.services import catalog
from tests import make
from tests.blueprints.admin.test_products import PART
from tests.working import work


def write(admin, product: catalog.Product, sku: str, price: str = "29.00", **how):
    variant = catalog.get_product_as_staff(product.id).variants[0]
    data = {"sku": sku, "price": price, "compare_at": "", "read": catalog.fingerprint(variant)}
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


def test_a_refused_row_keeps_all_that_it_says_and_offers(admin):
    product = make.product("Ink", sku="PC04", options={"Size": ("Small", "Large")}, stock=0)
    make.product("Pen", sku=product.variants[0].sku)
    work("search")

    for how in ({"headers": PART}, {}):
        refused = write(admin, product, product.variants[0].sku, "much", **how)

        assert refused.status_code == 422
        row = refused.text.split(f'<tr id="variant-{product.variants[0].id}"')[1].split("</tr>")[0]
        assert "Its SKU is also that of Pen." in row
        assert "Remove<span" in row
