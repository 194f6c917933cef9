"""Money on the shop's bank account becomes what the shop does, as an event of Stripe does; a mistake is taken back."""

from app import db
from app.errors import Conflict
from app.money import Money
from app.queue import done
from app.services import orders, payments
from app.services.checkout import owing
from app.services.checkout.capture import close_open
from app.services.checkout.settle import apply
from app.services.orders import Order, OrderState


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


def take_receipt_back(payment_id: str, receipt_id: str, *, actor: str) -> Order:
    """Take back what was matched to a payment by mistake. An order that went ahead on it is to be paid. Twice is once.

    Raises Conflict where money of that payment goes back already, or gift cards were issued for it.
    """
    with db.orders.transaction():
        order = orders.lock(payments.order_of(payment_id))
        payment = payments.lock(payment_id)
        was_paid = payment.state == "paid"
        if was_paid and order.has_gift_cards:
            raise Conflict("Its gift cards are with the customer already. Void those first, then cancel the order.")
        amount = payments.take_back(payment, receipt_id, actor=actor)
        if amount is not None:
            kind, said = "corrected", f"{amount} were recorded by mistake and are taken back."
            if was_paid and payment.state == "open" and order.state == OrderState.CONFIRMED:
                kind = "taken_back"
                said += f" Keep the parcel, if it is still here. {owing.ask_anew(order, payment)}"
            orders.note(order.id, kind, said, actor=actor)
        done()
    return order
