"""Gift cards: the table, issuing one, and the ledger of each."""

import secrets
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, request, url_for
from wtforms import HiddenField, IntegerField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from app import clock, config
from app.blueprints._access import confirm, proof_needed, staff, staff_only
from app.blueprints._forms import Form, mark
from app.blueprints._pages import page, see_other, status_of
from app.errors import Conflict, Invalid, NotFound, ShopError, TooOften
from app.money import Money
from app.services import accounts, gift_cards, orders, payments

bp = Blueprint("gift_cards", __name__, url_prefix="/gift-cards")

_SHOWN = 50
_A_CLICK = timedelta(minutes=1)  # between the first and the last click on one button


class Issue(Form):
    """A new card. `key` makes two clicks one card."""

    amount = StringField("Amount", [DataRequired("Enter an amount."), Length(max=20)])
    note = StringField("Note", [DataRequired("Say what it is for; colleagues read it."), Length(max=200)])
    code = StringField("Your code", [Optional(), Length(max=40)])
    key = HiddenField(validators=[InputRequired(), Length(min=16, max=64)])


class Void(Form):
    """Taking a card out of use. `balance` is what was on it when the page was made."""

    reason = StringField("Reason", [DataRequired("Say why."), Length(max=200)])
    code = StringField("Your code", [Optional(), Length(max=40)])
    balance = IntegerField(validators=[InputRequired()])


@bp.get("/")
@staff_only("gift_cards.read")
def index() -> Response:
    """List cards newest first, or those whose code ends with four characters."""
    return _show_index()


@bp.post("/")
@staff_only("gift_cards.issue")
def issue() -> Response:
    """Issue a card, and show its code this once; to a second click too, whose answer is the one that is seen."""
    form = Issue(request.form)
    if not form.validate():
        return _show_index(status=422, form=form)
    try:
        amount = Money.typed(form.amount.data or "", config.current().currency)
    except ValueError as error:
        return _show_index(status=422, form=form, refusal=Invalid("Enter an amount.", amount=str(error)))
    try:
        confirm(form.code.data or "")
        note = (form.note.data or "").strip()
        issued = gift_cards.issue(amount, key=form.key.data or "", actor=staff().actor, note=note)
    except (Invalid, TooOften) as refusal:
        return _show_index(status=status_of(refusal), form=form, refusal=refusal)
    is_second_click = issued.card.issued_by == staff().actor and clock.now() - issued.card.issued_at < _A_CLICK
    if not (issued.is_new or is_second_click):
        return see_other(url_for(".show", card=issued.card.id))
    return _show_card(issued.card, code=gift_cards.code_of(issued.card.id))


@bp.get("/<card>")
@staff_only("gift_cards.read")
def show(card: str) -> Response:
    """Show a card's ledger; never its code."""
    return _show_card(_find(card))


@bp.post("/<card>/voiding")
@staff_only("gift_cards.issue")
def void(card: str) -> Response:
    """Take a card out of use with what is on it."""
    found, form = _find(card), Void(request.form)
    if not form.validate():
        return _show_card(found, status=422, form=form)
    try:
        confirm(form.code.data or "")
        gift_cards.void(
            card, balance=form.balance.data or 0, reason=(form.reason.data or "").strip(), actor=staff().actor
        )
    except (Invalid, Conflict, TooOften) as refusal:
        return _show_card(_find(card), status=status_of(refusal), form=form, refusal=refusal)
    return see_other(url_for(".show", card=card))


def _find(card: str) -> gift_cards.GiftCard:
    found = gift_cards.find(card)
    if found is None:
        raise NotFound("There is no such gift card.")
    return found


def _show_index(*, status: int = 200, form: Issue | None = None, refusal: ShopError | None = None) -> Response:
    q, before = request.args.get("q", "").strip(), request.args.get("before")
    found = gift_cards.list_as_staff(last4=q or None, before=before, limit=_SHOWN + 1)
    cards = found[:_SHOWN]
    mark(form, refusal)
    return page(
        "admin/gift_cards/index.html", part="admin/gift_cards/_table.html", status=status, cards=cards, q=q,
        later=url_for(".index", q=q or None, before=cards[-1].id) if len(found) > _SHOWN else None,
        is_first=before is None, form=form or Issue(key=secrets.token_hex(16)), refusal=refusal, **_rights(),
    )  # fmt: skip


def _show_card(
    card: gift_cards.GiftCard,
    *,
    status: int = 200,
    code: str = "",
    form: Void | None = None,
    refusal: ShopError | None = None,
) -> Response:
    entries = gift_cards.entries_of(card.id)
    paid = payments.orders_of_entries(card)
    numbers = orders.numbers_of([*paid.values(), *([card.order_id] if card.order_id else [])])
    mark(form, refusal)
    return page(
        "admin/gift_cards/show.html", status=status, card=card, entries=entries, code=code,
        form=form or Void(), order=numbers[card.order_id] if card.order_id else None,
        paid={reference: numbers[order_id] for reference, order_id in paid.items()},
        names=accounts.names_of([card.issued_by, *(entry.actor for entry in entries)]), refusal=refusal,
        money=lambda amount: Money(amount, card.currency), held=payments.held_of_card(card), **_rights(),
    )  # fmt: skip


def _rights() -> dict[str, Any]:
    return {"may_issue": staff().may("gift_cards.issue"), **proof_needed(),
            "currency": config.current().currency}  # fmt: skip
