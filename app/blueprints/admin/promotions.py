"""Promotions: the table, making one, changing it for orders to come, ending it."""

from flask import Blueprint, Response, request, url_for

from app import clock, config, formats
from app.blueprints._access import staff, staff_only
from app.blueprints._forms import mark
from app.blueprints._pages import page, see_other
from app.blueprints.admin._newer import mark_newer
from app.blueprints.admin.promotion_forms import PromotionForm
from app.errors import Conflict, Invalid, ShopError
from app.money import Money
from app.services import catalog, promotions
from app.services.promotions import Promotion

bp = Blueprint("promotions", __name__, url_prefix="/promotions")

_SHOWN = 50


@bp.get("/")
@staff_only("promotions.read")
def index() -> Response:
    """List promotions, newest first; ended ones where asked for."""
    state, before = request.args.get("state", ""), request.args.get("before")
    found = promotions.list_as_staff(with_stopped=state == "all", before=before, limit=_SHOWN + 1)
    shown = found[:_SHOWN]
    return page(
        "admin/promotions/index.html", part="admin/promotions/_table.html",
        promotions=shown, uses=promotions.uses_of_promotions(each.id for each in shown), state=state, gives=_gives,
        today=clock.today(),
        later=url_for(".index", state=state or None, before=shown[-1].id) if len(found) > _SHOWN else None,
        is_first=before is None, may_edit=staff().may("promotions.edit"),
    )  # fmt: skip


@bp.get("/new")
@staff_only("promotions.edit")
def new() -> Response:
    """Ask what a new promotion gives, and to whom."""
    return _show_form(None, PromotionForm(catalog.collections(), key=promotions.new_key()))


@bp.post("/")
@staff_only("promotions.edit")
def add() -> Response:
    """Make a promotion."""
    form = PromotionForm(catalog.collections(), request.form)
    if not form.validate():
        return _show_form(None, form, status=422)
    try:
        made = promotions.add(form.terms(), actor=staff().actor, key=form.key.data or None)
    except Invalid as refusal:
        return _refuse(None, form, refusal, status=422)
    return see_other(url_for(".show", promotion=made.id))


@bp.get("/<promotion>")
@staff_only("promotions.read")
def show(promotion: str) -> Response:
    """Show one promotion with its uses, and a form to change it."""
    found = promotions.get_as_staff(promotion)
    return _show_form(found, PromotionForm.of(found, catalog.collections()))


@bp.post("/<promotion>")
@staff_only("promotions.edit")
def change(promotion: str) -> Response:
    """Change a promotion for orders to come."""
    found, form = promotions.get_as_staff(promotion), PromotionForm(catalog.collections(), request.form)
    if not form.validate():
        return _refuse(found, form, None, status=422)
    try:
        promotions.change(promotion, form.terms(), version=form.version.data or 0, actor=staff().actor)
    except Invalid as refusal:
        return _refuse(found, form, refusal, status=422)
    except Conflict as refusal:
        return _refuse(promotions.get_as_staff(promotion), form, refusal, status=409)
    return see_other(url_for(".show", promotion=promotion))


@bp.post("/<promotion>/end")
@staff_only("promotions.edit")
def stop(promotion: str) -> Response:
    """End a promotion now; orders that have it keep it."""
    try:
        promotions.stop(promotion, version=request.form.get("version", 0, type=int), actor=staff().actor)
    except Conflict as refusal:
        now = promotions.get_as_staff(promotion)
        return _show_form(now, PromotionForm.of(now, catalog.collections()), status=409, refusal=refusal)
    return see_other(url_for(".show", promotion=promotion))


def _refuse(now: Promotion | None, form: PromotionForm, refusal: ShopError | None, *, status: int) -> Response:
    """Show what was typed with what is wrong, and what somebody else made of it; the next try counts from that."""
    mark(form, refusal)
    if now and form.version.data != now.version:
        mark_newer(form, PromotionForm.of(now, catalog.collections()))
    return _show_form(now, form, status=status, refusal=refusal)


def _show_form(
    promotion: Promotion | None, form: PromotionForm, *, status: int = 200, refusal: ShopError | None = None
) -> Response:
    uses = promotions.uses_of_promotions([promotion.id]).get(promotion.id, 0) if promotion else 0
    return page(
        "admin/promotions/show.html", status=status, promotion=promotion, form=form, uses=uses, gives=_gives,
        refusal=refusal, may_edit=staff().may("promotions.edit"), currency=config.current().currency,
    )  # fmt: skip


def _gives(promotion: Promotion) -> str | Money:
    """Return what a promotion gives, in a word or two; an amount as money."""
    if promotion.kind == "fixed":
        return Money(promotion.amount or 0, config.current().currency)
    if promotion.kind == "free_delivery":
        return "Delivery free"
    if promotion.kind == "buy_get":
        given = "free" if promotion.percent == 100 else f"{formats.percent(promotion.percent)} off"
        return f"Buy {promotion.buy}, get {promotion.get} {given}"
    return formats.percent(promotion.percent)
