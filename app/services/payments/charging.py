"""Payments: one live payment per order, opened at the provider under one idempotency key."""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select, update

from app import clock, db
from app.errors import NotFound, Unavailable
from app.money import Money
from app.queue import later
from app.services.payments import brake, providers, stripe_books
from app.services.payments.models import Payment
from app.services.payments.provider import Asked, Failed, InUse, Opened, Refused, Truth
from app.services.payments.tenders import GIFT_CARD

LOST_AFTER = timedelta(minutes=5)  # when no call of ours can still be at work over there
LIVE = ("created", "open", "authorized", "paid")
_ONE = select(Payment).where(Payment.id == bindparam("payment"))
_LOCKED = _ONE.with_for_update().execution_options(populate_existing=True)
_OF_ORDER = select(Payment).where(Payment.order_id == bindparam("order")).order_by(Payment.id)
_LIVE_ONE = select(Payment).where(
    Payment.order_id == bindparam("order"), Payment.state.in_(LIVE), Payment.provider != GIFT_CARD
)
_ORDER_ID = select(Payment.order_id).where(Payment.id == bindparam("payment"))
_TRY = (
    update(db.table_of(Payment))
    .where(Payment.id == bindparam("payment"), Payment.state == "created")
    .where(Payment.tried_at.is_not_distinct_from(bindparam("tried_before")))
    .values(try_number=bindparam("number"), tried_at=bindparam("moment"), try_failed=False)
    .returning(Payment.id)
)
_PATIENCE = (0.2, 0.4, 0.8)  # seconds between looks while a twin of this request opens the same payment


@dataclass(frozen=True)
class Closed:
    """A payment as it was when the provider was told to take no more money for it, and what the provider said."""

    payment: Payment
    truth: Truth


def add(
    *,
    order_id: str,
    order_number: str,
    amount: Money,
    method: str,
    email: str,
    return_url: str,
    cancel_url: str,
    lanes: Mapping[str, str],
) -> Payment:
    """Write a payment, and what the provider will be asked, in the open transaction."""
    payment_id = db.new_id()
    asked = Asked(payment_id, order_number, amount, method, email, return_url, cancel_url)
    payment = Payment(
        id=payment_id, order_id=order_id, provider=providers.name_of(method), method=method, state="created",
        amount=amount.amount, currency=amount.currency, captured=0, refunded=0, try_number=1,
        request=providers.by(method).request_for(asked), lanes=dict(lanes), created_at=clock.now(),
    )  # fmt: skip
    db.orders.session.add(payment)
    db.orders.session.flush()
    return payment


def charge(payment_id: str) -> Payment:
    """Open a payment at the provider, or return it as it is when it is open already. Safe to repeat, and twice at once.

    Raises Unavailable when the provider does not answer; the payment then waits for the next try.
    """
    for pause in (*_PATIENCE, None):
        payment = _begin(get_for_job(payment_id))
        if payment.state != "created":
            return payment
        try:
            return note_open(payment.id, providers.of(payment).open_payment(payment))
        except InUse:
            if pause is None:
                raise
            time.sleep(pause)
        except Refused as error:
            _note_failed_try(payment)
            raise Unavailable("The payment could not be opened. Nothing was charged. Please try again.") from error
        except Failed:
            _note_failed_try(payment)
            raise
    raise AssertionError("the last pause returns or raises")


def note_open(payment_id: str, opened: Opened) -> Payment:
    """Keep what the provider made of a payment. What nobody waits for any more is cancelled there."""
    with db.orders.transaction():
        payment = lock(payment_id)
        is_first = (payment.session_id, payment.intent_id) == (None, None)
        if payment.state == "created" or (payment.state == "cancelled" and is_first):
            payment.session_id, payment.intent_id = opened.session_id, opened.intent_id
            payment.pay_url, payment.client_secret = opened.pay_url, opened.client_secret
        if payment.state == "created":
            payment.state, payment.try_failed = "open", False
        elif payment.state == "cancelled" or payment.session_id != opened.session_id:
            ids = (opened.session_id or "", opened.intent_id or "")
            later("payments.cancel_stray", *ids, key=f"stray:{payment.id}:{ids}")
    return payment


def learn(payment_id: str) -> Truth:
    """Ask the provider what became of a payment. Calls the network, but for a transfer."""
    payment = get_for_job(payment_id)
    if payment.provider == "stripe" and payment.session_id is None and payment.intent_id is None:
        return Truth("open", Money.zero(payment.currency), None)
    return providers.of(payment).read(payment)


def close(payment_id: str) -> Closed:
    """Have the provider take no money for a payment any more, and return the truth, which may be that it is paid.

    Only a truth of `cancelled` says that no money can come. Raises Unavailable while the provider does not answer.
    """
    payment = get_for_job(payment_id)
    if payment.session_id is None and payment.intent_id is None:
        opened = providers.of(payment).find_payment(payment) if payment.tried_at else None
        if opened is None:
            return Closed(payment, Truth("cancelled", Money.zero(payment.currency), None))
        payment = note_open(payment.id, opened)
    return Closed(payment, providers.of(payment).cancel(payment))


def give_up_closed(closed: Closed) -> bool:
    """Write, in the open transaction, that a closed payment is over; False when it was opened anew meanwhile."""
    payment = lock(closed.payment.id)
    is_same = _object_of(payment) == _object_of(closed.payment)
    if is_same:
        give_up(payment)
    return is_same and payment.state == "cancelled"


def note_paid(payment: Payment, truth: Truth, *, state: str = "paid") -> None:
    """Write on a locked payment that its money came; `surplus` when the order has another payment already."""
    payment.state, payment.paid_at, payment.captured = state, clock.now(), truth.received.amount
    payment.intent_id, payment.decline = truth.intent_id, None


def add_surplus(payment: Payment, truth: Truth) -> Payment:
    """Write, in the open transaction, a second charge of one payment as a payment of its own, to be given back."""
    surplus = Payment(
        id=db.new_id(), order_id=payment.order_id, provider=payment.provider, method=payment.method, state="surplus",
        amount=truth.received.amount, currency=truth.received.currency, captured=truth.received.amount, refunded=0,
        try_number=1, request={}, intent_id=truth.intent_id, created_at=clock.now(), paid_at=clock.now(),
    )  # fmt: skip
    db.orders.session.add(surplus)
    db.orders.session.flush()
    return surplus


def count_declines(payment: Payment, intent_id: str) -> bool:
    """Count each decline of a PaymentIntent against its order, cart, address and card; True when that is too many.

    Calls the network. A decline is counted once, however often this is called.
    """
    tried = [payment.lanes]
    for charge_id, fingerprint in stripe_books.list_declines(intent_id):
        tried.append(payment.lanes | brake.Lanes(card=fingerprint).named())
        brake.note("decline", tried[-1], reference=charge_id)
    return any(brake.is_stopped("decline", lanes) for lanes in tried)


def note_decline(payment: Payment, truth: Truth) -> bool:
    """Write on a locked payment why the bank said no; False when that is known already."""
    if not truth.decline or truth.decline == payment.decline:
        return False
    payment.decline, payment.intent_id = truth.decline, truth.intent_id
    return True


def give_up(payment: Payment) -> None:
    """Write on a locked payment, unless it is paid, that it takes no money any more. The provider has confirmed it."""
    if payment.state in {"created", "open"}:
        payment.state, payment.cancelled_at = "cancelled", clock.now()
        db.orders.session.flush()


def abandon(payment_id: str) -> bool:
    """Give up, in the open transaction, a payment that nobody was sent to yet; False when somebody was meanwhile.

    What an unanswered call may have made of it at the provider is looked for and cancelled later.
    """
    payment = lock(payment_id)
    if payment.state == "created":
        give_up(payment)
        later("payments.close_lost", payment.id, key=f"lost:{payment.id}", delay=LOST_AFTER)
    return payment.state == "cancelled"


def list_open(*, before: datetime, limit: int = 500) -> Sequence[Payment]:
    """List the payments that were opened before that time and wait for their money, oldest first; no transfers."""
    with db.orders.reading() as session:
        return session.scalars(
            select(Payment)
            .where(Payment.state == "open", Payment.created_at < before, Payment.provider != "bank_transfer")
            .order_by(Payment.id)
            .limit(limit)
        ).all()


def find(payment_id: str) -> Payment | None:
    """Return the payment with this id, if there is one."""
    with db.orders.reading() as session:
        return session.scalars(_ONE, {"payment": payment_id}).one_or_none()


def list_paid(*, since: datetime) -> Sequence[Payment]:
    """List the payments by card whose money came since then."""
    by_card = (Payment.provider == "stripe") & (Payment.captured > 0)
    with db.orders.reading() as session:
        return session.scalars(select(Payment).where(by_card, Payment.paid_at >= since)).all()


def lock(payment_id: str) -> Payment:
    """Return the payment with its row locked until the open transaction ends."""
    payment = db.orders.session.scalars(_LOCKED, {"payment": payment_id}).one_or_none()
    if payment is None:
        raise NotFound
    return payment


def get_for_job(payment_id: str) -> Payment:
    """Return the payment with this id. For jobs and services, which got the id from a row."""
    payment = find(payment_id)
    if payment is None:
        raise NotFound
    return payment


def order_of(payment_id: str) -> str:
    """Return the id of the order that a payment is for."""
    order_id: str | None = db.orders.value(_ORDER_ID, {"payment": payment_id})
    if order_id is None:
        raise NotFound
    return order_id


def find_live(order_id: str) -> Payment | None:
    """Return the order's payment from outside that may bring money or has brought it; gift cards are beside it."""
    with db.orders.reading() as session:
        return session.scalars(_LIVE_ONE, {"order": order_id}).one_or_none()


def of_order(order_id: str) -> Sequence[Payment]:
    """List an order's payments, oldest first."""
    with db.orders.reading() as session:
        return session.scalars(_OF_ORDER, {"order": order_id}).all()


def of_orders(order_ids: Iterable[str]) -> dict[str, list[Payment]]:
    """Return the payments of many orders, oldest first, in one query; an order without any has an empty list."""
    found: dict[str, list[Payment]] = {order_id: [] for order_id in order_ids}
    with db.orders.reading() as session:
        for payment in session.scalars(select(Payment).where(Payment.order_id.in_(found)).order_by(Payment.id)):
            found[payment.order_id].append(payment)
    return found


def _object_of(payment: Payment) -> str | None:
    """Return the provider's object that stands for a payment; a Session's intent comes and goes within it."""
    return payment.session_id or payment.intent_id


def _begin(payment: Payment) -> Payment:
    """Commit that a try begins, before its call; return the payment as the call must be made.

    An unanswered call is repeated under its key. A key that holds a failure, or that can no longer be trusted, gives
    way to a new one, after a look for what it may have made.
    """
    if payment.state != "created":
        return payment
    if payment.tried_at is None:
        return _note_try(payment, payment.try_number)
    if payment.try_failed or clock.now() - payment.tried_at > providers.of(payment).trust_in_key(payment):
        found = providers.of(payment).find_payment(payment)
        return note_open(payment.id, found) if found else _note_try(payment, payment.try_number + 1)
    return payment


def _note_try(payment: Payment, number: int) -> Payment:
    """Begin a try, unless a twin of this request began one since `payment` was read; then take the twin's."""
    asked = {"payment": payment.id, "tried_before": payment.tried_at, "number": number, "moment": clock.now()}
    db.orders.alone(_TRY, asked)
    return get_for_job(payment.id)


def _note_failed_try(payment: Payment) -> None:
    """Mark this very try as failed; a later one is not touched."""
    with db.orders.transaction() as session:
        session.execute(
            update(Payment)
            .where(Payment.id == payment.id, Payment.state == "created", Payment.tried_at == payment.tried_at)
            .values(try_failed=True)
        )
