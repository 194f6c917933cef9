"""Money: whole minor units and an ISO 4217 currency. The only arithmetic on prices.

The one rule: an amount is never a float, and two currencies never meet in one sum.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Self

# ISO 4217:2015 table A.1 gives every currency two minor digits but these.
_EXPONENTS = {
    **dict.fromkeys(
        (
            *("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG"),
            *("RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"),
        ),
        0,
    ),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}

MOST = 10**12 - 1  # minor units that somebody may type: beyond is a slip, and at last more than a database keeps

_PLAIN = re.compile(r"[+-]?(\d{1,30}(\.\d{0,30})?|\.\d{1,30})")  # no exponent: 1e99999999 takes hours to write out
_THREE_BEHIND_A_MARK = re.compile(r"(\d{1,20})[.,](\d{3})")


def exponent(currency: str) -> int:
    """Return how many minor digits `currency` has (ISO 4217)."""
    return _EXPONENTS.get(currency, 2)


def advice_on(text: str, currency: str) -> str:
    """Return what to write instead of an amount like 1,200, which is 1200 to some and 1.20 to others; else nothing."""
    found = _THREE_BEHIND_A_MARK.fullmatch(text.strip())
    if found is None or exponent(currency) > 2:
        return ""
    part = f"{found[1]}.{found[2][: exponent(currency)]}".rstrip(".")
    return f"“{text.strip()}” can be read in two ways. Write {found[1]}{found[2]} or {part}."


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """`amount` whole minor units of `currency` (1999 EUR is 19.99 €)."""

    amount: int
    currency: str

    def __post_init__(self) -> None:
        if not isinstance(self.amount, int):
            raise TypeError(f"money is whole minor units, not {self.amount!r}")
        if len(self.currency) != 3 or not self.currency.isascii() or not self.currency.isupper():
            raise ValueError(f"{self.currency!r} is not an ISO 4217 currency code")

    @classmethod
    def zero(cls, currency: str) -> Self:
        """Return nothing, in `currency`."""
        return cls(0, currency)

    @classmethod
    def parse(cls, text: str, currency: str) -> Self:
        """Read a decimal amount of major units ("19.99"); raise ValueError for too many digits or no number."""
        if not _PLAIN.fullmatch(text.strip()):
            raise ValueError(f"{text!r} is not an amount of money")
        minor = Decimal(text.strip()).scaleb(exponent(currency))
        if minor != minor.to_integral_value():
            raise ValueError(f"{text!r} has more digits than {currency} knows")
        return cls(int(minor), currency)

    @classmethod
    def typed(cls, text: str, currency: str) -> Self:
        """Read an amount as people type it, 19.99 or 19,99; raise ValueError that says what to type instead."""
        if advice := advice_on(text, currency):
            raise ValueError(advice)
        try:
            money = cls.parse(text.replace(",", "."), currency)
        except ValueError as error:
            example = cls(1250, currency).decimal
            raise ValueError(f"“{text.strip()[:30]}” cannot be read. Enter an amount, as in {example}.") from error
        if abs(money.amount) > MOST:
            raise ValueError(f"Enter an amount up to {cls(MOST, currency).decimal}.")
        return money

    @classmethod
    def total(cls, parts: Iterable[Self], currency: str) -> Self:
        """Add up `parts`; no parts are zero `currency`."""
        result = cls.zero(currency)
        for part in parts:
            result = result + part
        return result

    @property
    def decimal(self) -> Decimal:
        """The amount in major units, exactly."""
        return Decimal(self.amount).scaleb(-exponent(self.currency))

    def __str__(self) -> str:
        """Write it as programs and staff read it, 19.99 EUR; what customers see is written for their language."""
        return f"{self.decimal} {self.currency}"

    def __add__(self, other: Self) -> Self:
        return type(self)(self.amount + self._same(other), self.currency)

    def __sub__(self, other: Self) -> Self:
        return type(self)(self.amount - self._same(other), self.currency)

    def __mul__(self, count: int) -> Self:
        if not isinstance(count, int):
            raise TypeError("money is multiplied by whole numbers only; see times()")
        return type(self)(self.amount * count, self.currency)

    def __neg__(self) -> Self:
        return type(self)(-self.amount, self.currency)

    def __lt__(self, other: Self) -> bool:
        return self.amount < self._same(other)

    def __le__(self, other: Self) -> bool:
        return self.amount <= self._same(other)

    def __gt__(self, other: Self) -> bool:
        return self.amount > self._same(other)

    def __ge__(self, other: Self) -> bool:
        return self.amount >= self._same(other)

    def __bool__(self) -> bool:
        return self.amount != 0

    def times(self, factor: Decimal | Fraction) -> Self:
        """Multiply exactly and round half up to a whole minor unit (halves away from zero): the one rounding rule."""
        numerator, denominator = factor.as_integer_ratio()
        product = self.amount * numerator
        rounded = (2 * abs(product) + denominator) // (2 * denominator)
        return type(self)(rounded if product >= 0 else -rounded, self.currency)

    def split(self, weights: Sequence[int]) -> list[Self]:
        """Share out by `weights` with nothing lost: largest remainder, the earlier part first among equals.

        All weights zero shares evenly. Negative weights raise ValueError.
        """
        if not weights or min(weights) < 0:
            raise ValueError("money is split by at least one weight, none negative")
        weights = weights if any(weights) else [1] * len(weights)
        sign, whole = (-1, -self.amount) if self.amount < 0 else (1, self.amount)
        total = sum(weights)
        shares = [whole * weight // total for weight in weights]
        remainders = [whole * weight % total for weight in weights]
        by_remainder = sorted(range(len(weights)), key=lambda place: -remainders[place])
        for place in by_remainder[: whole - sum(shares)]:
            shares[place] += 1
        return [type(self)(sign * share, self.currency) for share in shares]

    def _same(self, other: Self) -> int:
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not add up")
        return other.amount
