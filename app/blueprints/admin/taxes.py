"""Taxes: the table of rates, edited in place. Orders that exist never change."""

from decimal import Decimal
from typing import Any

from flask import Blueprint, Response, request, url_for
from wtforms import DateField, IntegerField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from app import clock
from app.blueprints._access import staff, staff_only
from app.blueprints._choices import SelectChoice
from app.blueprints._forms import Form, mark
from app.blueprints._pages import changed, page, see_other
from app.blueprints._percents import PercentField
from app.errors import Conflict, Invalid, ShopError
from app.services import tax

bp = Blueprint("taxes", __name__, url_prefix="/taxes")

_SHOWN = 100
_PERCENT = [InputRequired("Enter a number."), NumberRange(0, 99.999, "Enter a number from 0 to 99.999.")]


class Percent(Form):
    """What a rate is to be. `version` is the rate's as it was read; another one means somebody was faster."""

    percent = PercentField("Percent", _PERCENT, places=3)
    version = IntegerField(validators=[InputRequired()])


class NewRate(Form):
    """A rate of a place and a class of goods, from a day on."""

    country = StringField(
        "Country", [DataRequired("Enter the two letters of a country."), Length(2, 2, "Enter two letters, as in DE.")]
    )
    region = StringField("Region", [Optional(), Length(max=40)], description="As written in addresses there.")
    postcode = StringField("Postcode begins with", [Optional(), Length(max=12)])
    tax_class = SelectField("Class", choices=[SelectChoice(each, each.replace("_", " ")) for each in tax.CLASSES])
    name = StringField("Name", [DataRequired("Enter what it is called on receipts."), Length(max=20)], default="VAT")
    percent = PercentField("Percent", _PERCENT, places=3)
    valid_from = DateField("From", [InputRequired("Enter the first day.")])


@bp.get("/")
@staff_only("taxes.read")
def index() -> Response:
    """List rates by country."""
    return _show(NewRate(valid_from=clock.today()))


@bp.post("/")
@staff_only("taxes.edit")
def add() -> Response:
    """Add a rate."""
    form = NewRate(request.form)
    if not form.validate():
        return _show(form, status=422)
    terms = tax.Terms(
        country=(form.country.data or "").upper(), region=(form.region.data or "").strip(),
        postcode=form.postcode.data or "", tax_class=form.tax_class.data, name=(form.name.data or "").strip(),
        percent=form.percent.data or Decimal(0), valid_from=form.valid_from.data or clock.today(),
    )  # fmt: skip
    try:
        tax.add(terms, actor=staff().actor)
    except Invalid as refusal:
        mark(form, refusal)
        return _show(form, status=422)
    return see_other(url_for(".index", country=terms.country))


@bp.post("/<rate>")
@staff_only("taxes.edit")
def change(rate: str) -> Response:
    """Change a rate in its row."""
    form = Percent(request.form)
    if not form.validate():
        return _refuse(rate, form, None, status=422)
    try:
        found = tax.set_percent(
            rate, form.percent.data or Decimal(0), version=form.version.data or 0, actor=staff().actor
        )
    except Conflict as refusal:
        return _refuse(rate, form, refusal, status=409)
    row = _row(found) | {"was_changed": True}
    return changed("admin/taxes/_row.html", then=url_for(".index", country=found.country), row=row)


@bp.post("/<rate>/removal")
@staff_only("taxes.edit")
def remove(rate: str) -> Response:
    """Take a rate out of the table. Twice is once."""
    tax.remove(rate, actor=staff().actor)
    return see_other(url_for(".index", country=request.form.get("country") or None))


def _refuse(rate: str, form: Percent, refusal: ShopError | None, *, status: int) -> Response:
    """Show the row, or the page, as it is now, with what is wrong and what was typed."""
    found = tax.get_as_staff(rate)
    form.version.process_data(found.version)
    row = _row(found) | {"form": form, "refusal": refusal}
    return _show(NewRate(valid_from=clock.today()), status=status, row=row, country=found.country)


def _show(
    form: NewRate, *, status: int = 200, row: dict[str, Any] | None = None, country: str | None = None
) -> Response:
    country = country or request.args.get("country", "").strip().upper()
    after = request.args.get("after", "")
    place = (after[:2], after[3:]) if after else None
    found = tax.list_as_staff(country=country, after=place, limit=_SHOWN + 1)
    shown = found[:_SHOWN]
    rows = [row if row and row["rate"].id == each.id else _row(each) for each in shown]
    last = shown[-1] if len(found) > _SHOWN else None
    return page(
        "admin/taxes/index.html", part="admin/taxes/_row.html" if row else "admin/taxes/_table.html", status=status,
        row=row, rows=rows, country=country, form=form, is_first=not after, may_edit=staff().may("taxes.edit"),
        later=url_for(".index", country=country or None, after=f"{last.country}.{last.id}") if last else None,
    )  # fmt: skip


def _row(rate: tax.TaxRate) -> dict[str, Any]:
    """Gather what a row shows."""
    return {
        "rate": rate,
        "form": Percent(percent=rate.percent, version=rate.version),
        "may_edit": staff().may("taxes.edit"),
        "is_later": rate.valid_from > clock.today(),
    }
