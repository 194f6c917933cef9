"""What staff matched from the statements of the shop's bank account."""

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import func, or_, select
from sqlalchemy.dialects.postgresql import insert

from app import clock, config, db
from app.errors import Conflict, Invalid, NotFound
from app.money import Money
from app.services import audit
from app.services.payments.models import STANDS, Payment, TransferReceipt

_LEAST = 3  # letters of a sender: the index holds groups of three
_MOST = 1000


def add_receipt(
    payment: Payment, amount: Money, *, received: int, sender: str, bank_line: str, key: str, actor: str
) -> bool:
    """Note on a locked payment what came for it; False when this very form was sent before. Audited.

    Raises Invalid for no amount, Conflict when the line or the form was used for another payment, or something else
    than `received`, what the person saw, has come since.
    """
    if amount.amount < 1:
        raise Invalid("No amount.", amount="Enter an amount above zero.")
    session = db.orders.session
    this_form = select(TransferReceipt.id).where(TransferReceipt.key == key, TransferReceipt.payment_id == payment.id)
    if session.scalars(this_form).one_or_none():
        return False
    if received != payment.captured:
        raise Conflict("Somebody else recorded a payment here meanwhile. Please check before you record it again.")
    added = session.execute(
        insert(TransferReceipt)
        .values(
            id=db.new_id(), payment_id=payment.id, key=key, bank_line=bank_line or None, amount=amount.amount,
            currency=amount.currency, sender=sender, actor=actor, created_at=clock.now(),
        )
        .on_conflict_do_nothing()
        .returning(TransferReceipt.id)
    ).scalar()  # fmt: skip
    if added is None:
        used = f"The line {bank_line} of the statement" if bank_line else "This form"
        raise Conflict(f"{used} was recorded before, and each is recorded once. Check the statement again.")
    after = {"amount": amount.amount, "currency": amount.currency, "sender": sender, "bank_line": bank_line}
    audit.record(db.orders, actor, "payment.match", f"payment:{payment.id}", before={"received": received}, after=after)
    return True


def take_back(payment: Payment, receipt_id: str, *, actor: str) -> Money | None:
    """Mark a receipt of a locked payment as taken back, and return its amount; None when it was before. Audited.

    A payment that is not covered any more waits for its money again. Raises NotFound for another payment's receipt,
    Conflict when some of the payment goes back to the customer.
    """
    session = db.orders.session
    this = select(TransferReceipt).where(TransferReceipt.id == receipt_id, TransferReceipt.payment_id == payment.id)
    receipt = session.scalars(this.execution_options(populate_existing=True)).one_or_none()
    if receipt is None:
        raise NotFound("There is no such receipt.")
    if receipt.taken_back_at:
        return None
    if payment.refunded or payment.state not in {"created", "open", "paid"}:
        raise Conflict(
            "Some of this payment goes back to the customer already, so what was recorded for it stays. "
            "Correct the difference with the next refund, or in your accounts."
        )
    receipt.taken_back_at, receipt.taken_back_by = clock.now(), actor
    before, payment.captured = payment.captured, payment.captured - receipt.amount
    if payment.state == "paid" and payment.captured < payment.amount:
        payment.state, payment.paid_at, payment.pay_by = "open", None, None
    session.flush()
    audit.record(
        db.orders, actor, "payment.unmatch", f"payment:{payment.id}", before={"received": before},
        after={"received": payment.captured, "receipt": receipt.id, "bank_line": receipt.bank_line},
    )  # fmt: skip
    return receipt.amount_money


def receipts_of(payment_id: str) -> Sequence[TransferReceipt]:
    """List what came for a payment, oldest first."""
    with db.orders.reading() as session:
        return session.scalars(
            select(TransferReceipt).where(TransferReceipt.payment_id == payment_id).order_by(TransferReceipt.id)
        ).all()


def senders_of(payment_ids: Iterable[str]) -> dict[str, str]:
    """Name, by payment, who sent money for it, each of them once, the earliest first; in one query."""
    query = select(TransferReceipt.payment_id, TransferReceipt.sender).where(STANDS).order_by(TransferReceipt.id)
    found: dict[str, dict[str, None]] = {}
    with db.orders.reading() as session:
        for row in session.execute(query.where(TransferReceipt.payment_id.in_(list(payment_ids)))):
            found.setdefault(row.payment_id, {})[row.sender] = None
    return {payment_id: ", ".join(senders) for payment_id, senders in found.items()}


def list_transfers(
    *, q: str | None = None, order_ids: Collection[str] = (), after: str | None = None, limit: int = 50
) -> Sequence[Payment]:
    """List the transfers that are waited for, oldest first; with `q` those that it finds, ended ones too.

    It finds who sent money, an amount that is waited for, and the transfers of `order_ids`: the orders it is known by.
    """
    query = select(Payment).where(Payment.provider == "bank_transfer")
    if q:
        query = query.where(or_(Payment.order_id.in_(order_ids), Payment.id.in_([*_sent_by(q), *_waiting_for(q)])))
    else:
        query = query.where(Payment.state == "open")
    if after:
        query = query.where(Payment.id > after)
    with db.orders.reading() as session:
        return session.scalars(query.order_by(Payment.id).limit(limit)).all()


def _sent_by(q: str) -> Sequence[str]:
    """Return the payments for which money came from a sender of this name, or of a part of it."""
    if len(q.strip()) < _LEAST:
        return []
    is_theirs = func.plain(TransferReceipt.sender).like(db.anywhere(q.strip()))
    query = select(TransferReceipt.payment_id).where(is_theirs)
    with db.orders.reading() as session:
        return session.scalars(query.limit(_MOST)).all()


def _waiting_for(q: str) -> Sequence[str]:
    """Return the payments for which this amount was asked, or is missing yet, and is waited for."""
    waiting = (Payment.provider == "bank_transfer") & Payment.state.in_(("created", "open"))
    currency = config.current().currency
    try:
        amount = Money.typed(q.strip(), currency).amount
    except ValueError:
        return []
    asked = or_(Payment.amount == amount, Payment.amount - Payment.captured == amount)
    with db.orders.reading() as session:
        return session.scalars(select(Payment.id).where(waiting, asked).order_by(Payment.id).limit(_MOST)).all()
