"""Synonyms of search: groups of words that mean the same, each a form of its own."""

from flask import Blueprint, Response, request, url_for
from wtforms import IntegerField, StringField
from wtforms.validators import InputRequired, Length

from app.blueprints._access import staff, staff_only
from app.blueprints._forms import Form
from app.blueprints._pages import page, see_other, status_of
from app.errors import Conflict, Invalid, ShopError
from app.services import search

bp = Blueprint("synonyms", __name__, url_prefix="/synonyms")


class Words(Form):
    """Words with commas between. `version` is the group's as it was read."""

    words = StringField(
        "Words that mean the same", [InputRequired("Write at least two words."), Length(max=1000)],
        description="Separate them with commas: sofa, couch, settee",
    )  # fmt: skip
    version = IntegerField()


@bp.get("/")
@staff_only("search.edit")
def index() -> Response:
    """List the groups, with a form for a new one."""
    return _show()


@bp.post("/")
@staff_only("search.edit")
def add() -> Response:
    """Add a group."""
    form = Words(request.form)
    if not form.validate():
        return _show(form=form, status=422)
    try:
        search.add_synonyms(form.words.data or "", actor=staff().actor)
    except Invalid as refusal:
        return _show(form=form, refusal=refusal)
    return see_other(url_for(".index"))


@bp.post("/<group>/changes")
@staff_only("search.edit")
def change(group: str) -> Response:
    """Replace the words of a group."""
    form = Words(request.form)
    if not form.validate():
        return _show(changed=group, form=form, status=422)
    try:
        search.change_synonyms(group, form.words.data or "", version=form.version.data or 0, actor=staff().actor)
    except (Conflict, Invalid) as refusal:
        return _show(changed=group, form=form, refusal=refusal)
    return see_other(url_for(".index"))


@bp.post("/<group>/removal")
@staff_only("search.edit")
def remove(group: str) -> Response:
    """Remove a group."""
    form = Words(request.form)
    try:
        search.remove_synonyms(group, version=form.version.data or 0, actor=staff().actor)
    except Conflict as refusal:
        return _show(changed=group, form=form, refusal=refusal)
    return see_other(url_for(".index"))


def _show(
    *, changed: str = "", form: Words | None = None, refusal: ShopError | None = None, status: int = 200
) -> Response:
    """Show the page; what was typed into the form of the group `changed`, or of a new one, stays with its refusal."""
    if refusal:
        status = status_of(refusal)
    groups = search.list_synonyms()
    return page(
        "admin/synonyms/index.html", status=status, groups=groups, changed=changed, refusal=refusal,
        form=Words() if changed or form is None else form,
        typed=form.words.data if changed and form and not isinstance(refusal, Conflict) else None,
        problem=_problem(form, refusal),
    )  # fmt: skip


def _problem(form: Words | None, refusal: ShopError | None) -> str:
    if refusal:
        return str(refusal)
    return str(form.words.errors[0]) if form and form.words.errors else ""
