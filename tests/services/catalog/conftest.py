"""Files of products, and bringing them in."""

import pytest

from app.services import catalog, images
from tests.working import work

HEADER = (
    "Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Option2 Name,Option2 Value,"
    "Variant SKU,Variant Grams,Variant Inventory Qty,Variant Price,Variant Compare At Price,"
    "Image Src,Image Alt Text,Variant Image,Gift Card,"
    "Unit Price Total Measure,Unit Price Total Measure Unit,Unit Price Base Measure,Unit Price Base Measure Unit"
)
COLUMNS = HEADER.split(",")


def line(**cells):
    """Write one row; `Title="Cup"`, `Option1_Value="Red"`."""
    known = {name.replace("_", " "): str(value) for name, value in cells.items()}
    known["Body (HTML)"] = known.pop("Body", "")
    assert set(known) <= set(COLUMNS)
    return ",".join('"' + known.get(name, "").replace('"', '""') + '"' for name in COLUMNS)


@pytest.fixture
def bring(app, tmp_path):
    """Import lines to the end, and return the run."""
    images.make_bucket()

    def bring(*lines, encoding="utf-8", end="\n", to_the_end=lambda: work("imports."), **how):
        path = tmp_path / "products.csv"
        path.write_bytes(end.join((HEADER, *lines)).encode(encoding))
        run = catalog.start_import(path, **how)
        to_the_end()
        return catalog.get_import(run)

    return bring


CUP = (
    line(Handle="cup", Title="Cup", Body="<p onclick=x>Hot<script>y</script></p>", Tags="mug, tea", Published="true",
         Option1_Name="Colour", Option1_Value="Red", Variant_SKU="CUP", Variant_Price="12.50", Variant_Inventory_Qty=4),
    line(Handle="cup", Option1_Value="Blue", Variant_SKU="CUP", Variant_Price="13.50", Variant_Compare_At_Price="15"),
)  # fmt: skip
