"""Finding an order again: number and email, and a fresh link by mail. The answer is the same whatever was typed."""

from flask import Response, request, url_for
from wtforms import EmailField, StringField
from wtforms.validators import InputRequired, Length, Regexp

from app.blueprints._forms import Form
from app.blueprints._limits import limiter, network
from app.blueprints._pages import page, see_other
from app.blueprints.orders.views import bp
from app.services import notifications, orders


class LookUp(Form):
    """By what an order is found. Only its shape is checked here: whether it exists is nobody's business."""

    number = StringField(
        "Order number",
        [
            InputRequired("Enter the number of your order; it is in every email about it."),
            Length(max=40),
            Regexp(r"^[\w\s#-]+$", message="Enter the number as it stands in the email, as in ABCDE-23456."),
        ],
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"},
    )
    email = EmailField(
        "Email",
        [
            InputRequired("Enter the email address that you ordered with."),
            Length(max=254),
            # No two parts beside each other take the same mark, or a long text that does not fit would take hours.
            Regexp(r"^\s*[^\s\0@]+@[^\s\0]+\s*$", message="Enter an email address, as in ada@example.org."),
        ],
        render_kw={"autocomplete": "email"},
    )


@bp.get("/look-up")
def look_up() -> Response:
    """Ask for number and email, or say that the mail is on its way, if there is one."""
    return _show(LookUp(), was_asked="asked" in request.args)


@bp.post("/look-up")
@limiter.limit("5/minute")
@limiter.limit("30/hour")
@limiter.limit("20/minute", key_func=network)  # each cart is new for whoever tries out numbers
@limiter.limit("200/hour", key_func=network)
def send_link() -> Response:
    """Have a fresh link mailed to whom the order belongs. Takes the same way for any number and address."""
    form = LookUp(request.form)
    if not form.validate():
        return _show(form, status=422)
    notifications.ask_for_link(form.number.data or "", form.email.data or "")
    return see_other(url_for("orders.look_up", asked="yes"))


@bp.errorhandler(orders.LinkTooOld)
def offer_another(refusal: orders.LinkTooOld) -> Response:
    """Show, for a link that is false or too old, how to get a fresh one."""
    return _show(LookUp(), refusal=refusal, status=404)


def _show(
    form: LookUp, *, was_asked: bool = False, refusal: orders.LinkTooOld | None = None, status: int = 200
) -> Response:
    response = page("orders/look_up.html", status=status, form=form, was_asked=was_asked, refusal=refusal)
    response.headers["Cache-Control"] = "no-store"
    return response
