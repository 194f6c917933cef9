"""Collections: products picked by hand and found by rules, in one form that counts before it saves."""

from typing import Any

from flask import Blueprint, Response, request, url_for
from wtforms import BooleanField, HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp

from app.blueprints._access import staff, staff_only
from app.blueprints._choices import SelectChoice
from app.blueprints._forms import Form, mark
from app.blueprints._pages import page, see_other, status_of
from app.blueprints._whole_numbers import WholeNumberField
from app.blueprints.admin._newer import mark_newer
from app.errors import Conflict, Invalid, ShopError
from app.services import catalog, search

bp = Blueprint("collections", __name__, url_prefix="/collections")

_SORTS = {
    "": "As picked, then the newest",
    "newest": "Newest",
    "price": "Price, low to high",
    "-price": "Price, high to low",
    "title": "Name",
    "popular": "Most bought",
}
_BLANK_RULES = 3


class Edit(Form):
    """A collection. Its rules are read from the lists `rule` and `value`. `version` is the revision that was read."""

    title = StringField("Title", [InputRequired("Write a title."), Length(max=200)])
    slug = StringField(
        "Address", [InputRequired("Write an address."), Length(max=200)], description="After /collections/."
    )
    description = TextAreaField("Description", [Optional(), Length(max=1000)])
    shown_of = StringField(
        "Picture of", [Optional(), Length(max=200)], description="A product's address, and which picture: blue-hour 2."
    )
    product_ids = TextAreaField(
        "Products picked manually",
        [Optional(), Length(max=50_000)],
        description="Their addresses, one a line, in order.",
    )
    matches = SelectField(
        "Products that match",
        [Optional()],
        choices=[SelectChoice("all", "all rules"), SelectChoice("any", "any rule")],
    )
    sort = SelectField("Order", [Optional()], choices=[SelectChoice(sort, name) for sort, name in _SORTS.items()])
    position = WholeNumberField(
        "Position among the collections", [Optional(), NumberRange(0, 10_000, "Use 0 to 10000.")]
    )
    is_published = BooleanField("Customers see it")
    version = IntegerField(validators=[InputRequired("Reload the page.")])
    key = HiddenField(validators=[Optional(), Regexp(r"[0-9a-v]{20}\Z")])  # of a new one: makes two clicks one


@bp.get("/")
@staff_only("catalog.read")
def index() -> Response:
    """List the collections in their order."""
    return page(
        "admin/collections/index.html",
        shelves=catalog.list_collections_as_staff(),
        unfilled=search.unfilled(),
        may_edit=staff().may("catalog.edit"),
    )


@bp.get("/new")
@staff_only("catalog.edit")
def new() -> Response:
    """Show an empty collection."""
    return _show(catalog.new_collection())


@bp.get("/<collection>")
@staff_only("catalog.read")
def show(collection: str) -> Response:
    """Show a collection with its form."""
    return _show(catalog.get_collection_as_staff(collection))


@bp.post("/")
@staff_only("catalog.edit")
def add() -> Response:
    """Make a collection, or count what would stand on it."""
    form = Edit(request.form)
    return _save(catalog.new_collection(form.key.data), form)


@bp.post("/<collection>")
@staff_only("catalog.edit")
def edit(collection: str) -> Response:
    """Write a collection, or count what would stand on it."""
    return _save(catalog.get_collection_as_staff(collection), Edit(request.form))


def _save(shelf: catalog.Collection, form: Edit) -> Response:
    is_valid = form.validate()
    try:
        written = _read(shelf, form)
        if not is_valid:
            return _show(shelf, form, status=422)
        if "count" in request.form:
            return _show(shelf, form, preview=search.preview(written))
        saved = catalog.edit_collection(staff().actor, written, version=form.version.data or 0)
    except (Invalid, Conflict) as refusal:
        return _refuse(shelf, form, refusal)
    return see_other(url_for(".show", collection=saved.id, saved=1))


def _refuse(shelf: catalog.Collection, form: Edit, refusal: ShopError) -> Response:
    """Show what was typed with what is wrong; the next try counts from what the collection is now."""
    mark(form, refusal)
    if form.version.data != shelf.revision:
        mark_newer(form, _form_of(shelf))
        rules = [(rule.kind, rule.value) for rule in shelf.rules]
        if [pair for pair in _typed_rules() if pair[0]] != rules:
            now = ", ".join(f"{kind} {value}" for kind, value in rules) or "none"
            form.matches.errors = [*form.matches.errors, f"Its rules are now: {now}"]
        form.version.process_data(shelf.revision)
    return _show(shelf, form, refusal=refusal, status=status_of(refusal))


def _read(shelf: catalog.Collection, form: Edit) -> catalog.Collection:
    return catalog.changed_collection(
        shelf,
        title=(form.title.data or "").strip(),
        slug=(form.slug.data or "").strip(),
        description=(form.description.data or "").strip(),
        shown_of=form.shown_of.data or "",
        picked=form.product_ids.data or "",
        rules=tuple(catalog.Rule(kind, value) for kind, value in _typed_rules() if kind),
        matches_any=form.matches.data == "any",
        sort=form.sort.data or "",
        position=form.position.data or 0,
        is_published=form.is_published.data,
    )


def _typed_rules() -> list[tuple[str, str]]:
    return list(zip(request.form.getlist("rule"), request.form.getlist("value"), strict=False))


def _form_of(shelf: catalog.Collection) -> Edit:
    slugs = catalog.slugs_of(shelf.product_ids)
    form = Edit(obj=shelf, matches="any" if shelf.matches_any else "all", version=shelf.revision, key=shelf.id)
    form.product_ids.data = "\n".join(slugs[each] for each in shelf.product_ids if each in slugs)
    return form


def _show(shelf: catalog.Collection, form: Edit | None = None, *, status: int = 200, **context: Any) -> Response:
    if form is None:
        form = _form_of(shelf)
        rules = [(rule.kind, rule.value) for rule in shelf.rules]
    else:
        rules = [pair for pair in _typed_rules() if any(pair)]
    return page(
        "admin/collections/show.html",
        status=status,
        shelf=shelf,
        form=form,
        rules=[*rules, *[("", "")] * _BLANK_RULES],
        kinds=catalog.RULES,
        is_unfilled=shelf.id in search.unfilled(),
        was_saved="saved" in request.args and status == 200,
        may_edit=staff().may("catalog.edit"),
        **context,
    )
