"""The ways to pay that a shopper is offered for an amount."""

from dataclasses import dataclass
from datetime import timedelta

from app.money import Money
from app.services.payments import bank_transfer, stripe_amounts

_HELD_FOR = timedelta(minutes=35)  # longer than the 31 minutes that a hosted payment page lives


@dataclass(frozen=True)
class Way:
    """One way to pay. With a `problem` it is shown, and cannot be chosen for this amount."""

    code: str
    problem: str | None = None


def ways(amount: Money) -> list[Way]:
    """List the ways in which `amount` can be paid here; none are needed for nothing."""
    if not amount:
        return []
    problem = stripe_amounts.refusal(amount)
    by_card = [Way("hosted", problem), Way("element", problem)]
    return [*by_card, Way("transfer")] if bank_transfer.is_offered() else by_card


def held_for(method: str) -> timedelta:
    """Return how long the things of an order are set aside while it is being paid so."""
    return bank_transfer.lives() if method == "transfer" else _HELD_FOR
