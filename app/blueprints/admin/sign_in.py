"""Signing in and out of the back office, setting up an authenticator, and where one is signed in."""

from typing import Any

from flask import Blueprint, Response, request, url_for
from flask_login import current_user
from markupsafe import Markup
from wtforms import EmailField, HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired, Length

from app.blueprints._access import (
    forget_staff,
    halfway,
    local_path,
    remember_staff,
    signed_in_only,
    staff,
    staff_session,
    visitor,
)
from app.blueprints._forms import Form
from app.blueprints._pages import page, see_other, status_of
from app.errors import Conflict, Invalid, ShopError, TooOften
from app.services import accounts

bp = Blueprint("sign_in", __name__)


class Password(Form):
    """The first proof."""

    email = EmailField("Email", [InputRequired("Enter your email address."), Length(max=254)])
    password = PasswordField("Password", [InputRequired("Enter your password."), Length(max=1000)])
    next = HiddenField()


class Code(Form):
    """The second proof."""

    code = StringField("Code", [InputRequired("Enter the code."), Length(max=40)])
    next = HiddenField()


@bp.get("/sign-in")
def show() -> Response:
    """Ask who it is. Somebody who is signed in already goes on."""
    if current_user.is_authenticated:
        return see_other(_after(request.args.get("next")))
    return page("admin/sign_in/password.html", form=Password(next=request.args.get("next", "")))


@bp.post("/sign-in")
def enter_password() -> Response:
    """Check the password; the code is next."""
    form = Password(request.form)
    if not form.validate():
        return page("admin/sign_in/password.html", status=422, form=form)
    try:
        done = accounts.enter_password(form.email.data or "", form.password.data or "", visitor())
    except (Invalid, TooOften) as refusal:
        return _refuse("admin/sign_in/password.html", refusal, form=form)
    remember_staff(done.session_id)
    return see_other(url_for(".enrolment" if done.must_enrol else ".code", next=form.next.data or None))


@bp.get("/sign-in/code")
def code() -> Response:
    """Ask for the code."""
    session = halfway()
    if session is None:
        return see_other(url_for(".show", next=request.args.get("next")))
    return _ask_code(session, Code(next=request.args.get("next", "")))


@bp.post("/sign-in/code")
def enter_code() -> Response:
    """Check the code and open the back office."""
    form, session = Code(request.form), halfway()
    if session is None:
        return see_other(url_for(".show", next=form.next.data or None))
    if not form.validate():
        return _ask_code(session, form, status=422)
    try:
        done = accounts.enter_code(session, form.code.data or "", visitor())
    except (Invalid, TooOften) as refusal:
        return _refuse("admin/sign_in/code.html", refusal, form=form, demo_code=accounts.demo_code(session.staff_id))
    remember_staff(done.session_id, device=done.device)
    return see_other(_after(form.next.data))


@bp.get("/sign-in/authenticator")
def enrolment() -> Response:
    """Show what an authenticator must scan, to somebody who has none."""
    session = halfway()
    if session is None:
        return see_other(url_for(".show", next=request.args.get("next")))
    return page("admin/sign_in/enrolment.html", form=Code(next=request.args.get("next", "")), **_enrolment(session))


@bp.post("/sign-in/authenticator")
def enrol() -> Response:
    """Check that the authenticator works, open the back office, and show the recovery codes this once."""
    form, session = Code(request.form), halfway()
    if session is None:
        return see_other(url_for(".show", next=form.next.data or None))
    if not form.validate():
        return page("admin/sign_in/enrolment.html", status=422, form=form, **_enrolment(session))
    try:
        done = accounts.enrol(session, form.code.data or "", visitor())
    except (Invalid, TooOften) as refusal:
        return _refuse("admin/sign_in/enrolment.html", refusal, form=form, **_enrolment(session))
    remember_staff(done.session_id, device=done.device)
    return page("admin/sign_in/recovery_codes.html", codes=done.recovery_codes, then=_after(form.next.data))


@bp.post("/sign-out")
def sign_out() -> Response:
    """End this sign-in. Twice is harmless."""
    session = staff_session() if current_user.is_authenticated else halfway()
    if session:
        accounts.sign_out(session)
    forget_staff()
    return see_other(url_for(".show"))


@bp.get("/sessions")
@signed_in_only
def sessions() -> Response:
    """Show where one is signed in."""
    return page("admin/sign_in/sessions.html", sessions=accounts.list_sessions(staff().id), here=staff_session().key)


@bp.post("/sessions/<key>/ending")
@signed_in_only
def end_session(key: str) -> Response:
    """End one of one's own sign-ins."""
    accounts.end_session(staff().id, key)
    return see_other(url_for(".sessions"))


def _ask_code(session: accounts.Session, form: Code, *, status: int = 200) -> Response:
    return page("admin/sign_in/code.html", status=status, form=form, demo_code=accounts.demo_code(session.staff_id))


def _enrolment(session: accounts.Session) -> dict[str, Any]:
    import segno  # noqa: PLC0415 - a member of staff enrols once

    try:
        waiting = accounts.enrolment_of(session)
    except Conflict:
        return {"secret": None, "drawing": None}
    drawing = segno.make(waiting.secret.uri, error="m").svg_inline(border=4, dark="#000", light="#fff", omitsize=True)
    return {"secret": waiting.secret.text, "drawing": Markup(drawing)}  # noqa: S704 - drawn by segno, no words of others


def _refuse(template: str, refusal: ShopError, **context: Any) -> Response:
    return page(template, status=status_of(refusal), refusal=refusal, **context)


def _after(address: str | None) -> str:
    return local_path(address, otherwise=url_for("admin.orders.index"))
