"""What promotions take off the lines of an order, cent by cent."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from app.money import Money


class Kind(StrEnum):
    """What a reduction does."""

    PERCENT = "percent"
    FIXED = "fixed"
    BUY_GET = "buy_get"
    FREE_DELIVERY = "free_delivery"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reduction:
    """What one promotion gives. `lines` are the places of the lines it counts for; None means all of them.

    PERCENT takes `percent` off; FIXED takes `amount` off; BUY_GET takes `percent` off the `get` cheapest pieces of
    every `buy + get`; FREE_DELIVERY makes the delivery cost nothing.
    """

    kind: Kind
    percent: Decimal = Decimal(100)
    amount: Money | None = None
    buy: int = 1
    get: int = 1
    lines: frozenset[int] | None = None

    @property
    def is_of_lines(self) -> bool:
        """Whether it is taken off single lines, before what is taken off the order."""
        return self.kind == Kind.BUY_GET or (self.kind == Kind.PERCENT and self.lines is not None)


@dataclass(slots=True)
class OpenLine:
    """A line while reductions are taken off it: what is `left`, and what each reduction took so far, by its place.

    Nothing is taken off one that `is_fixed`.
    """

    unit_price: Money
    quantity: int
    left: Money
    taken: list[tuple[int, Money]]
    is_fixed: bool = False


def take_off(lines: Sequence[OpenLine], reductions: Sequence[Reduction]) -> None:
    """Take all reductions but those of the delivery off `lines`, in the declared order; never more than is left."""
    order = sorted(range(len(reductions)), key=lambda place: _STEPS.index(_step(reductions[place])))
    for place in order:
        reduction = reductions[place]
        counted = [
            line
            for at, line in enumerate(lines)
            if not line.is_fixed and (reduction.lines is None or at in reduction.lines)
        ]
        if counted and reduction.kind != Kind.FREE_DELIVERY:
            for line, amount in zip(counted, _amounts(counted, reduction), strict=True):
                if amount:
                    line.left -= amount
                    line.taken.append((place, amount))


_STEPS = ("lines", Kind.PERCENT, Kind.FIXED, Kind.FREE_DELIVERY)


def _step(reduction: Reduction) -> str:
    return "lines" if reduction.is_of_lines else reduction.kind


def _amounts(lines: Sequence[OpenLine], reduction: Reduction) -> list[Money]:
    """Return what a reduction takes off each of the lines it counts for."""
    if reduction.kind == Kind.BUY_GET:
        return _amounts_of_pieces(lines, reduction)
    share = reduction.percent / 100
    if reduction.is_of_lines:
        return [line.left.times(share) for line in lines]
    rest = Money.total((line.left for line in lines), lines[0].left.currency)
    if reduction.kind == Kind.FIXED:
        amount = min(reduction.amount or Money.zero(rest.currency), rest)
    else:
        amount = rest.times(share)
    return amount.split([line.left.amount for line in lines])


def _amounts_of_pieces(lines: Sequence[OpenLine], reduction: Reduction) -> list[Money]:
    """Return what "buy some, get some" takes: the cheapest pieces count, whatever lines they lie in."""
    pieces = sum(line.quantity for line in lines)
    given = pieces // (reduction.buy + reduction.get) * reduction.get
    amounts = [Money.zero(line.left.currency) for line in lines]
    for place in sorted(range(len(lines)), key=lambda place: lines[place].unit_price.amount):
        line = lines[place]
        count = min(given, line.quantity)
        given -= count
        wanted = (line.unit_price * count).times(reduction.percent / 100)
        amounts[place] = min(wanted, line.left)
    return amounts
