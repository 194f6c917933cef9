"""Which variant a product page shows, and which values lead where. Pure: asks no store."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.services.catalog import Product, Variant

LOW = 3  # pieces; from here down the page says how many are left


@dataclass(frozen=True)
class Value:
    """One value of an option, as the picker shows it. `is_gone`: it does not go with the other choices."""

    value: str
    label: str
    note: str
    is_gone: bool
    is_chosen: bool


@dataclass(frozen=True)
class Choice:
    """What is chosen. `variant` is None when there is no such combination; `left` is what can be had of it."""

    variant: Variant | None
    left: int
    options: tuple[tuple[str, str, tuple[Value, ...]], ...]  # parameter, name, values

    @property
    def is_buyable(self) -> bool:
        """Whether it can go into the cart."""
        return self.variant is not None and self.variant.price is not None and self.left > 0


def choose(product: Product, available: Mapping[str, int], asked: Mapping[str, str]) -> Choice:
    """Find the variant asked for by its id (`v`) or by values (`o1`, `o2` …).

    What was not asked for is as in the first variant that can be bought.
    """
    by_values = {variant.values: variant for variant in product.variants}
    first = _first(product, available)
    named = next((variant for variant in product.variants if variant.id == asked.get("v")), first)
    values = tuple(
        asked[f"o{place}"] if asked.get(f"o{place}") in option.values else _value_at(named, place, option.values)
        for place, option in enumerate(product.options, start=1)
    )
    variant = by_values.get(values) if product.options else named
    return Choice(
        variant=variant,
        left=available.get(variant.id, 0) if variant else 0,
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
    buyable = (variant for variant in product.variants if variant.price and available.get(variant.id, 0) > 0)
    return next(buyable, product.variants[0] if product.variants else None)


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
    is_gone = variant is None or variant.price is None
    note = "sold out" if variant and not is_gone and available.get(variant.id, 0) < 1 else ""
    return Value(value, value, note, is_gone=is_gone, is_chosen=chosen[place - 1] == value)
