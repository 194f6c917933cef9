"""The home page: its sections as a draft, which is looked at and then published."""

from typing import Any

from flask import Blueprint, Response, request, url_for
from wtforms import IntegerField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from app.blueprints._access import staff, staff_only
from app.blueprints._choices import SelectChoice, shelf_choices
from app.blueprints._forms import Form, mark
from app.blueprints._pages import changed, page, status_of
from app.errors import Conflict, Invalid, ShopError
from app.services import catalog

bp = Blueprint("home", __name__, url_prefix="/home")

_MOVES = {"up": -1, "down": 1}


class Edit(Form):
    """What a section holds; each kind shows the fields it uses. `version` is the home page's as it was read."""

    title = StringField("Title", [InputRequired("Write a title."), Length(max=200)])
    text = TextAreaField("Text", [Optional(), Length(max=20_000)], description="Paragraphs as HTML: <p>, <em>, <a>.")
    shown_of = StringField(
        "Picture of", [Optional(), Length(max=200)], description="A product's address, and which picture: blue-hour 2."
    )
    link_label = StringField("Words of the link", [Optional(), Length(max=60)])
    link_url = StringField("Where it leads", [Optional(), Length(max=300)])
    collection_ids = SelectMultipleField("Collections", validate_choice=False)
    product_ids = TextAreaField(
        "Products picked manually", [Optional(), Length(max=5000)], description="Their addresses, one a line, in order."
    )
    version = IntegerField(validators=[InputRequired("Reload the page.")])


class Act(Form):
    """A removal, a publication, a new section."""

    version = IntegerField(validators=[InputRequired("Reload the page.")])
    kind = SelectField(
        "Kind", [Optional()], choices=[SelectChoice(kind, name) for kind, (name, _) in catalog.SECTIONS.items()]
    )


class Move(Act):
    """A move, which says where to."""

    by = SelectField(validators=[InputRequired()], choices=[SelectChoice(by) for by in _MOVES])


@bp.get("/")
@staff_only("catalog.read")
def index() -> Response:
    """Show the draft."""
    return page("admin/home/index.html", part="admin/home/_sections.html", **_everything())


@bp.post("/sections")
@staff_only("catalog.edit")
def add() -> Response:
    """Put a section at the end of the draft, open to be written."""
    form = Act(request.form)
    try:
        _check(form)
        section = catalog.add_section(staff().actor, form.kind.data, version=form.version.data or 0)
    except (Invalid, Conflict) as refusal:
        return _refuse(refusal)
    return _shown(opened=section.id)


@bp.post("/sections/<section>")
@staff_only("catalog.edit")
def edit(section: str) -> Response:
    """Write a section."""
    form = Edit(request.form)
    is_valid = form.validate()
    try:
        written = _read(section, form)
        if not is_valid:
            return _refuse(None, form=form, opened=section)
        catalog.edit_section(staff().actor, written, version=form.version.data or 0)
    except (Invalid, Conflict) as refusal:
        return _refuse(refusal, form=form, opened=section)
    return _shown()


@bp.post("/sections/<section>/moves")
@staff_only("catalog.edit")
def move(section: str) -> Response:
    """Move a section up or down."""
    form = Move(request.form)
    try:
        _check(form)
        catalog.move_section(staff().actor, section, _MOVES[form.by.data], version=form.version.data or 0)
    except (Invalid, Conflict) as refusal:
        return _refuse(refusal)
    return _shown()


@bp.post("/sections/<section>/removal")
@staff_only("catalog.edit")
def remove(section: str) -> Response:
    """Take a section out of the draft."""
    form = Act(request.form)
    try:
        _check(form)
        catalog.remove_section(staff().actor, section, version=form.version.data or 0)
    except (Invalid, Conflict) as refusal:
        return _refuse(refusal)
    return _shown()


@bp.post("/publications")
@staff_only("catalog.edit")
def publish() -> Response:
    """Show the draft to customers."""
    form = Act(request.form)
    try:
        _check(form)
        catalog.publish_home(staff().actor, version=form.version.data or 0)
    except (Invalid, Conflict) as refusal:
        return _refuse(refusal)
    return _shown()


def _check(form: Act) -> None:
    if not form.validate():
        raise Invalid("That could not be read. Nothing was done; choose again.")


def _read(section: str, form: Edit) -> catalog.Section:
    kinds = {each.id: each.kind for each in catalog.get_home().draft}
    kind = kinds.get(section, "hero")
    used = catalog.SECTIONS[kind][1]

    def text(name: str) -> str:
        return (form[name].data or "").strip() if name in used else ""

    typed = catalog.Section(
        id=section,
        kind=kind,
        title=text("title"),
        text=text("text"),
        shown_of=text("shown_of"),
        link_label=text("link_label"),
        link_url=text("link_url"),
        collection_ids=tuple(form.collection_ids.data or ()) if "collection_ids" in used else (),
    )
    return catalog.read_section(typed, picked=text("product_ids"))


def _shown(opened: str = "") -> Response:
    return changed("admin/home/_sections.html", then=url_for(".index", open=opened or None), **_everything(opened))


def _refuse(refusal: ShopError | None, *, form: Edit | None = None, opened: str = "") -> Response:
    """Show the draft as it is now, what is wrong, and what was typed."""
    mark(form, refusal)
    status = status_of(refusal) if refusal else 422
    context = _everything(opened) | {"refusal": refusal}
    if form is not None:
        context["forms"][opened] = form
    return page("admin/home/index.html", part="admin/home/_sections.html", status=status, **context)


def _everything(opened: str = "") -> dict[str, Any]:
    home = catalog.get_home()
    shelves = [shelf for shelf in catalog.collections() if shelf.is_listed]
    slugs = catalog.slugs_of([product for section in home.draft for product in section.product_ids])
    return {
        "version": home.revision,
        "sections": home.draft,
        "kinds": catalog.SECTIONS,
        "forms": {section.id: _form(section, shelves, slugs) for section in home.draft},
        "shelves": shelves,
        "new": Act(),
        "is_published": home.draft == catalog.sections_of(home if home.revision else None),
        "opened": opened or request.args.get("open", ""),
        "may_edit": staff().may("catalog.edit"),
    }


def _form(section: catalog.Section, shelves: list[catalog.Collection], slugs: dict[str, str]) -> Edit:
    form = Edit(obj=section)
    form.product_ids.data = "\n".join(slugs[each] for each in section.product_ids if each in slugs)
    form.collection_ids.choices = shelf_choices(shelves)
    return form
