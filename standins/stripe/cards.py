"""The test cards of Stripe's documentation, and what each does: https://docs.stripe.com/testing."""

from dataclasses import dataclass, replace

from standins import store
from standins.stripe.errors import CardError


@dataclass(frozen=True)
class Decline:
    """Why the bank said no, in Stripe's words."""

    code: str
    decline_code: str
    message: str


DECLINED = "Your card was declined."
DECLINES = {
    "generic_decline": Decline("card_declined", "generic_decline", DECLINED),
    "insufficient_funds": Decline("card_declined", "insufficient_funds", "Your card has insufficient funds."),
    "lost_card": Decline("card_declined", "lost_card", DECLINED),
    "stolen_card": Decline("card_declined", "stolen_card", DECLINED),
    "fraudulent": Decline("card_declined", "fraudulent", DECLINED),
    "expired_card": Decline("expired_card", "", "Your card has expired."),
    "incorrect_cvc": Decline("incorrect_cvc", "", "Your card's security code is incorrect."),
    "processing_error": Decline(
        "processing_error", "", "An error occurred while processing your card. Try again in a little bit."
    ),
    "card_velocity_exceeded": Decline(
        "card_declined",
        "card_velocity_exceeded",
        "Your card was declined for making repeated attempts too frequently or exceeding its amount limit.",
    ),
}


@dataclass(frozen=True)
class Card:
    """How a card behaves: asks for 3-D Secure or not, then pays or declines, then perhaps troubles us later."""

    number: str
    token: str
    decline: str = ""
    authenticate: bool = False
    later: str = ""  # dispute reason, or how its refunds end
    brand: str = "visa"


CARDS = (
    Card("4242424242424242", "pm_card_visa"),
    Card("4000056655665556", "pm_card_visa_debit"),
    Card("4000002760000016", "pm_card_de"),
    Card("4000000000000077", "pm_card_bypassPending"),
    Card("5555555555554444", "pm_card_mastercard", brand="mastercard"),
    Card("378282246310005", "pm_card_amex", brand="amex"),
    Card("4000000000000002", "pm_card_chargeDeclined", "generic_decline"),
    Card("4000000000009995", "pm_card_chargeDeclinedInsufficientFunds", "insufficient_funds"),
    Card("4000000000009987", "pm_card_chargeDeclinedLostCard", "lost_card"),
    Card("4000000000009979", "pm_card_chargeDeclinedStolenCard", "stolen_card"),
    Card("4000000000000069", "pm_card_chargeDeclinedExpiredCard", "expired_card"),
    Card("4000000000000127", "pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc"),
    Card("4000000000000119", "pm_card_chargeDeclinedProcessingError", "processing_error"),
    Card("4000000000006975", "pm_card_chargeDeclinedVelocityLimitExceeded", "card_velocity_exceeded"),
    Card("4100000000000019", "pm_card_radarBlock", "fraudulent"),
    Card("4000002500003155", "pm_card_authenticationRequiredOnSetup", authenticate=True),
    Card("4000002760003184", "pm_card_authenticationRequired", authenticate=True),
    Card("4000000000003220", "pm_card_threeDSecure2Required", authenticate=True),
    Card("4000008400001629", "pm_card_threeDSecureRequiredChargeDeclined", "generic_decline", authenticate=True),
    Card(
        "4000008260003178",
        "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds",
        "insufficient_funds",
        authenticate=True,
    ),
    Card("4000000000000259", "pm_card_createDispute", later="fraudulent"),
    Card("4000000000002685", "pm_card_createDisputeProductNotReceived", later="product_not_received"),
    Card("4000000000005126", "pm_card_refundFail", later="refund_fails"),
    Card("4000000000007726", "pm_card_pendingRefund", later="refund_pending"),
)
BY_NUMBER = {card.number: card for card in CARDS}
BY_TOKEN = {card.token: card for card in CARDS}


def read(number: str, month: int, year: int, cvc: str) -> Card:
    """Give the card typed by somebody, or refuse it as a payment form does, before any bank is asked."""
    digits = "".join(character for character in number if character.isdigit())
    if not 12 <= len(digits) <= 19 or not _passes_luhn(digits):
        raise CardError("Your card number is incorrect.", "incorrect_number", "number")
    if not 1 <= month <= 12:
        raise CardError("Your card's expiration month is invalid.", "invalid_expiry_month", "exp_month")
    year += 2000 if year < 100 else 0
    this_year, this_month = store.today()[:2]
    if (year, month) < (this_year, this_month) or year > this_year + 50:
        raise CardError("Your card's expiration year is invalid.", "invalid_expiry_year", "exp_year")
    if not (cvc.isdigit() and 3 <= len(cvc) <= 4):
        raise CardError("Your card's security code is invalid.", "invalid_cvc", "cvc")
    known = BY_NUMBER.get(digits)
    # A real card in test mode is refused, and its number must not stay here.
    return known or replace(BY_TOKEN["pm_card_chargeDeclined"], number="0000" + digits[-4:])


def _passes_luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
