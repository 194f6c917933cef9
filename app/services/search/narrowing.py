"""What a list can be narrowed down by, and how many products each choice would leave.

The one rule: what is chosen in a facet does not narrow that facet's own counts, so each count is what choosing that
value too would show of it.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.services.search.terms import KIND, TAG, VENDOR

COLLECTION = "collection"
CAP = 1000  # a count from here on may be shown as “1,000+”
_MOST_CHOICES = 20
_MOST_VALUES = 100  # of a facet that are offered; a large shop has thousands of tags, and each page would hold them all
_AFTER_OPTIONS = (VENDOR, TAG)
_DIGITS = re.compile(r"(\d+)")


@dataclass(frozen=True)
class Filters:
    """What is chosen beside the words: values of facets, bounds of the price in minor units, only what is here."""

    choices: tuple[tuple[str, str], ...] = ()  # facet, value
    least: int | None = None
    most: int | None = None
    in_stock: bool = False

    @property
    def by_facet(self) -> dict[str, list[str]]:
        """The chosen values of each facet; of too many only the first count."""
        chosen: dict[str, list[str]] = {}
        for facet, value in self.choices[:_MOST_CHOICES]:
            chosen.setdefault(facet, []).append(value)
        return chosen

    @property
    def has_price(self) -> bool:
        """Whether the price is bounded."""
        return self.least is not None or self.most is not None

    def __bool__(self) -> bool:
        """Say whether anything is chosen."""
        return bool(self.choices or self.has_price or self.in_stock)


@dataclass(frozen=True)
class Value:
    """One value of a facet, and how many products choosing it shows. `place` is its place in the option."""

    value: str
    count: int
    is_chosen: bool
    place: int = 0

    @property
    def shown_count(self) -> str:
        """The count as it is shown: exact, or that it is many."""
        return f"{CAP:,}+" if self.count >= CAP else str(self.count)


@dataclass(frozen=True)
class Facet:
    """One question a list can be narrowed down by. `is_cut`: it has more values, rarer than all that are here."""

    name: str
    values: tuple[Value, ...]
    is_cut: bool = False


def facets_of(
    rows: Iterable[tuple[str, str, int, int]], filters: Filters, *, total: int, matches: int, sampled: int
) -> tuple[Facet, ...]:
    """Arrange counts (facet, value, place, products) as facets; leave out those that divide nothing.

    The products are those of `sampled`, of which there are `matches` in all.
    """
    found: dict[str, dict[str, Value]] = {}
    chosen = filters.by_facet
    for facet, value, place, count in rows:
        about = round(count * matches / sampled)
        found.setdefault(facet, {})[value] = Value(value, about, value in chosen.get(facet, ()), place)
    for facet, values in chosen.items():
        for value in values:
            found.setdefault(facet, {}).setdefault(value, Value(value, 0, is_chosen=True))
    divides = {
        name: values
        for name, values in found.items()
        if name in chosen or len(values) > 1 or any(value.count < total for value in values.values())
    }
    return tuple(_facet(name, [*divides[name].values()]) for name in _names(divides))


def _facet(name: str, values: Sequence[Value]) -> Facet:
    """Arrange a facet's values: of very many the most common ones, and what is chosen."""
    common = sorted(values, key=lambda value: (not value.is_chosen, -value.count, value.value))[:_MOST_VALUES]
    return Facet(name, _ordered(name, common), len(common) < len(values))


def _names(found: Mapping[str, Mapping[str, Value]]) -> Sequence[str]:
    """Put the facets in order: shelves and kinds, options from the most common on, then labels."""
    first = [name for name in (COLLECTION, KIND) if name in found]
    last = [name for name in _AFTER_OPTIONS if name in found]
    options = [name for name in found if name not in (*first, *last)]
    options.sort(key=lambda name: (-sum(value.count for value in found[name].values()), name))
    return [*first, *options, *last]


def _ordered(name: str, values: Iterable[Value]) -> tuple[Value, ...]:
    """Put values in order: labels by what they lead to, options as the products have them."""
    if name in (COLLECTION, KIND, VENDOR, TAG):
        return tuple(sorted(values, key=lambda value: (-value.count, value.value)))
    return tuple(sorted(values, key=lambda value: (value.place, _natural(value.value))))


def _natural(words: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdecimal() else (-1, part.lower()) for part in _DIGITS.split(words)]
