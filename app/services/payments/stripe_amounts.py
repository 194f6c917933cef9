"""Amounts as Stripe counts them: https://docs.stripe.com/currencies. Pure.

Minor units, but for the exceptions: ISK and UGX have no digits in ISO 4217 and two at Stripe, both 0; MGA has two and
none at Stripe; currencies with three digits must end in 0. HUF and TWD are charged with two digits like the others.
"""

from dataclasses import replace

from app.errors import Invalid
from app.money import Money, exponent

_TWO_DIGITS = {"ISK", "UGX"}
_NO_DIGITS = {"MGA"}
_MOST = 99_999_999
# The least charge by currency, in Stripe's units; a currency that is not named has none of its own.
_LEAST = {
    "AED": 200, "AUD": 50, "BGN": 100, "BRL": 50, "CAD": 50, "CHF": 50, "CZK": 1500, "DKK": 250, "EUR": 50, "GBP": 30,
    "HKD": 400, "HUF": 17500, "INR": 50, "JPY": 50, "MXN": 1000, "MYR": 200, "NOK": 300, "NZD": 50, "PLN": 200,
    "RON": 200, "SEK": 300, "SGD": 50, "THB": 1000, "USD": 50,
}  # fmt: skip


def amount_of(money: Money) -> int:
    """Return the number that Stripe wants for `money`; raise Invalid for one that it cannot say."""
    if money.currency in _TWO_DIGITS:
        return money.amount * 100
    if unsayable_of(money):
        why = "only whole amounts" if money.currency in _NO_DIGITS else "the last digit must be 0"
        raise Invalid(f"Cards cannot pay {money}: {why}.")
    return money.amount // 100 if money.currency in _NO_DIGITS else money.amount


def unsayable_of(money: Money) -> Money:
    """Return what of `money`, which is not negative, is too little for Stripe to say: 0.003 of 3.333 KWD."""
    step = 100 if money.currency in _NO_DIGITS else 10 if exponent(money.currency) == 3 else 1
    return replace(money, amount=money.amount % step)


def money_of(amount: int, currency: str) -> Money:
    """Return the money that Stripe means by `amount`."""
    code = currency.upper()
    if code in _NO_DIGITS:
        return Money(amount * 100, code)
    return Money(amount // 100 if code in _TWO_DIGITS else amount, code)


def refusal(money: Money) -> str | None:
    """Return why a card cannot pay `money`, in a sentence for the shopper; None when it can."""
    try:
        amount = amount_of(money)
    except Invalid as error:
        return error.message
    least = _LEAST.get(money.currency, 1)
    if amount < least:
        bound = money_of(least, money.currency)
        return f"Cards can pay {bound} or more."
    if amount > _MOST:
        bound = money_of(_MOST, money.currency)
        return f"Cards can pay up to {bound}."
    return None
