"""Which variant a product page shows, and which values lead where. Pure: asks no store."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from operator import eq

from app.services.cart import MAX_QUANTITY
from app.services.catalog import Product, Variant
from app.services.inventory import FEW


@dataclass(frozen=True)
class Value:
    """One value of an option, as the picker shows it. `is_gone`: it does not go with the other choices."""

    value: str
    is_gone: bool
    is_sold_out: bool
    is_chosen: bool

    @property
    def label(self) -> str:
        """Its words."""
        return self.value


@dataclass(frozen=True)
class Choice:
    """What is chosen. `variant` is None when there is no such combination.

    `left` is how many can be had of it, as pages show it. `instead` is the nearest variant that can be bought, when
    this one cannot.
    """

    product: Product
    variant: Variant | None
    left: int
    instead: Variant | None
    options: tuple[tuple[str, str, tuple[Value, ...]], ...]  # parameter, name, values

    @property
    def is_buyable(self) -> bool:
        """Whether it can go into the cart."""
        return self.variant is not None and bool(self.variant.price) and self.left > 0

    @property
    def are_few(self) -> bool:
        """Whether so few are left that the page says how many."""
        return self.left <= FEW

    @property
    def most(self) -> int:
        """How many the form takes: of many the page does not know how many are left, and the cart refuses too many."""
        return self.left if self.are_few else MAX_QUANTITY

    @property
    def query(self) -> dict[str, str]:
        """The parameters of the address that shows just this choice."""
        if self.variant:
            return {"v": self.variant.id}
        return {name: next(each.value for each in values if each.is_chosen) for name, _, values in self.options}

    @property
    def picture(self) -> int:
        """The place, from 1, of the variant's own picture among the product's."""
        keys = [picture.key for picture in self.product.media]
        own = self.variant.media_key if self.variant else None
        return keys.index(own) + 1 if own in keys else 1


def choose(product: Product, available: Mapping[str, int], asked: Mapping[str, str]) -> Choice:
    """Find the variant asked for by its id (`v`) or by values (`o1`, `o2` …).

    What was not asked for is as in the cheapest variant that can be bought, whose price the product's card shows.
    """
    by_values = {variant.values: variant for variant in product.variants}
    first = _first(product, available)
    named = next((variant for variant in product.variants if variant.id == asked.get("v")), first)
    values = tuple(
        asked[f"o{place}"] if asked.get(f"o{place}") in option.values else _value_at(named, place, option.values)
        for place, option in enumerate(product.options, start=1)
    )
    variant = by_values.get(values) if product.options else named
    left = available.get(variant.id, 0) if variant else 0
    return Choice(
        product=product,
        variant=variant,
        left=left,
        instead=_nearest(product, available, values) if left < 1 else None,
        options=tuple(
            (
                f"o{place}",
                option.name,
                tuple(_value(value, place, values, by_values, available) for value in option.values),
            )
            for place, option in enumerate(product.options, start=1)
        ),
    )


def _first(product: Product, available: Mapping[str, int]) -> Variant | None:
    return min(
        _buyable(product, available),
        key=lambda variant: variant.price.amount if variant.price else 0,
        default=product.variants[0] if product.variants else None,
    )


def _nearest(product: Product, available: Mapping[str, int], values: tuple[str, ...]) -> Variant | None:
    """Return the variant that can be bought and shares most values with what was asked for.

    Of equals the one that keeps the earlier options, which shops put first because they weigh more: the size rather
    than the frame.
    """

    def nearness(variant: Variant) -> tuple[int, tuple[bool, ...]]:
        shared = tuple(map(eq, variant.values, values))
        return sum(shared), shared

    return max(_buyable(product, available), key=nearness, default=None)


def _buyable(product: Product, available: Mapping[str, int]) -> Iterator[Variant]:
    return (variant for variant in product.variants if variant.price and available.get(variant.id, 0) > 0)


def _value_at(variant: Variant | None, place: int, values: tuple[str, ...]) -> str:
    if variant and len(variant.values) >= place:
        return variant.values[place - 1]
    return values[0] if values else ""


def _value(
    value: str,
    place: int,
    chosen: tuple[str, ...],
    by_values: Mapping[tuple[str, ...], Variant],
    available: Mapping[str, int],
) -> Value:
    """Describe what choosing `value` would lead to, the other choices staying."""
    variant = by_values.get((*chosen[: place - 1], value, *chosen[place:]))
    is_gone = variant is None or not variant.price
    is_sold_out = variant is not None and available.get(variant.id, 0) < 1
    return Value(value, is_gone, is_sold_out, is_chosen=chosen[place - 1] == value)
