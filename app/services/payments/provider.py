"""What a provider of payments does for the shop. Two ship: Stripe, and the shop's own bank account.

The one rule: a provider is asked and told, never believed by hearsay; `read` is the truth about a payment.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Protocol

from app.errors import Unavailable
from app.money import Money

if TYPE_CHECKING:
    from app.services.payments.models import Payment, Refund


class InUse(Unavailable):
    """A twin of this call is at work with the same key: wait, and ask again with that key."""


class Failed(Unavailable):
    """The provider failed, and keeps that answer under the key: look what there is, then take a new key."""


class Refused(Exception):
    """The provider answered with an error of ours: a wrong parameter, an object in another state. `code` is theirs."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


class BankRefused(Refused):
    """The customer's bank said no to what it had said yes to. The message is the provider's, for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
        self.says = message


@dataclass(frozen=True)
class Asked:
    """What a coming payment is for. `payment_id` and `order_number` lead back from the provider's books to ours."""

    payment_id: str
    order_number: str
    amount: Money
    method: str
    email: str
    return_url: str
    cancel_url: str


@dataclass(frozen=True)
class Opened:
    """What the provider made of a payment: where the customer pays (`pay_url`) or with what secret."""

    session_id: str | None
    intent_id: str | None
    pay_url: str | None
    client_secret: str | None


@dataclass(frozen=True)
class Truth:
    """What the provider says of a payment: open, processing, authorized, paid or cancelled, and what was received."""

    status: str
    received: Money
    intent_id: str | None
    decline: str | None = None


class Provider(Protocol):
    """Whoever takes a customer's money and gives it back."""

    def request_for(self, asked: Asked) -> dict[str, Any]:
        """Return the parameters of the coming call; they are stored first, so that a repeat asks the same."""

    def trust_in_key(self, payment: "Payment") -> timedelta:
        """Return how long after a try's start the same call can still be made under its key."""

    def open_payment(self, payment: "Payment") -> Opened:
        """Open a payment from its stored parameters, under its idempotency key."""

    def find_payment(self, payment: "Payment") -> Opened | None:
        """Look for what an earlier, unanswered call may have made."""

    def read(self, payment: "Payment") -> Truth:
        """Return what became of a payment."""

    def cancel(self, payment: "Payment") -> Truth:
        """Take no money for a payment any more; return the truth, which may be that it is paid already."""

    def refund(self, refund: "Refund", payment: "Payment") -> tuple[str, str] | None:
        """Give money back: the provider's id of the refund and its status. None when a person has to do it."""

    def find_refund(self, refund: "Refund", payment: "Payment") -> tuple[str, str] | None:
        """Look for what an earlier, unanswered call may have made."""
