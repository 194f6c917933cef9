"""Money on the shop's bank account becomes what the shop does, as an event of Stripe does."""

from app import db
from app.money import Money
from app.services import orders, payments
from app.services.checkout.capture import close_open
from app.services.checkout.settle import apply
from app.services.orders import Order


def take_transfer(
    payment_id: str, amount: Money, *, received: int, sender: str, bank_line: str, key: str, actor: str
) -> Order:
    """Match money that came on the bank account to a payment by transfer, and act on it: part, all or too much.

    The same `key` acts once. Raises Conflict when the line was matched already, or something else than `received`
    minor units has come for this payment since the person looked. Unavailable while a card is tried for the order.
    """
    payment = payments.get_for_job(payment_id)
    if payment.state == "cancelled" and payment.captured_money + amount >= payment.amount_money:
        close_open(payment.order_id)  # its customer went over to a card, whose page would be paid on top
    with db.orders.transaction():
        order = orders.lock(payment.order_id)
        payment = payments.lock(payment_id)
        is_new = payments.add_receipt(
            payment, amount, received=received, sender=sender, bank_line=bank_line, key=key, actor=actor
        )
        return apply(payment_id, payments.learn(payment_id)) if is_new else order
