"""Refunds: the balance is taken under lock before the call, and given back when the provider refuses."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select, update

from app import clock, db
from app.errors import Conflict, Invalid, NotFound
from app.money import Money
from app.queue import done, later
from app.services import audit, gift_cards
from app.services.payments import providers
from app.services.payments.charging import get_for_job as get_payment
from app.services.payments.charging import lock as lock_payment
from app.services.payments.disputes import check_undisputed, undisputed
from app.services.payments.models import HELD, Payment, Refund
from app.services.payments.provider import Failed, Provider, Refused
from app.services.payments.stripe_books import SeenRefund

_FAILED = "The customer's bank sent the refund back."
_WITHHELD = "The customer's bank took this money for a dispute. If the dispute is won, ask for this again."


def ask_refunds(
    order_id: str,
    amount: int,
    *,
    reason: str,
    actor: str,
    key: str,
    left: int | None = None,
    payment_id: str | None = None,
    despite_dispute: bool = False,
    bound: int = 0,
) -> Sequence[Refund]:
    """Take `amount` minor units from what can be given back of an order and queue its refunds, one a payment.

    Payments are drawn on in the order of `_drawn_on`; with `payment_id` only that one, disputed or not: what the shop
    must give back by itself is tried, and staff hear of it when it fails. The same `key` asks once.

    `bound` minor units from outside pay for gift cards that stay with the customer: they are drawn on last, so that
    what a gift card paid goes back on it and becomes no money.

    `despite_dispute` writes what a customer's bank disputes down as failed: it may be asked for again once that is won.

    Raises Invalid for no amount, Conflict when less than that is left: two who refund at once take turns. With `left`,
    what the person saw could be refunded, Conflict when that has changed since.
    """
    if amount < 1:
        raise Invalid("Nothing to refund.", amount="Enter an amount above zero.")
    with db.orders.transaction() as session:
        paid = _lock_paid(order_id, payment_id)
        asked = or_(Refund.key == key, Refund.key.startswith(f"{key}#", autoescape=True))
        known = session.scalars(select(Refund).where(asked).order_by(Refund.id)).all()
        if known:
            return known
        free = paid
        if payment_id is None:
            free = undisputed(paid)
            if not despite_dispute:
                check_undisputed(paid, amount)
                paid = free
        rest = Money.total((payment.refundable for payment in paid), paid[0].currency)
        if left is not None and left != rest.amount:
            raise Conflict(f"Somebody was faster: {rest} can still be refunded. Please check again.")
        if amount > rest.amount:
            raise Conflict(f"Only {rest} of this order can still be refunded.")
        refunds: list[Refund] = []
        drawn = sorted(paid, key=lambda each: (each not in free, _drawn_on(each)))
        for payment, part in _split(drawn, amount, bound):
            this = key if not refunds else f"{key}#{len(refunds) + 1}"
            ask = ask_of if payment in free else _withhold
            refunds.append(ask(payment, part, reason, actor, this))
        return refunds


def _split(drawn: Sequence[Payment], amount: int, bound: int) -> list[tuple[Payment, int]]:
    """Return how much of `amount` each payment gives, in the order in which they are drawn on."""
    parts = dict.fromkeys((each.id for each in drawn), 0)
    for kept in (bound, 0):
        for each in drawn:
            free = each.refundable.amount - parts[each.id] - (0 if each.gift_card_id else kept)
            part = max(0, min(amount, free))
            parts[each.id] += part
            amount -= part
    return [(each, parts[each.id]) for each in drawn if parts[each.id]]


def ask_of(payment: Payment, amount: int, reason: str, actor: str, key: str) -> Refund:
    """Write one refund of a locked payment and take its amount from the balance.

    What a card only holds is not given back but released: it will not be captured, and nothing is to be done.
    """
    if payment.capturing and payment.is_held:
        raise Conflict("This money is being taken from the card right now. Please try again in a minute.")
    is_held = payment.is_held
    if is_held:
        payment.released += amount
    else:
        payment.refunded += amount
    refund = Refund(
        id=db.new_id(), payment_id=payment.id, order_id=payment.order_id, key=key, amount=amount,
        currency=payment.currency, reason=reason, actor=actor, state="done" if is_held else "asked",
        try_number=1, is_release=is_held, created_at=clock.now(), done_at=clock.now() if is_held else None,
    )  # fmt: skip
    db.orders.session.add(refund)
    db.orders.session.flush()
    if not is_held:
        later("payments.refund", refund.id)
    elif not payment.unreleased:
        later("checkout.void", payment.id, key=f"void:{payment.id}")
    return refund


def _withhold(payment: Payment, amount: int, reason: str, actor: str, key: str) -> Refund:
    """Write down a refund that is not made, as a bank has taken the money of a locked payment for a dispute."""
    row = Refund(
        id=db.new_id(), payment_id=payment.id, order_id=payment.order_id, key=key, amount=amount,
        currency=payment.currency, reason=reason, actor=actor, state="failed", error=_WITHHELD, try_number=1,
        created_at=clock.now(), done_at=clock.now(),
    )  # fmt: skip
    db.orders.session.add(row)
    db.orders.session.flush()
    return row


def is_withheld(refund: Refund) -> bool:
    """Whether it was never made, as a customer's bank had taken the money for a dispute."""
    return refund.error == _WITHHELD


def refund(refund_id: str) -> Refund:
    """Give the money back at the provider. Safe to repeat: a repeat looks first for what an earlier call made."""
    asked = get_refund(refund_id)
    if asked.state != "asked":
        return asked
    payment = get_payment(asked.payment_id)
    if payment.gift_card_id:
        return _refund_to_card(asked, payment.gift_card_id)
    provider, external_id, error = providers.of(payment), None, None
    try:
        found = provider.find_refund(asked, payment) or _call(provider, asked, payment)
        if found is None:
            return asked  # a person does it: see note_sent()
        external_id, error = found[0], _FAILED if found[1] in {"failed", "canceled"} else None
    except (Refused, Invalid) as refusal:  # Invalid: an amount that it cannot say, as 3.333 KWD
        error = str(refusal)
    with db.orders.transaction():
        row = _end(refund_id, external_id, error)
        done()
    return row


def _call(provider: Provider, asked: Refund, payment: Payment) -> tuple[str, str] | None:
    """Make the refund; after a failure, which its key would only repeat, the next call takes a new one."""
    try:
        return provider.refund(asked, payment)
    except Failed:
        this = (Refund.id == asked.id, Refund.try_number == asked.try_number)
        with db.orders.transaction() as session:
            session.execute(update(Refund).where(*this).values(try_number=asked.try_number + 1))
        raise


def _refund_to_card(asked: Refund, card_id: str) -> Refund:
    """Put the money back on the gift card that it came from; on one that was voided nobody could spend it."""
    with db.orders.transaction():
        lock_payment(asked.payment_id)
        error = None if gift_cards.lock(card_id).voided_at is None else "The gift card is not in use any more."
        if error is None:
            gift_cards.give_back(card_id, asked.amount_money, kind="refunded", reference=asked.id, actor=asked.actor)
        row = _end(asked.id, None, error)
        done()
    return row


def note_sent(refund_id: str, *, actor: str) -> Refund:
    """Write that staff sent a refund from the shop's bank account. Twice is once; audited.

    Raises NotFound for one that the shop makes by itself.
    """
    payment = get_payment(get_refund(refund_id).payment_id)
    if payment.provider != "bank_transfer":
        raise NotFound
    with db.orders.transaction():
        lock_payment(payment.id)  # else two at once would both be audited
        if get_refund(refund_id).state == "asked":
            audit.record(db.orders, actor, "refund.sent", f"refund:{refund_id}")
        return _end(refund_id, None, None)


def list_by_hand(*, limit: int = 200) -> Sequence[Refund]:
    """List the refunds that wait for staff to send them from the bank, oldest first."""
    by_hand = (Refund.state == "asked") & (Payment.provider == "bank_transfer")
    with db.orders.reading() as session:
        return session.scalars(
            select(Refund)
            .join(Payment, Payment.id == Refund.payment_id)
            .where(by_hand)
            .order_by(Refund.id)
            .limit(limit)
        ).all()


def _end(refund_id: str, external_id: str | None, error: str | None) -> Refund:
    """Write how a refund that was asked for ended, once."""
    asked = get_refund(refund_id)
    locked = lock_payment(asked.payment_id)
    row = db.orders.session.get_one(Refund, refund_id, with_for_update=True, populate_existing=True)
    if row.state == "asked":
        row.done_at, row.external_id, row.error = clock.now(), external_id, error
        row.state = "failed" if error else "done"
        if error:
            _take_back(locked, row)
        else:
            later("email.refund_made", row.id, key=f"refunded:{row.id}")
    return row


def note_refund_failed(external_id: str) -> None:
    """Write that a refund, done as far as the provider knew, was sent back by the customer's bank. Twice is once."""
    with db.orders.reading() as session:
        known = session.scalars(select(Refund).where(Refund.external_id == external_id)).one_or_none()
    if known is None:
        return
    with db.orders.transaction() as session:
        locked = lock_payment(known.payment_id)
        row = session.get_one(Refund, known.id, with_for_update=True, populate_existing=True)
        if row.state == "done":
            row.state, row.error = "failed", _FAILED
            _take_back(locked, row)


def find_refund(external_id: str, refund_id: str | None) -> Refund | None:
    """Return the refund that the provider calls `external_id`, or that it says is ours as `refund_id`."""
    with db.orders.reading() as session:
        known = session.scalars(select(Refund).where(Refund.external_id == external_id)).one_or_none()
        return known or (session.get(Refund, refund_id) if refund_id else None)


def list_refunded(*, since: datetime) -> Sequence[Refund]:
    """List the refunds that the provider has made for us since then."""
    made = (Refund.state == "done") & (Refund.done_at >= since) & Refund.external_id.is_not(None)
    with db.orders.reading() as session:
        return session.scalars(select(Refund).where(made)).all()


def add_refund(payment_id: str, seen: SeenRefund) -> bool:
    """Write a refund that somebody made at the provider itself, in the open transaction; False when it is too much."""
    payment = lock_payment(payment_id)
    if find_refund(seen.id, seen.refund_id) is not None:
        return True
    if seen.amount.currency != payment.currency or seen.amount.amount > payment.captured - payment.refunded:
        return False
    payment.refunded += seen.amount.amount
    db.orders.session.add(
        Refund(
            id=db.new_id(), payment_id=payment_id, order_id=payment.order_id, key=f"stripe:{seen.id}",
            amount=seen.amount.amount, currency=payment.currency, reason="Made at Stripe itself", actor="stripe",
            state="done", try_number=1, external_id=seen.id, created_at=clock.now(), done_at=clock.now(),
        )
    )  # fmt: skip
    db.orders.session.flush()
    return True


def get_refund(refund_id: str) -> Refund:
    """Return the refund with this id. For jobs and services, which got the id from a row, never from a person."""
    with db.orders.reading() as session:
        row = session.get(Refund, refund_id)
    if row is None:
        raise NotFound
    return row


def refunds_of(order_id: str) -> Sequence[Refund]:
    """List an order's refunds, oldest first."""
    with db.orders.reading() as session:
        return session.scalars(select(Refund).where(Refund.order_id == order_id).order_by(Refund.id)).all()


def _take_back(payment: Payment, row: Refund) -> None:
    """Count a failed refund's amount as not given back, and have staff told."""
    payment.refunded -= row.amount
    later("checkout.tell_refund_failed", row.id, key=f"refund-failed:{row.id}")


def _drawn_on(payment: Payment) -> tuple[bool, int, str]:
    """Return when a payment gives back: money from outside before gift cards, then the one that has most left."""
    return payment.gift_card_id is not None, -payment.refundable.amount, payment.id


def _lock_paid(order_id: str, payment_id: str | None) -> Sequence[Payment]:
    """Lock the order's payments that brought money, in order of id; with `payment_id` only that one.

    One that came twice is none of them: all of it goes back by a refund of its own, to be asked for again if it fails.
    """
    wanted = select(Payment).where(Payment.order_id == order_id, or_(Payment.captured > 0, HELD))
    wanted = wanted.where(Payment.state != "surplus" if payment_id is None else Payment.id == payment_id)
    paid = db.orders.session.scalars(wanted.order_by(Payment.id).with_for_update()).all()
    if not paid:
        raise Conflict("Nothing was paid for this order, so there is nothing to refund.")
    return paid
