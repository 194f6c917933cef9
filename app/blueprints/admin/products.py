"""Products: their words, address and tags, whether customers see them, and codes, prices and weight of each variant."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, request, url_for

from app.blueprints._access import staff, staff_only
from app.blueprints._forms import mark
from app.blueprints._pages import changed, page, see_other, status_of
from app.blueprints._security import allow_upload
from app.blueprints.admin._newer import find_newer, mark_newer
from app.blueprints.admin.product_forms import Edit, EditVariant, Upload
from app.errors import Conflict, Invalid, ShopError
from app.money import Money
from app.services import catalog, images, inventory, search

bp = Blueprint("products", __name__, url_prefix="/products")

_VARIANTS = 50  # on one page
_NO_WEIGHT = "Enter the weight in whole grams, from 0 to 1000000."


@bp.get("/")
@staff_only("catalog.read")
def index() -> Response:
    """List products by title, published or not."""
    q, after = request.args.get("q", "").strip(), request.args.get("after", "")
    found = search.list_products_as_staff(q=q, after=after)
    later = url_for(".index", q=q or None, after=found.after) if found.after else None
    return page(
        "admin/products/index.html",
        part="admin/products/_table.html",
        products=found.products,
        q=q,
        later=later,
        is_first=not after,
        may_edit=staff().may("catalog.edit"),
        was_deleted="deleted" in request.args,
    )


@bp.get("/<product>")
@staff_only("catalog.read")
def show(product: str) -> Response:
    """Show a product with its forms."""
    return page("admin/products/show.html", part="admin/products/_variants.html", **everything(product))


@bp.post("/<product>")
@staff_only("catalog.edit")
def edit(product: str) -> Response:
    """Write a product's words, publish it or take it back."""
    form, shown = Edit(request.form), catalog.get_product_as_staff(product)
    if not form.validate():
        return _refuse(product, None, form=form)
    written = catalog.changed_product(
        shown,
        title=(form.title.data or "").strip(),
        slug=(form.slug.data or "").strip(),
        kind=(form.kind.data or "").strip(),
        vendor=(form.vendor.data or "").strip(),
        tags=(form.tags.data or "").split(","),
        description=form.description.data or "",
        batch=catalog.Batch(form.least.data or 1, form.step.data or 1, form.most.data),
        tax_class=form.tax_class.data or shown.tax_class,
        is_gift_card=form.is_gift_card.data,
        is_published=form.is_published.data,
    )
    try:
        catalog.edit_product(staff().actor, written, version=form.version.data or 0)
    except (Invalid, Conflict) as refusal:
        return _refuse(product, refusal, form=form)
    return see_other(url_for(".show", product=product, saved=1))


@bp.post("/<product>/variants/<variant>")
@staff_only("catalog.edit")
def edit_variant(product: str, variant: str) -> Response:
    """Write a variant's codes, prices, weight and measure; answers its row, or to one without a script the page."""
    form = EditVariant(request.form)
    try:
        if not form.validate():
            raise Invalid(_NO_WEIGHT if form.weight.errors else "That could not be read. Reload the page.")
        price, before = _prices(form)
        saved = catalog.edit_variant(
            staff().actor, product, variant,
            read=form.read.data or "", sku=(form.sku.data or "").strip(), gtin=(form.gtin.data or "").strip(),
            price=price, compare_at=before, weight_grams=form.weight.data or 0,
            measure=catalog.read_measure(form.contents.data or "", form.reference.data or ""),
        )  # fmt: skip
    except (Invalid, Conflict) as refusal:
        return _refuse_variant(product, variant, form, refusal)
    row = _rows([saved])[0] | {"was_changed": True}
    return changed(
        "admin/products/_variant.html", then=url_for(".show", product=product, saved=1), row=row, **_frame(product)
    )


def _prices(form: EditVariant) -> tuple[Money | None, Money | None]:
    price, before = catalog.read_price(form.price.data or ""), catalog.read_price(form.compare_at.data or "")
    if before is not None and (price is None or before.amount <= price.amount):
        raise Invalid("The compare-at price must be above the price, or empty.")
    return price, before


def _refuse(product: str, refusal: ShopError | None, *, form: Edit) -> Response:
    mark(form, refusal)
    status, context = status_of(refusal) if refusal else 422, everything(product)
    if form.version.data != context["form"].version.data:
        mark_newer(form, context["form"])
        form.version.process_data(context["form"].version.data)
    return page("admin/products/show.html", status=status, **context | {"form": form, "refusal": refusal})


def _refuse_variant(product: str, variant: str, form: EditVariant, refusal: ShopError) -> Response:
    """Show the row with what was typed; after a Conflict with what it is now, from which the next try counts."""
    context = everything(product)
    found = next((each for each in context["product"].variants if each.id == variant), None)
    if found is None:
        raise refusal
    [row] = _rows([found])
    if isinstance(refusal, Conflict):
        newer = [f"{form[name].label.text} {now}" for name, now in find_newer(form, row["form"]).items()]
        if newer:
            said = "Somebody else changed this meanwhile. It is now:"
            refusal = Conflict(f"{said} {', '.join(newer)}. Save again if yours is still needed.")
        form.read.process_data(row["form"].read.data)
    row |= {"form": form, "refusal": refusal}
    context["rows"] = [row if each["variant"].id == variant else each for each in context["rows"]]
    return page(
        "admin/products/show.html", part="admin/products/_variant.html", status=status_of(refusal),
        **context | {"row": row},
    )  # fmt: skip


def _frame(product: str) -> dict[str, Any]:
    return {"product_id": product, "may_edit": staff().may("catalog.edit")}


def everything(product: str) -> dict[str, Any]:
    """Gather what the page of a product shows, and let it send pictures to the bucket."""
    allow_upload()
    shown = catalog.get_product_as_staff(product)
    start = request.args.get("start", "")
    batch = shown.batch
    form = Edit(obj=shown, version=shown.revision, least=batch.least, step=batch.step, most=batch.most)
    form.tags.data = ", ".join(shown.tags)
    first = int(start) if start.isdecimal() and len(start) < 7 else 0
    following = first + _VARIANTS
    has_more = following < len(shown.variants)
    return {
        "product": shown,
        "form": form,
        "uploads": catalog.uploads_of(product),
        "upload": Upload(),
        "most_bytes": images.MAX_BYTES,
        "smaller": images.SMALLER,
        "rows": _rows(shown.variants[first:following]),
        "later": url_for(".show", product=product, start=following) if has_more else None,
        "earlier": url_for(".show", product=product, start=max(0, first - _VARIANTS)) if first else None,
        "was_saved": "saved" in request.args,
        "was_made": "made" in request.args,
        "has_room": len(shown.options) < catalog.MOST_OPTIONS,
        **_frame(product),
    }


def _rows(variants: Sequence[catalog.Variant]) -> list[dict[str, Any]]:
    """Gather what the rows of variants show; one that was never in stock may be removed."""
    sharing, levels = _sharing(variants), inventory.levels(variant.id for variant in variants)
    return [
        _row(variant) | {"shares": sharing[variant.id], "may_leave": not levels[variant.id].version}
        for variant in variants
    ]


def _sharing(variants: Sequence[catalog.Variant]) -> dict[str, list[str]]:
    """Return, by variant, what else has its SKU, or has it as its GTIN: stock cannot be booked by that."""
    skus = {variant.sku for variant in variants if variant.sku}
    found = search.find_variants_by_codes(skus) if skus else {}
    return {
        variant.id: [
            " ".join(filter(None, [other.product.title, other.variant.label]))
            for other in found.get(variant.sku, [])
            if other.variant.id != variant.id
        ]
        for variant in variants
    }


def _row(variant: catalog.Variant) -> dict[str, Any]:
    price, before = (str(money.decimal) if money is not None else "" for money in (variant.price, variant.compare_at))
    measure = variant.measure
    form = EditVariant(
        sku=variant.sku, gtin=variant.gtin, price=price, compare_at=before, weight=variant.weight_grams,
        read=catalog.fingerprint(variant),
        contents=measure.contents if measure else "", reference=measure.reference if measure else "",
    )  # fmt: skip
    return {"variant": variant, "form": form}
