"""Products made by hand: a new one, its options and variants, and what is taken away again."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, request, url_for
from wtforms import HiddenField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp

from app.blueprints._access import staff, staff_only
from app.blueprints._forms import Form, mark
from app.blueprints._pages import page, see_other, status_of
from app.blueprints._whole_numbers import WholeNumberField
from app.blueprints.admin.products import everything
from app.errors import Conflict, Invalid
from app.services import catalog

bp = Blueprint("making", __name__, url_prefix="/products")


class New(Form):
    """A product that is not there yet; its options are read from the lists `option` and `values`.

    `key` makes two clicks one product.
    """

    title = StringField("Title", [InputRequired("Write a title."), Length(max=300)])
    kind = StringField("Kind", [Optional(), Length(max=100)], description="Such as print or notebook.")
    vendor = StringField("Maker", [Optional(), Length(max=100)])
    price = StringField("Price", [Optional(), Length(max=20)], description="Of each variant at first.")
    weight = WholeNumberField(
        "Weight in grams", [Optional(), NumberRange(0, 1_000_000, "Use 0 to 1000000.")],
        description="Packed, for delivery.",
    )  # fmt: skip
    sku = StringField("SKU", [Optional(), Length(max=200)], description="Of a product without options.")
    key = HiddenField(validators=[InputRequired(), Regexp(r"[0-9a-zA-Z]{16,40}\Z")])


@bp.get("/new")
@staff_only("catalog.edit")
def new() -> Response:
    """Show an empty product."""
    return _show(New(key=catalog.new_product_key()))


@bp.post("/")
@staff_only("catalog.edit")
def add() -> Response:
    """Make a product that customers do not see yet, and go on with its page."""
    form = New(request.form)
    if not form.validate():
        return _show(form, status=422)
    try:
        made = catalog.add_product(
            staff().actor,
            (form.title.data or "").strip(),
            key=form.key.data or "",
            kind=(form.kind.data or "").strip(),
            vendor=(form.vendor.data or "").strip(),
            options=[(name, values) for name, values in _typed_options() if name or values],
            sku=(form.sku.data or "").strip(),
            price=catalog.read_price(form.price.data or ""),
            weight_grams=form.weight.data or 0,
        )
    except (Invalid, Conflict) as refusal:
        mark(form, refusal)
        return _show(form, status=status_of(refusal), refusal=refusal)
    return see_other(url_for("admin.products.show", product=made.id, made=1))


@bp.post("/<product>/options")
@staff_only("catalog.edit")
def add_option(product: str) -> Response:
    """Let customers choose one thing more."""
    name, value = (request.form.get(each, "").strip() for each in ("name", "value"))
    return _change(product, "option", lambda: catalog.add_option(staff().actor, product, name, value))


@bp.post("/<product>/variants")
@staff_only("catalog.edit")
def add_variant(product: str) -> Response:
    """Add a variant."""
    values = [value.strip() for value in request.form.getlist("value")]
    sku = request.form.get("sku", "").strip()[:200]

    def act() -> Any:
        price = catalog.read_price(request.form.get("price", ""))
        return catalog.add_variant(staff().actor, product, values, sku=sku, price=price)

    return _change(product, "variant", act)


@bp.post("/<product>/variants/<variant>/removal")
@staff_only("catalog.edit")
def remove_variant(product: str, variant: str) -> Response:
    """Take away a variant that was never in stock."""
    return _change(product, "", lambda: catalog.remove_variant(staff().actor, product, variant))


@bp.post("/<product>/removal")
@staff_only("catalog.edit")
def remove(product: str) -> Response:
    """Delete a product that customers do not see."""
    try:
        catalog.remove_product(staff().actor, product)
    except Conflict as refusal:
        return page("admin/products/show.html", status=status_of(refusal), **everything(product), refusal=refusal)
    return see_other(url_for("admin.products.index", deleted=1))


def _change(product: str, opened: str, act: Callable[[], Any]) -> Response:
    """Do it and show the product again; refused, its page says why and keeps what was typed in the part `opened`."""
    try:
        act()
    except (Invalid, Conflict) as refusal:
        typed = request.form.to_dict() | {"value": request.form.getlist("value")}
        context = everything(product) | {"refusal": refusal, "opened": opened, "typed": typed}
        return page("admin/products/show.html", status=status_of(refusal), **context)
    return see_other(url_for("admin.products.show", product=product, saved=1, _anchor="product-variants"))


def _typed_options() -> list[tuple[str, list[str]]]:
    """Read the options as they are typed: each a name, and its values one a line."""
    pairs = zip(request.form.getlist("option"), request.form.getlist("values"), strict=False)
    return [(name.strip(), [line.strip() for line in values.splitlines() if line.strip()]) for name, values in pairs]


def _show(form: New, *, status: int = 200, **context: Any) -> Response:
    typed = [(name, "\n".join(values)) for name, values in _typed_options()]
    blank = [("", "")] * (catalog.MOST_OPTIONS - len(typed))
    return page("admin/products/new.html", status=status, form=form, options=[*typed, *blank], **context)
