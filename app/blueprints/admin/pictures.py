"""Pictures of a product: sent, looked at by a job, put in order, focused, taken away."""

from typing import Any

from flask import Blueprint, Response, jsonify, request, url_for

from app.blueprints._access import staff, staff_only
from app.blueprints._forms import mark
from app.blueprints._pages import changed, page, status_of
from app.blueprints.admin.product_forms import Describe, Focus, Upload
from app.blueprints.admin.products import everything
from app.errors import Conflict, Invalid, ShopError
from app.services import catalog, images

bp = Blueprint("pictures", __name__, url_prefix="/products/<product>/pictures")

_ROOM_FOR_FIELDS = 100_000  # bytes of the form beside the file


@bp.get("/")
@staff_only("catalog.read")
def index(product: str) -> Response:
    """Show the pictures: what the page asks again while one is being looked at."""
    return page("admin/products/show.html", part="admin/products/_pictures.html", **everything(product))


@bp.post("/")
@staff_only("catalog.edit")
def add(product: str) -> Response:
    """Take a picture through the shop: the way without a script."""
    limit = images.MAX_BYTES + _ROOM_FOR_FIELDS
    if (request.content_length or 0) > limit:  # its form is not even read
        return _refuse(product, Upload(), Invalid("That file is too large.", file=images.SMALLER))
    request.max_content_length = limit
    form = Upload(request.form)
    try:
        if not form.validate():
            raise Invalid("Say what the picture shows.")
        sent = request.files.get("file")
        if sent is None or not sent.filename:
            raise Invalid("Choose a picture.", file="Choose a picture.")
        catalog.send_upload(staff().actor, product, sent.stream, alt=form.alt.data or "")
    except (Invalid, Conflict) as refusal:
        return _refuse(product, form, refusal)
    return _changed(product)


@bp.post("/tickets")
@staff_only("catalog.edit")
def open_ticket(product: str) -> Response:
    """Say where a script may send a picture to. Answers JSON, a refusal too."""
    form = Upload(request.form)
    try:
        if not form.validate():
            raise Invalid("Write what the picture shows, for those who do not see it.")
        ticket = catalog.open_upload(staff().actor, product, alt=form.alt.data or "")
    except (Invalid, Conflict) as refusal:
        return _json({"problem": refusal.message}, status_of(refusal))
    arrived = url_for(".note_arrival", product=product, upload=ticket.id)
    return _json({"url": ticket.url, "fields": dict(ticket.fields), "arrived": arrived}, 200)


@bp.post("/tickets/<upload>/arrival")
@staff_only("catalog.edit")
def note_arrival(product: str, upload: str) -> Response:
    """Have a picture looked at that a script has sent."""
    catalog.note_arrival(product, upload)
    return _changed(product)


@bp.post("/tickets/<upload>/removal")
@staff_only("catalog.edit")
def forget(product: str, upload: str) -> Response:
    """Take a refusal off the page."""
    catalog.forget_upload(product, upload)
    return _changed(product)


@bp.post("/<key>")
@staff_only("catalog.edit")
def describe(product: str, key: str) -> Response:
    """Describe a picture for those who do not see it."""
    form = Describe(request.form)
    try:
        if not form.validate():
            raise Invalid("Use at most 500 characters.")
        catalog.describe_picture(staff().actor, product, key, read=form.read.data or "", alt=form.alt.data or "")
    except (Invalid, Conflict) as refusal:
        return _show(
            product, status=status_of(refusal), picture_refusal=refusal, refused_key=key, typed_alt=form.alt.data
        )
    return _changed(product)


@bp.post("/<key>/first")
@staff_only("catalog.edit")
def put_first(product: str, key: str) -> Response:
    """Show a picture before all others."""
    catalog.put_first(staff().actor, product, key)
    return _changed(product)


@bp.post("/<key>/removal")
@staff_only("catalog.edit")
def remove(product: str, key: str) -> Response:
    """Take a picture away."""
    catalog.remove_picture(staff().actor, product, key)
    return _changed(product)


@bp.post("/<key>/focus")
@staff_only("catalog.edit")
def focus(product: str, key: str) -> Response:
    """Say what stays in sight where a picture is cropped."""
    form = Focus(request.form)
    if not form.validate():
        advice = Invalid("Enter whole numbers from 0 to 100.")
        return _show(product, status=422, picture_refusal=advice, focus_key=key, focus=form)
    catalog.focus_picture(staff().actor, product, key, x=form.x.data or 0, y=form.y.data or 0)
    return _changed(product)


def _refuse(product: str, form: Upload, refusal: ShopError) -> Response:
    mark(form, refusal)
    return _show(product, status=status_of(refusal), upload=form, upload_refusal=refusal)


def _show(product: str, *, status: int, **context: Any) -> Response:
    shown = everything(product) | context
    return page("admin/products/show.html", part="admin/products/_pictures.html", status=status, **shown)


def _changed(product: str) -> Response:
    then = url_for("admin.products.show", product=product, _anchor="product-pictures")
    return changed("admin/products/_pictures.html", then=then, **everything(product))


def _json(content: dict[str, Any], status: int) -> Response:
    answer = jsonify(content)
    answer.status_code = status
    return answer
