"""What of an order's money moves when something is given back: not what is owed, gone already, or at a bank."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.money import Money
from app.services import payments
from app.services.credits.amounts import Sum
from app.services.credits.models import Credit
from app.services.credits.reading import of_order
from app.services.orders import Order, OrderState


@dataclass(frozen=True, slots=True)
class Unmoved:
    """What of an amount does not go back: `unpaid` lowers what is owed, `gone` went back at the provider itself."""

    unpaid: Money
    gone: Money

    @property
    def all(self) -> Money:
        """Both together."""
        return self.unpaid + self.gone


def owed_of(order: Order, paid: Sequence[payments.Payment] | None = None) -> Money:
    """Return what of a confirmed order is to be paid again, as a hold ended or a bank refused to give what it held.

    Less than a card's smallest coin is not asked for. `paid` are its payments, where they are read already.
    """
    if order.state != OrderState.CONFIRMED:
        return Money.zero(order.currency)
    paid = payments.of_order(order.id) if paid is None else paid
    if not payments.went_again(paid):
        return Money.zero(order.currency)
    refused = sum(each.refundable.amount for each in paid if each.is_refused)
    return _sayable(order, _missing_of(order, paid) + refused)


def gone_of(order: Order, paid: Sequence[payments.Payment] | None = None) -> Money:
    """Return what left a confirmed order and stands in no credit: it was given back at the provider itself.

    `paid` as in owed_of().
    """
    if order.confirmed_at is None:
        return Money.zero(order.currency)
    paid = payments.of_order(order.id) if paid is None else paid
    return _sayable(order, _missing_of(order, paid) - owed_of(order, paid).amount)


def unmoved_of(order: Order, amounts: Sum) -> Unmoved:
    """Return how much of what this would give back goes nowhere, and why."""
    paid = payments.of_order(order.id)
    unpaid = min(owed_of(order, paid), amounts.paid)
    return Unmoved(unpaid, gone=min(gone_of(order, paid), amounts.paid - unpaid))


def _missing_of(order: Order, paid: Sequence[payments.Payment]) -> int:
    """Return how much less is here than the order comes to after its credits; below zero, how much more."""
    return order.total - sum(each.amount for each in of_order(order.id)) - payments.kept_of(paid)


def _sayable(order: Order, amount: int) -> Money:
    found = Money(max(0, amount), order.currency)
    return found - payments.unsayable_of(found)


def charged_of(order: Order, amount: int, earlier: Sequence[Credit]) -> int:
    """Return how much of a credit goes back: what is here beyond what is then left of the order.

    What is owed, because a card's hold ended, comes off that first, and what was given back at the provider itself.
    What was too little to be charged counts as here, but for as much as Stripe could not say of the whole.
    """
    before, kept = order.total - sum(each.amount for each in earlier), payments.kept_of(payments.of_order(order.id))
    uncharged = payments.unsayable_of(Money(max(0, before - kept), order.currency)).amount
    back = Money(max(0, kept + uncharged - before + amount), order.currency)
    return min(amount, kept, back.amount - min(uncharged, payments.unsayable_of(back).amount))


def check_disputes(order: Order, amounts: Sum, earlier: Sequence[Credit]) -> None:
    """Raise Conflict, as `give` would, where a customer's bank disputes money that this would give back."""
    charged = charged_of(order, amounts.paid.amount, earlier)
    payments.check_undisputed(payments.of_order(order.id), charged)


def withheld_of(order: Order, amounts: Sum, earlier: Sequence[Credit]) -> Money:
    """Return how much of what this would give back a customer's bank has taken for a dispute."""
    charged, paid = charged_of(order, amounts.paid.amount, earlier), payments.of_order(order.id)
    free, whole = (
        Money.total((each.refundable for each in some), order.currency) for some in (payments.undisputed(paid), paid)
    )
    return min(Money(max(0, charged - free.amount), order.currency), whole - free)  # what came in part is no dispute
