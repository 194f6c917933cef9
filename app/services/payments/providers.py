"""Which provider takes which way to pay."""

from collections.abc import Mapping

from app.services.payments import bank_transfer, stripe
from app.services.payments.models import Payment
from app.services.payments.provider import Provider

_PROVIDERS: Mapping[str, Provider] = {"stripe": stripe, "bank_transfer": bank_transfer}
_BY_METHOD = {"hosted": "stripe", "element": "stripe", "transfer": "bank_transfer"}
METHODS = tuple(_BY_METHOD)


def name_of(method: str) -> str:
    """Return the name of the provider that takes `method`."""
    return _BY_METHOD[method]


def by(method: str) -> Provider:
    """Return the provider that takes `method`."""
    return _PROVIDERS[name_of(method)]


def of(payment: Payment) -> Provider:
    """Return the provider of a payment."""
    return _PROVIDERS[payment.provider]
