"""Stock: what lies in the house, counted anew in the table itself, and the movements behind each number."""

from typing import Any

from flask import Blueprint, Response, request, url_for
from wtforms import DateField, IntegerField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from app.blueprints._access import staff, staff_only
from app.blueprints._forms import Form, mark
from app.blueprints._pages import changed, page, status_of
from app.blueprints._whole_numbers import WholeNumberField
from app.errors import Conflict, Invalid, NotFound, ShopError
from app.services import accounts, fulfilment, inventory, search

bp = Blueprint("stock", __name__, url_prefix="/stock")


class Backorder(Form):
    """How many more may be sold than lie on the shelf, when they come, and from where down it runs out."""

    backorder = WholeNumberField("Sell on backorder", [InputRequired("Enter a whole number."), NumberRange(0)])
    expected_on = DateField("Expected on", [Optional()])
    low_at = WholeNumberField("Low stock at", [InputRequired("Enter a whole number."), NumberRange(0, 1_000_000)])
    version = IntegerField(validators=[InputRequired()])


class Count(Form):
    """What was counted: all that lies here. Another `version` or `unsent` than were read: somebody was faster."""

    on_hand = WholeNumberField(
        "How many are here, with what is sold and not sent yet?",
        [InputRequired("Enter a whole number."), NumberRange(0, 1_000_000, "Enter a whole number from 0.")],
    )
    reason = StringField("Reason", [Optional(), Length(max=200)])
    version = IntegerField(validators=[InputRequired()])
    unsent = IntegerField(validators=[Optional()])


@bp.get("/")
@staff_only("stock.read")
def index() -> Response:
    """List variants with what lies here, by title."""
    q, after = request.args.get("q", "").strip(), request.args.get("after", "")
    found = search.list_variants_as_staff(q=q, after=after)
    levels = inventory.levels(stocked.id for stocked in found.variants)
    unsent = fulfilment.unsent(levels)
    rows = [_row(stocked, levels[stocked.id], unsent[stocked.id]) for stocked in found.variants]
    later = url_for(".index", q=q or None, after=found.after) if found.after else None
    return page(
        "admin/stock/index.html", part="admin/stock/_table.html", rows=rows, q=q, later=later, is_first=not after,
        booked=request.args.get("booked", type=int),
    )  # fmt: skip


@bp.get("/low")
@staff_only("stock.read")
def low() -> Response:
    """List what runs out or has run out; of what is deleted only what orders wait for."""
    after = request.args.get("after", "")
    found = search.list_low_as_staff(after=after, limit=_LOW)
    unsent = fulfilment.unsent(level.variant_id for level, _ in found.levels)
    shown = [(level, named, unsent[level.variant_id]) for level, named in found.levels]
    later = url_for(".low", after=found.after) if found.after else None
    return page("admin/stock/low.html", part="admin/stock/_low.html", levels=shown, later=later, is_first=not after)


@bp.get("/<variant>")
@staff_only("stock.read")
def show(variant: str) -> Response:
    """Show one variant's level, with a form to count it anew, and its movements."""
    return page("admin/stock/show.html", part="admin/stock/_movements.html", **_everything(variant))


@bp.post("/<variant>/counts")
@staff_only("stock.edit")
def count(variant: str) -> Response:
    """Book what was counted. Answers the row to the table, the page to a browser without a script."""
    form = Count(request.form)
    if not form.validate():
        return _refuse(variant, None, form, status=422)
    try:
        reason = (form.reason.data or "").strip() or "Counted"
        entry = inventory.Entry(
            _find(variant).id, form.on_hand.data or 0, form.version.data or 0, form.unsent.data or 0
        )  # fmt: skip
        fulfilment.count([entry], reason=reason, actor=staff().actor)
    except Conflict as refusal:
        return _refuse(variant, refusal, form, status=409)
    row = _row_of(variant) | {"was_changed": True}
    return changed("admin/stock/_row.html", then=url_for(".show", variant=variant), row=row)


@bp.post("/<variant>/backorder")
@staff_only("stock.edit")
def allow_backorder(variant: str) -> Response:
    """Say how many more may be sold than lie on the shelf."""
    form = Backorder(request.form)
    if form.validate():
        try:
            inventory.allow_backorder(
                _find(variant).id, form.backorder.data or 0, expected_on=form.expected_on.data,
                low_at=form.low_at.data or 0, version=form.version.data or 0, actor=staff().actor,
            )  # fmt: skip
        except (Conflict, Invalid) as refusal:
            mark(form, refusal)
            form.version.process_data(inventory.level_as_staff(variant).version)
            return _show(variant, status=status_of(refusal), backorder=form, backorder_refusal=refusal)
        return changed("admin/stock/_backorder.html", then=url_for(".show", variant=variant), **_everything(variant))
    return _show(variant, status=422, backorder=form)


def _show(variant: str, *, status: int, **context: Any) -> Response:
    everything = _everything(variant) | context
    return page("admin/stock/show.html", part="admin/stock/_backorder.html", status=status, **everything)


def _refuse(variant: str, refusal: ShopError | None, form: Count, *, status: int) -> Response:
    """Show the row, or the page, as it is now, with what is wrong and what was typed."""
    everything = _everything(variant)
    row = everything["row"] | {"form": form, "refusal": refusal}
    return page("admin/stock/show.html", part="admin/stock/_row.html", status=status, **everything | {"row": row})


def _everything(variant: str) -> dict[str, Any]:
    row = _row_of(variant)
    before = request.args.get("before")
    movements = inventory.movements(variant, before=before, limit=_MOVEMENTS + 1)
    more = len(movements) > _MOVEMENTS
    shown = movements[:_MOVEMENTS]
    level: inventory.Level = row["level"]
    return {
        "row": row,
        "backorder": Backorder(
            backorder=level.backorder, expected_on=level.expected_on, low_at=level.low_at, version=level.version
        ),
        "backorder_refusal": None,
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


def _row_of(variant: str) -> dict[str, Any]:
    return _row(_find(variant), inventory.level_as_staff(variant), fulfilment.unsent([variant])[variant])


def _row(stocked: search.StockedVariant, level: inventory.Level, unsent: int) -> dict[str, Any]:
    """Gather what a row shows. `unsent` pieces are sold and lie here, beside those on the shelf."""
    return {
        "stocked": stocked,
        "level": level,
        "unsent": unsent,
        "form": Count(on_hand=level.shelf + unsent),
        "may_edit": staff().may("stock.edit"),
    }


_MOVEMENTS = 50
_LOW = 50
