"""Stock: what lies on the shelf, counted anew in the table itself, and the movements behind each number."""

from typing import Any

from flask import Blueprint, Response, request, url_for
from wtforms import Form, IntegerField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from app.blueprints._access import staff, staff_only
from app.blueprints._pages import changed, page
from app.errors import Conflict, NotFound, ShopError
from app.services import accounts, inventory, search

bp = Blueprint("stock", __name__, url_prefix="/stock")


class Count(Form):
    """What was counted. `version` is the level's as it was read; another one means somebody was faster."""

    on_hand = IntegerField(
        "On hand", [InputRequired("Enter a whole number."), NumberRange(0, 1_000_000, "Enter a whole number from 0.")]
    )
    reason = StringField("Reason", [Optional(), Length(max=200)])
    version = IntegerField(validators=[InputRequired()])


@bp.get("/")
@staff_only("stock.read")
def index() -> Response:
    """List variants with what is on hand, by title."""
    q, after = request.args.get("q", "").strip(), request.args.get("after", "")
    found = search.list_variants_as_staff(q=q, after=after)
    levels = inventory.levels(stocked.id for stocked in found.variants)
    rows = [_row(stocked, levels[stocked.id]) for stocked in found.variants]
    later = url_for(".index", q=q or None, after=found.after) if found.after else None
    return page(
        "admin/stock/index.html", part="admin/stock/_table.html", rows=rows, q=q, later=later, is_first=not after
    )


@bp.get("/<variant>")
@staff_only("stock.read")
def show(variant: str) -> Response:
    """Show one variant's level, with a form to count it anew, and its movements."""
    return page("admin/stock/show.html", part="admin/stock/_movements.html", **_everything(variant))


@bp.post("/<variant>/counts")
@staff_only("stock.edit")
def count(variant: str) -> Response:
    """Set what is on hand to what was counted. Answers the row to the table, the page to a browser without a script."""
    form = Count(request.form)
    if not form.validate():
        return _refuse(variant, None, form, status=422)
    try:
        reason = (form.reason.data or "").strip() or "Counted"
        inventory.adjust(
            variant, form.on_hand.data or 0, version=form.version.data or 0, reason=reason, actor=staff().actor
        )
    except Conflict as refusal:
        return _refuse(variant, refusal, form, status=409)
    row = _row(_find(variant), inventory.level_as_staff(variant)) | {"was_changed": True}
    return changed("admin/stock/_row.html", then=url_for(".show", variant=variant), row=row)


def _refuse(variant: str, refusal: ShopError | None, form: Count, *, status: int) -> Response:
    """Show the row, or the page, as it is now, with what is wrong and what was typed."""
    level = inventory.level_as_staff(variant)
    form.version.process_data(level.version)
    row = _row(_find(variant), level) | {"form": form, "refusal": refusal}
    return page(
        "admin/stock/show.html", part="admin/stock/_row.html", status=status, **_everything(variant) | {"row": row}
    )


def _everything(variant: str) -> dict[str, Any]:
    stocked = _find(variant)
    before = request.args.get("before")
    movements = inventory.movements(variant, before=before, limit=_MOVEMENTS + 1)
    more = len(movements) > _MOVEMENTS
    shown = movements[:_MOVEMENTS]
    return {
        "row": _row(stocked, inventory.level_as_staff(variant)),
        "movements": shown,
        "names": accounts.names_of(movement.actor for movement in shown),
        "later": url_for(".show", variant=variant, before=shown[-1].id) if more else None,
        "is_first": before is None,
    }


def _find(variant: str) -> search.StockedVariant:
    stocked = search.find_variant_as_staff(variant)
    if stocked is None:
        raise NotFound("The catalogue has no such variant.")
    return stocked


def _row(stocked: search.StockedVariant, level: inventory.Level) -> dict[str, Any]:
    """Gather what a row shows."""
    return {
        "stocked": stocked,
        "level": level,
        "form": Count(on_hand=level.on_hand, version=level.version),
        "may_edit": staff().may("stock.edit"),
    }


_MOVEMENTS = 50
