"""What some pieces of a line cost, when only those are given back."""

from fractions import Fraction

from app.money import Money


def part_of(amount: Money, pieces: int, *, taken: int, before: int = 0) -> Money:
    """Return what `taken` of `pieces` make of `amount`, when `before` of them were taken earlier.

    However the pieces are taken, the parts sum to `amount`: each is the difference of two rounded shares.
    """
    if not 0 <= before <= before + taken <= pieces or pieces < 1:
        raise ValueError(f"{taken} more than {before} of {pieces} pieces cannot be taken")
    return amount.times(Fraction(before + taken, pieces)) - amount.times(Fraction(before, pieces))
