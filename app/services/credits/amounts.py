"""What a credit comes to. Pure: an order's amounts and its earlier credits in, the next credit's amounts out.

The one rule: whatever is given back in whatever steps, no tax rate's goods, delivery and tax sum to more than was paid
under it, and to exactly that, to the cent, once all of it is given back.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.money import Money
from app.services import pricing

Key = tuple[str, Decimal]  # a tax by name and rate


@dataclass(frozen=True, slots=True)
class Bought:
    """One line as it was paid for: `paid` after its discount and with its tax, `tax` within that."""

    position: int
    quantity: int
    paid: Money
    tax: Money
    key: Key


@dataclass(frozen=True, slots=True)
class Share:
    """An amount under one tax rate, and the tax within it."""

    key: Key
    paid: Money
    tax: Money


@dataclass(frozen=True, slots=True)
class Piece:
    """How many of a line are given back, and what they come to."""

    position: int
    quantity: int
    paid: Money
    tax: Money


@dataclass(frozen=True, slots=True)
class Sum:
    """One credit: pieces of lines, delivery, and an adjustment, by tax rate.

    The adjustment is a free amount (above zero), or what an earlier free amount anticipated (below zero); at a rate of
    which the earlier one took more than these leave there, what is counted under the other rates instead.
    """

    pieces: tuple[Piece, ...]
    delivery: tuple[Share, ...]
    adjustment: tuple[Share, ...]
    currency: str

    @property
    def delivery_paid(self) -> Money:
        """What of the delivery is given back."""
        return Money.total((share.paid for share in self.delivery), self.currency)

    @property
    def adjustment_paid(self) -> Money:
        """The free amount, or what is taken off because it was given before."""
        return Money.total((share.paid for share in self.adjustment), self.currency)

    @property
    def paid(self) -> Money:
        """All that is given back."""
        goods = Money.total((piece.paid for piece in self.pieces), self.currency)
        return goods + self.delivery_paid + self.adjustment_paid

    @property
    def tax(self) -> Money:
        """The tax within that."""
        parts = [piece.tax for piece in self.pieces] + [share.tax for share in (*self.delivery, *self.adjustment)]
        return Money.total(parts, self.currency)


def work_out(
    lines: Sequence[Bought],
    delivery: Sequence[Share],
    earlier: Sequence[Sum],
    *,
    quantities: Mapping[int, int],
    delivery_back: Money,
    free: Money,
) -> Sum:
    """Return what giving back `quantities` (by position), so much of the delivery, and a free amount comes to.

    A free amount below zero is taken off the others. Raises ValueError for more than is left of any of them; the caller
    has told people before.
    """
    currency = free.currency
    credited = pieces_of(earlier)
    pieces = []
    for line in lines:
        taken, before = quantities.get(line.position, 0), credited.get(line.position, 0)
        if taken:
            paid = pricing.part_of(line.paid, line.quantity, taken=taken, before=before)
            tax = pricing.part_of(line.tax, line.quantity, taken=taken, before=before)
            pieces.append(Piece(line.position, taken, paid, tax))
    delivery_left = _less(delivery, (share for each in earlier for share in each.delivery))
    back = _take(delivery_left, delivery_back)
    bare = Sum(tuple(pieces), back, (), currency)
    rest = _left_by_rate(lines, delivery, [*earlier, bare])
    given = _given_before(rest)
    room = _less(rest, given)
    # What an earlier free amount took of a rate that has too little left for these is taken of the others instead.
    carried = -Money.total((share.paid for share in given), currency)
    there = Money.total((share.paid for share in room), currency)
    if free.amount > 0 and carried + free > there:
        raise ValueError("no free amount is left beside these")
    more = min(carried, there) + free
    if more.amount < 0:
        off = _take(_sum([*_by_rate(lines, bare), *given]), -more)
        less = (Share(share.key, -share.paid, -share.tax) for share in off)
        return Sum(tuple(pieces), back, tuple(_sum([*given, *less])), currency)
    return Sum(tuple(pieces), back, (*given, *_take(room, more)), currency)


def left_of(lines: Sequence[Bought], delivery: Sequence[Share], earlier: Sequence[Sum], currency: str) -> Money:
    """Return what can still be given back."""
    return Money.total((share.paid for share in _left_by_rate(lines, delivery, earlier)), currency)


def pieces_of(given: Sequence[Sum]) -> dict[int, int]:
    """Return how many of each line, by position, were given back."""
    found: dict[int, int] = {}
    for each in given:
        for piece in each.pieces:
            found[piece.position] = found.get(piece.position, 0) + piece.quantity
    return found


def by_rate(lines: Sequence[Bought], credit: Sum) -> list[pricing.RateTotal]:
    """Return a credit's net and tax by rate, as its note shows them."""
    return [pricing.RateTotal(*each.key, each.paid - each.tax, each.tax) for each in _by_rate(lines, credit)]


def _by_rate(lines: Sequence[Bought], credit: Sum) -> list[Share]:
    keys = {line.position: line.key for line in lines}
    shares = [Share(keys[piece.position], piece.paid, piece.tax) for piece in credit.pieces]
    return _sum([*shares, *credit.delivery, *credit.adjustment])


def _left_by_rate(lines: Sequence[Bought], delivery: Sequence[Share], earlier: Sequence[Sum]) -> list[Share]:
    keys = {line.position: line.key for line in lines}
    paid = _sum([*(Share(line.key, line.paid, line.tax) for line in lines), *delivery])
    back = [
        share
        for each in earlier
        for share in (
            *(Share(keys[piece.position], piece.paid, piece.tax) for piece in each.pieces),
            *each.delivery,
            *each.adjustment,
        )
    ]
    return _less(paid, back)


def _given_before(rest: Sequence[Share]) -> tuple[Share, ...]:
    """Return by how much each rate would be given back beyond what was paid under it, as amounts below zero.

    A rate of which nothing is left gives its last cent of tax too.
    """
    found = []
    for share in rest:
        nothing = Money(0, share.paid.currency)
        tax = share.tax if share.paid <= nothing else min(share.tax, nothing)
        found.append(Share(share.key, min(share.paid, nothing), tax))
    return tuple(share for share in found if share.paid or share.tax)


def _take(pool: Sequence[Share], amount: Money) -> tuple[Share, ...]:
    """Take `amount` out of a pool, from each rate in proportion; its tax is that part of the rate's tax."""
    if not amount:
        return ()
    if not 0 < amount.amount <= sum(share.paid.amount for share in pool):
        raise ValueError(f"{amount} is more than is left")
    parts = amount.split([max(0, share.paid.amount) for share in pool])
    return tuple(
        Share(share.key, part, pricing.part_of(share.tax, share.paid.amount, taken=part.amount))
        for share, part in zip(pool, parts, strict=True)
        if part
    )


def _sum(shares: Iterable[Share]) -> list[Share]:
    """Add up shares by rate."""
    found: dict[Key, Share] = {}
    for share in shares:
        known = found.get(share.key)
        found[share.key] = Share(share.key, known.paid + share.paid, known.tax + share.tax) if known else share
    return list(found.values())


def _less(pool: Sequence[Share], taken: Iterable[Share]) -> list[Share]:
    """Return what is left of a pool."""
    back = {share.key: share for share in _sum(taken)}
    return [
        Share(share.key, share.paid - back[share.key].paid, share.tax - back[share.key].tax)
        if share.key in back
        else share
        for share in pool
    ]
