"""Orders: the table, and the page of one with its money, parcels and timeline."""

import secrets
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, request, url_for
from wtforms import HiddenField, IntegerField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from app.blueprints._access import confirm, proof_needed, staff, staff_only
from app.blueprints._forms import Form, mark
from app.blueprints._pages import changed, page, pdf, status_of
from app.errors import Conflict, Invalid, ShopError, TooOften
from app.money import Money
from app.services import accounts, checkout, credits, documents, fulfilment, gift_cards, orders, payments, returns

bp = Blueprint("orders", __name__, url_prefix="/orders")

_LABELS = 50  # in one file: as many as a page of the list has


class Refund(Form):
    """How much to give back. `left` is what could be given back when the page was made, `key` makes two clicks one."""

    amount = StringField("Amount", [DataRequired("Enter an amount."), Length(max=20)])
    reason = StringField("Reason", [DataRequired("Say why; the customer's mail does not show it."), Length(max=200)])
    code = StringField("Your code", [Optional(), Length(max=40)])
    left = IntegerField(validators=[InputRequired()])
    key = HiddenField(validators=[InputRequired(), Length(min=16, max=64)])


class Again(Form):
    """A failed refund asked for again."""

    code = StringField("Your code", [Optional(), Length(max=40)])


class Otherwise(Again):
    """How a failed refund was given back."""

    words = StringField("How", [DataRequired("Say how; the customer reads it."), Length(max=200)])


class Note(Form):
    """Words for colleagues."""

    text = TextAreaField("Note", [DataRequired("Write something first."), Length(max=2000)])


@bp.get("/")
@staff_only("orders.read")
def index() -> Response:
    """List orders, newest first: all, of a state or pay state, those that wait for staff; to send, oldest first."""
    state, pay, q, only = (request.args.get(name, "").strip() for name in ("state", "pay", "q", "only"))
    found = orders.list_as_staff(
        staff(), state=state or None, pay_state=pay or None, q=q or None, before=request.args.get("before"),
        named=_named(q),
        needs_attention=only == "attention", among=_among(only), is_queue=only == "sending",
    )  # fmt: skip
    paid = payments.of_orders(order.id for order in found.orders)
    parcels = fulfilment.states_of(order.id for order in found.orders)
    disputes = payments.find_disputes(payment for each in paid.values() for payment in each)
    disputed = {dispute.order_id for dispute in disputes}
    rows = [(order, payments.state_of(paid[order.id]), parcels.get(order.id)) for order in found.orders]
    shown = [order.id for order in found.orders]
    to_send = found.orders if only == "sending" else []
    to_print = [
        order.id for order in to_send if not credits.owed_of(order, paid[order.id])
    ]  # the others stay until paid
    labels = fulfilment.labels_of(to_print) if to_print else {}
    chosen: dict[str, Any] = {"state": state or None, "pay": pay or None, "q": q or None, "only": only or None}
    later = url_for(".index", **chosen, before=found.before) if found.before else None
    return page(
        "admin/orders/index.html", part="admin/orders/_table.html",
        rows=rows, state=state, pay=pay, q=q, only=only, states=list(orders.OrderState), pay_states=payments.PAY_STATES,
        disputed=disputed,
        alerts=orders.alerts_of(shown) if only == "attention" else {},
        labels=labels,
        at_once=[labels[order_id] for order_id in to_print if order_id in labels and order_id not in disputed],
        slips=documents.packing_slips_of(to_print) if to_print else {},
        is_first="before" not in request.args, first=url_for(".index", **chosen), later=later,
    )  # fmt: skip


@bp.get("/<number>")
@staff_only("orders.read")
def show(number: str) -> Response:
    """Show one order with all that happened to it."""
    return page("admin/orders/show.html", **_everything(orders.get_as_staff(staff(), number)))


@bp.post("/<number>/refunds")
@staff_only("orders.refund")
def refund(number: str) -> Response:
    """Give money back, in full or in part."""
    order, form = orders.get_as_staff(staff(), number), Refund(request.form)
    if not form.validate():
        return _refuse(order, None, refund_form=form)
    try:
        amount = Money.typed(form.amount.data or "", order.currency)
    except ValueError as error:
        return _refuse(order, Invalid("Enter an amount.", amount=str(error)), refund_form=form)
    try:
        confirm(form.code.data or "")
        orders.refund_as_staff(
            order, amount, left=form.left.data or 0, reason=(form.reason.data or "").strip(), key=form.key.data or "",
            actor=staff().actor,
        )  # fmt: skip
    except (Invalid, Conflict, TooOften) as refusal:
        return _refuse(order, refusal, refund_form=form)
    return changed("admin/orders/_changes.html", then=url_for(".show", number=number), **_everything(order))


@bp.post("/<number>/refunds/<refund>/repeats")
@staff_only("orders.refund")
def refund_again(number: str, refund: str) -> Response:
    """Ask for a refund that failed again."""
    return _settle_failed(number, refund, Again(request.form))


@bp.post("/<number>/refunds/<refund>/substitutes")
@staff_only("orders.refund")
def refund_otherwise(number: str, refund: str) -> Response:
    """Note that what a refund failed to give back was given back another way."""
    return _settle_failed(number, refund, Otherwise(request.form))


def _settle_failed(number: str, refund: str, form: Again) -> Response:
    order = orders.get_as_staff(staff(), number)
    if not form.validate():
        advice = " ".join(each for errors in form.errors.values() for each in errors)
        return _show_refusal(order, Invalid(advice), failed_id=refund)
    words = (form.words.data or "").strip() if isinstance(form, Otherwise) else None
    try:
        confirm(form.code.data or "")
        credits.refund_again_as_staff(order, refund, actor=staff().actor, otherwise=words)
    except (Invalid, Conflict, TooOften) as refusal:
        return _show_refusal(order, refusal, failed_id=refund)
    return changed("admin/orders/_changes.html", then=url_for(".show", number=number), **_everything(order))


@bp.post("/<number>/notes")
@staff_only("orders.note")
def note(number: str) -> Response:
    """Write a note for colleagues."""
    order, form = orders.get_as_staff(staff(), number), Note(request.form)
    if not form.validate():
        return page(
            "admin/orders/show.html",
            part="admin/orders/_timeline.html",
            status=422,
            **_everything(order, note_form=form),
        )
    orders.note_as_staff(order, form.text.data or "", actor=staff().actor)
    return changed("admin/orders/_timeline.html", then=url_for(".show", number=number), **_everything(order))


@bp.post("/<number>/dealings")
@staff_only("orders.note")
def deal_with(number: str) -> Response:
    """Take an order off the list of those that need attention, as far as the page showed why."""
    order = orders.get_as_staff(staff(), number)
    orders.deal_with_as_staff(order, request.form.getlist("seen"), actor=staff().actor)
    return changed("admin/orders/_timeline.html", then=url_for(".show", number=number), **_everything(order))


@bp.post("/<number>/captures")
@staff_only("orders.refund")
def capture(number: str) -> Response:
    """Take what the order's card holds now; also once more, after its bank refused."""
    order = orders.get_as_staff(staff(), number)
    checkout.capture_as_staff(order, actor=staff().actor)
    return changed("admin/orders/_changes.html", then=url_for(".show", number=number), **_everything(order))


@bp.post("/<number>/payment-requests")
@staff_only("orders.note")
def ask_payment(number: str) -> Response:
    """Mail the customer once more where to pay again."""
    order = orders.get_as_staff(staff(), number)
    checkout.ask_as_staff(order, actor=staff().actor)
    return changed("admin/orders/_changes.html", then=url_for(".show", number=number), **_everything(order))


@bp.get("/labels.pdf")
@staff_only("orders.read")
def print_labels() -> Response:
    """Send the labels of a list of parcels to print, one after the other."""
    return pdf(fulfilment.labels_pdf(staff(), request.args.getlist("parcel")[:_LABELS]), name="labels")


@bp.get("/<number>/labels/<shipment>.pdf")
@staff_only("orders.read")
def label(number: str, shipment: str) -> Response:
    """Send a parcel's label to print."""
    return pdf(fulfilment.label_pdf(staff(), shipment), name=f"label-{number}")


def _among(only: str) -> Sequence[str] | None:
    """Return the ids of the orders that the list is narrowed to."""
    return {"returns": returns.open_order_ids, "sending": fulfilment.orders_to_send}.get(only, lambda: None)()


def _named(q: str) -> Sequence[str]:
    """Return the ids of orders that others know by what is looked for: a parcel, a paper, a payment."""
    return [*fulfilment.order_ids_of(q), *documents.order_ids_of(q), *payments.order_ids_of(q)] if q else []


def _refuse(order: orders.Order, refusal: ShopError | None, *, refund_form: Refund) -> Response:
    """Show the payment's part again with what is wrong; what was typed stays, the balance is today's."""
    shown = _everything(order, refund_form=refund_form, refusal=refusal)
    mark(refund_form, refusal)
    refund_form.left.process_data(shown["left"].amount)
    return _page_of_payment(shown, refusal)


def _show_refusal(order: orders.Order, refusal: ShopError, *, failed_id: str) -> Response:
    """Show the payment's part again, with why a failed refund was not settled beside it."""
    return _page_of_payment(_everything(order) | {"failed_id": failed_id, "again_refusal": refusal}, refusal)


def _page_of_payment(shown: dict[str, Any], refusal: ShopError | None) -> Response:
    status = status_of(refusal) if refusal else 422
    return page("admin/orders/show.html", part="admin/orders/_payment.html", status=status, **shown)


def _everything(
    order: orders.Order,
    *,
    refund_form: Refund | None = None,
    note_form: Note | None = None,
    refusal: ShopError | None = None,
) -> dict[str, Any]:
    """Read what the page and each of its parts show."""
    paid, refunds, events = payments.of_order(order.id), payments.refunds_of(order.id), orders.timeline(order.id)
    earlier, sent_back = credits.of_order(order.id), returns.of_order(order.id)
    shipments = fulfilment.shipments_of(order.id)
    free = [payment for payment in payments.undisputed(paid) if payment.state != "surplus"]
    left = Money.total((payment.refundable for payment in free), order.currency)
    fresh_form = Refund(amount=str(left.decimal), left=left.amount, key=secrets.token_hex(16))
    return {
        "order": order,
        "moved": _moved(earlier, shipments, sent_back),
        "given_back": Money.total((credit.amount_money for credit in earlier), order.currency),
        "payments": paid,
        "pay_state": payments.state_of(paid),
        "is_disputed": bool(payments.find_disputes(paid)),
        "askable": {payment.id for payment in free},
        "refunds": refunds,
        "unsettled": credits.unsettled_of(order, paid, refunds),
        "left": left,
        "may_credit": order.confirmed_at and credits.balance_of(order, earlier).left,
        "owed": credits.owed_of(order, paid),
        "asked": payments.find_asked(paid),
        "refund_form": refund_form or fresh_form,
        "refusal": refusal,
        "may_cancel": staff().may("orders.cancel"),
        "may_correct": staff().may("orders.correct"),
        "may_refund": staff().may("orders.refund"),
        **proof_needed(),
        "cards": gift_cards.sold_with(order.id) if order.has_gift_cards else [],
        "returns": sent_back,
        "documents": documents.documents_of(order.id),
        "shipments": shipments,
        "is_sent": bool(fulfilment.gone_in(shipments)),
        "may_ship": staff().may("orders.ship"),
        "events": events,
        "names": accounts.names_of([*(event.actor for event in events), *(refund.actor for refund in refunds)]),
        "note_form": note_form or Note(),
        "may_note": staff().may("orders.note"),
    }


def _moved(
    earlier: Sequence[credits.Credit], shipments: Sequence[fulfilment.Shipment], sent_back: Sequence[returns.Return]
) -> dict[tuple[str, str], Mapping[int, int]]:
    """Return columns, (label, kind), of how many of each line, by position, were cancelled, sent and returned."""
    found = {
        "Cancelled": _pieces(
            (line.position, line.quantity)
            for credit in earlier
            if credit.kind == "cancellation"
            for line in credit.lines
        ),
        "Sent": fulfilment.gone_in(shipments),
        "Returned": _pieces(
            (line.position, line.pieces)
            for each in sent_back
            if each.state in {"received", "refunded"}
            for line in each.lines
        ),
    }
    return {(label, "number"): pieces for label, pieces in found.items() if pieces}


def _pieces(of: Iterable[tuple[int, int]]) -> Mapping[int, int]:
    """Add up pieces by the position of their line."""
    found: Counter[int] = Counter()
    for position, pieces in of:
        found[position] += pieces
    return found
