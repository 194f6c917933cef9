"""Bank transfers: what is waited for, matched with what came, and what has to be sent back by hand."""

import secrets
from typing import Any

from flask import Blueprint, Response, request, url_for
from wtforms import HiddenField, IntegerField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from app.blueprints._access import staff, staff_only
from app.blueprints._forms import Form, mark
from app.blueprints._pages import changed, page, status_of
from app.errors import Conflict, Invalid, NotFound, ShopError
from app.money import Money
from app.services import accounts, checkout, orders, payments

bp = Blueprint("transfers", __name__, url_prefix="/transfers")

_SHOWN = 50
_TO_SEND = 200
_WAITED_FOR = {"created", "open"}


class Receipt(Form):
    """What came. `received` is what had come when the page was made, `key` makes two clicks one.

    `sure` is an amount above what is due that was asked about: the same again is meant.
    """

    amount = StringField("Amount", [DataRequired("Enter an amount."), Length(max=20)])
    sender = StringField("Sender", [DataRequired("Enter the sender's name or IBAN."), Length(max=200)])
    bank_line = StringField("Statement line", [Optional(), Length(max=100)])
    received = IntegerField(validators=[InputRequired()])
    key = HiddenField(validators=[InputRequired(), Length(min=16, max=64)])
    sure = HiddenField(validators=[Optional(), Length(max=20)])


@bp.get("/")
@staff_only("orders.read")
def index() -> Response:
    """List the transfers that are waited for, oldest first, and the refunds to be sent by hand."""
    q, after = request.args.get("q", "").strip(), request.args.get("after")
    order_ids = orders.list_ids(q) if q else ()
    found = payments.list_transfers(q=q or None, order_ids=order_ids, after=after, limit=_SHOWN + 1)
    shown = found[:_SHOWN]
    later = url_for(".index", q=q or None, after=shown[-1].id) if len(found) > _SHOWN else None
    return page(
        "admin/transfers/index.html", part="admin/transfers/_table.html", transfers=shown, q=q, later=later,
        is_first=not after, instructions=payments.instructions, **_to_send(),
    )  # fmt: skip


@bp.get("/<payment>")
@staff_only("orders.read")
def show(payment: str) -> Response:
    """Show one transfer with what came for it, and the form to record more."""
    return page("admin/transfers/show.html", part="admin/transfers/_receipts.html", **_everything(payment))


@bp.post("/<payment>/receipts")
@staff_only("payments.match")
def receive(payment: str) -> Response:
    """Note money that came; what follows from it follows at once."""
    form, found = Receipt(request.form), _find(payment)
    if not form.validate():
        return _refuse(payment, None, form)
    try:
        amount = Money.typed(form.amount.data or "", found.currency)
    except ValueError as error:
        return _refuse(payment, Invalid("Enter an amount.", amount=str(error)), form)
    try:
        _ask_if_more(found, amount, form)
        checkout.take_transfer(
            payment, amount, received=form.received.data or 0, sender=(form.sender.data or "").strip(),
            bank_line=(form.bank_line.data or "").strip(), key=form.key.data or "", actor=staff().actor,
        )  # fmt: skip
    except (Invalid, Conflict) as refusal:
        return _refuse(payment, refusal, form)
    return changed("admin/transfers/_receipts.html", then=url_for(".show", payment=payment), **_everything(payment))


@bp.post("/<payment>/receipts/<receipt>/removal")
@staff_only("payments.match")
def take_back(payment: str, receipt: str) -> Response:
    """Take back what was recorded by mistake; an order that went ahead on it is to be paid again."""
    _find(payment)
    try:
        checkout.take_receipt_back(payment, receipt, actor=staff().actor)
    except Conflict as refusal:
        shown = _everything(payment) | {"refusal": refusal}
        return page(
            "admin/transfers/show.html", part="admin/transfers/_receipts.html", status=status_of(refusal), **shown
        )
    return changed("admin/transfers/_receipts.html", then=url_for(".show", payment=payment), **_everything(payment))


@bp.post("/refunds/<refund>/sendings")
@staff_only("orders.refund")
def send(refund: str) -> Response:
    """Note that a refund was sent from the bank."""
    payments.note_sent(refund, actor=staff().actor)
    return changed("admin/transfers/_to_send.html", then=url_for(".index"), **_to_send())


def _ask_if_more(payment: payments.Payment, amount: Money, form: Receipt) -> None:
    """Raise Invalid for more than is due, unless just that was asked about: a slip would ask staff to send it back."""
    due = payments.instructions(payment).due
    if payment.state not in _WAITED_FOR or amount <= due or form.sure.data == form.amount.data:
        return
    form.sure.process_data(form.amount.data)
    raise Invalid(
        f"This is {amount - due} more than is due, and would be refunded. Check the statement again.",
        amount="Correct it, or press again if that is what arrived.",
    )


def _refuse(payment: str, refusal: ShopError | None, form: Receipt) -> Response:
    """Show the form again with what is wrong; what was typed stays, what had come is today's."""
    mark(form, refusal)
    shown = _everything(payment) | {"form": form, "refusal": refusal}
    form.received.process_data(shown["payment"].captured)
    status = status_of(refusal) if refusal else 422
    return page("admin/transfers/show.html", part="admin/transfers/_receipts.html", status=status, **shown)


def _find(payment: str) -> payments.Payment:
    found = payments.find(payment)
    if found is None or found.method != "transfer":
        raise NotFound("There is no such transfer.")
    return found


def _everything(payment: str) -> dict[str, Any]:
    found, receipts = _find(payment), payments.receipts_of(payment)
    transfer = payments.instructions(found)
    is_waited_for = found.state in _WAITED_FOR
    return {
        "payment": found,
        "order": orders.get_for_job(found.order_id),
        "transfer": transfer,
        "receipts": receipts,
        "names": accounts.names_of(
            actor for receipt in receipts for actor in (receipt.actor, receipt.taken_back_by) if actor
        ),
        "form": Receipt(
            amount=str(transfer.due.decimal) if is_waited_for else "",
            received=found.captured,
            key=secrets.token_hex(16),
        ),
        "refusal": None,
        "may_match": staff().may("payments.match"),
    }


def _to_send() -> dict[str, Any]:
    found = payments.list_by_hand(limit=_TO_SEND + 1)
    refunds = found[:_TO_SEND]
    senders = payments.senders_of(refund.payment_id for refund in refunds)
    numbers = orders.numbers_of(refund.order_id for refund in refunds)
    return {
        "refunds": refunds,
        "has_more": len(found) > _TO_SEND,
        "senders": senders,
        "numbers": numbers,
        "may_send": staff().may("orders.refund"),
    }
