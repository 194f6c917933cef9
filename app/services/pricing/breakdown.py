"""Every cent of a cart or an order by name, as pages, mails and documents show it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.money import Money
from app.services.pricing.totals import RateTotal, Totals


@dataclass(frozen=True, slots=True)
class Saving:
    """What one promotion took off goods and off the delivery."""

    name: str
    goods: Money
    delivery: Money


@dataclass(frozen=True, slots=True)
class Breakdown:
    """What adds up to `total`, from top to bottom. `delivery_full` is None while no delivery is chosen."""

    subtotal: Money
    savings: tuple[Saving, ...]
    delivery_full: Money | None
    rates: tuple[RateTotal, ...]
    total: Money
    prices_include_tax: bool

    def name_of(self, rate: Decimal) -> str:
        """Return what the tax of this rate is called, as the sum calls it."""
        return next((each.name for each in self.rates if each.rate == rate), "VAT")


def break_down(totals: Totals, names: Sequence[str], *, has_delivery: bool) -> Breakdown:
    """Name the parts of `totals`; `names` are those of its reductions, one by one."""
    return Breakdown(
        subtotal=totals.subtotal,
        savings=tuple(
            Saving(name, taken.goods, taken.delivery) for name, taken in zip(names, totals.taken, strict=True)
        ),
        delivery_full=totals.delivery_full if has_delivery else None,
        rates=totals.rates,
        total=totals.total,
        prices_include_tax=totals.prices_include_tax,
    )
