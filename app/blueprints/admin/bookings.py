"""Bookings of stock: a delivery, a stocktake or a correction as a list of SKUs, looked at before it is booked."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, request, url_for
from wtforms import FileField, HiddenField, RadioField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from app.blueprints._access import staff, staff_only
from app.blueprints._choices import SelectChoice
from app.blueprints._forms import Form
from app.blueprints._pages import page, see_other
from app.errors import Invalid
from app.services import fulfilment, inventory, search
from app.services.inventory import Booking

bp = Blueprint("bookings", __name__, url_prefix="/stock/bookings")

KINDS = {
    Booking.RECEIVED: "Received: adds to the stock",
    Booking.COUNTED: "Counted: sets how many are here, with what is sold and not sent yet",
    Booking.CORRECTED: "Correction: adds, or subtracts with a minus",
}
_MOST_LINES = 500
_HEADINGS = {"sku", "skus", "barcode", "barcodes", "gtin", "ean"}
_SEEN = re.compile(r"(\w{1,64}):(\d{1,9}):(\d{1,9})")
# A code ends with no separator, or a long row of them would be gone through anew for each of them.
_ENTRY = re.compile(r"(?P<code>(?:.*[^\s;,])?)[\s;,]+(?P<quantity>[+-]?\d{1,7})")


class Listed(Form):
    """A list of SKUs and quantities, pasted or as a file, and what it means."""

    kind = RadioField("What is it?", choices=[SelectChoice(*each) for each in KINDS.items()], default=Booking.RECEIVED)
    note = StringField("Note", [InputRequired("Enter the delivery note, or why."), Length(max=200)])
    text = TextAreaField("SKUs and quantities", [Length(max=50_000)])
    file = FileField("Or a CSV file")


class Checked(Form):
    """A list that was looked at: `versions` are the levels' as they were then, with how many were sold and not sent.

    `reference` makes two clicks one.
    """

    kind = HiddenField(validators=[InputRequired()])
    note = HiddenField(validators=[InputRequired(), Length(max=200)])
    text = HiddenField(validators=[InputRequired(), Length(max=50_000)])
    versions = HiddenField(validators=[InputRequired(), Length(max=20_000)])
    reference = HiddenField(validators=[InputRequired(), Length(min=16, max=40)])


@dataclass(frozen=True)
class Row:
    """One line of a list: the variant that its code means, and its level now. `problem`: why it cannot be booked.

    `unsent` of what was counted are sold and not sent yet.
    """

    code: str
    stocked: search.StockedVariant
    level: inventory.Level
    quantity: int
    unsent: int
    problem: str

    def change(self, kind: str) -> int:
        """How many more lie on the shelf, or are owed less, when this is booked."""
        return self.quantity - self.unsent - self.level.shelf if kind == Booking.COUNTED else self.quantity


@bp.get("/")
@staff_only("stock.edit")
def new() -> Response:
    """Show the form for a list."""
    return page("admin/bookings/new.html", form=Listed(), problems=())


@bp.post("/check")
@staff_only("stock.edit")
def check() -> Response:
    """Show what a list would change, and book nothing yet."""
    form = Listed(request.form)
    if request.form.get("again"):
        return page("admin/bookings/new.html", form=form, problems=())
    if sent := request.files.get("file"):
        form.text.process_data(_decode(sent.read(200_000)) or form.text.data)
    if not form.validate():
        return page("admin/bookings/new.html", status=422, form=form, problems=())
    try:
        rows = _read(form.text.data or "", form.kind.data)
    except Invalid as refusal:
        problems = refusal.fields.get("text", "").split("\n")
        return page("admin/bookings/new.html", status=422, form=form, problems=problems)
    return _show_checked(rows, form.kind.data, form.note.data or "", form.text.data or "")


@bp.post("/")
@staff_only("stock.edit")
def create() -> Response:
    """Book a list that was looked at: all of it or nothing."""
    form = Checked(request.form)
    if not form.validate() or form.kind.data not in KINDS:
        raise Invalid("That list was not complete. Please start from the form once more.")
    text, kind, note = form.text.data or "", Booking(form.kind.data), form.note.data or ""
    rows = _read(text, kind)
    seen = {
        variant: (int(version), int(unsent)) for variant, version, unsent in _SEEN.findall(form.versions.data or "")
    }
    entries = [
        inventory.Entry(row.stocked.id, row.quantity, *seen.get(row.stocked.id, (-1, row.unsent))) for row in rows
    ]
    try:
        if kind == Booking.COUNTED:
            fulfilment.count(entries, reason=note, actor=staff().actor)
        else:
            reference = f"booking:{form.reference.data}"
            inventory.book(entries, kind, reference=reference, reason=note, actor=staff().actor)
    except inventory.NotBooked as refusal:
        return _show_checked(_read(text, kind), kind, note, text, refusal=refusal)
    return see_other(url_for("admin.stock.index", booked=len(rows)))


def _show_checked(
    rows: Sequence[Row], kind: str, note: str, text: str, *, refusal: inventory.NotBooked | None = None
) -> Response:
    """Show the lines of a list, those first that cannot be booked."""
    versions = " ".join(f"{row.stocked.id}:{row.level.version}:{row.unsent}" for row in rows)
    form = Checked(kind=kind, note=note, text=text, versions=versions, reference=secrets.token_hex(16))
    impossible = sum(bool(row.problem) for row in rows)
    status = 422 if impossible else 200
    return page(
        "admin/bookings/check.html", status=409 if refusal else status, impossible=impossible,
        rows=sorted(rows, key=lambda row: not row.problem), form=form, kind=kind, kind_name=KINDS[Booking(kind)],
        refusal=refusal, refused=next((row.code for row in rows if refusal and row.stocked.id == refusal.variant), ""),
    )  # fmt: skip


def _read(text: str, kind: str) -> list[Row]:
    """Find the variant of each line; raise Invalid that names every line that is wrong, and why."""
    entries, wrong = _parse(text, kind)
    found = search.find_variants_by_codes(code for _, code, _ in entries)
    meant: dict[str, tuple[int, str, search.StockedVariant, int]] = {}
    for number, code, quantity in entries:
        own = found.get(code, [])
        if len(own) == 1 and own[0].id in meant:
            first, name, *_ = meant[own[0].id]
            wrong.append((number, f"{name} is listed twice, in line {first} already. Please add those lines up."))
        elif len(own) == 1:
            meant[own[0].id] = (number, code, own[0], quantity)
        elif own:
            names = ", ".join(f"{each.product.title} {each.variant.label}".strip() for each in own[:3])
            wrong.append((number, f"{code} stands for {len(own)} products ({names}). Change those under Stock."))
        else:
            wrong.append((number, f"no variant has the SKU or barcode {code}."))
    if wrong:
        said = (f"Line {number}: {problem}" if number else problem for number, problem in sorted(wrong))
        raise Invalid("Nothing was changed. Please check the list.", text="\n".join(said))
    levels = inventory.levels(meant)
    unsent = fulfilment.unsent(meant) if kind == Booking.COUNTED else dict.fromkeys(meant, 0)
    return [
        Row(
            code, stocked, levels[variant], quantity, unsent[variant],
            inventory.why_not(levels[variant], Booking(kind), quantity, unsent=unsent[variant]),
        )
        for variant, (_, code, stocked, quantity) in meant.items()
    ]  # fmt: skip


def _parse(text: str, kind: str) -> tuple[list[tuple[int, str, int]], list[tuple[int, str]]]:
    """Return the lines as number, code and quantity, and what is wrong with which; line 0 is the list as a whole."""
    entries: list[tuple[int, str, int]] = []
    wrong: list[tuple[int, str]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        read = _ENTRY.fullmatch(line.strip().strip(";,"))
        if read is None:
            if line.strip() and not (number == 1 and _is_heading(line)):
                wrong.append((number, "write a SKU and a whole number, as in PRINT-A3 12."))
            continue
        code, quantity = read["code"].strip().strip('"'), int(read["quantity"])
        if (kind == Booking.RECEIVED and quantity < 1) or (quantity < 0 and kind == Booking.COUNTED):
            wrong.append((number, f"{quantity} is not a number of pieces that can be {kind}."))
        entries.append((number, code, quantity))
    if not entries and not wrong:
        wrong.append((0, "The list is empty."))
    if len(entries) > _MOST_LINES:
        wrong.append((0, f"These are {len(entries)} lines. Please enter at most {_MOST_LINES} at once."))
    return entries, wrong


def _is_heading(line: str) -> bool:
    """Tell a heading from a line that was to be booked: it names a column, and holds no number."""
    words = set(re.split(r'[\s;,"]+', line.lower()))
    return bool(words & _HEADINGS) and not re.search(r"\d", line)


def _decode(content: bytes) -> str:
    """Read a file as people save it: UTF-8 with or without a mark, or what older programs write."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")
