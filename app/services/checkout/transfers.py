"""Money on the shop's bank account becomes what the shop does, as an event of Stripe does."""

from app import db
from app.money import Money
from app.services import orders, payments
from app.services.checkout.settle import apply
from app.services.orders import Order


def take_transfer(
    payment_id: str, amount: Money, *, received: int, sender: str, bank_line: str, key: str, actor: str
) -> Order:
    """Match money that came on the bank account to a payment by transfer, and act on it: part, all or too much.

    The same `key` acts once. Raises Conflict when the line was matched already, or something else than `received`
    minor units has come for this payment since the person looked.
    """
    order_id = payments.get_for_job(payment_id).order_id
    with db.orders.transaction():
        order = orders.lock(order_id)
        payment = payments.lock(payment_id)
        is_new = payments.add_receipt(
            payment, amount, received=received, sender=sender, bank_line=bank_line, key=key, actor=actor
        )
        return apply(payment_id, payments.learn(payment_id)) if is_new else order
