"""Products that staff make: a draft with a variant for every combination, and what joins or leaves it later.

The one rule: a variant that was ever on the shelf stays, because stock, carts and orders hang on its id.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from itertools import product as combinations
from math import prod
from typing import Any

from app import clock, db
from app.errors import Conflict, Invalid
from app.money import Money
from app.services import audit, inventory
from app.services.catalog.documents import Option, Product, Variant
from app.services.catalog.editing import amount_of, check_price
from app.services.catalog.gift_cards import check
from app.services.catalog.reading import find_by_any_slug, find_products
from app.services.catalog.rewriting import Rewritten, rewrite
from app.services.catalog.writing import delete_product, save_product

MOST_OPTIONS = 3
MOST_VARIANTS = 1_000
_LONGEST_NAME = 100  # characters, as an import takes them
_LONGEST_VALUE = 200
_NOT_IN_SLUG = re.compile(r"[^a-z0-9]+")

Choices = Sequence[tuple[str, Sequence[str]]]  # names of options, each with its values


def new_product_key() -> str:
    """Return the key of a product that is to be made: the same key makes one."""
    return db.new_id()


def add_product(
    actor: str,
    title: str,
    *,
    key: str,
    kind: str = "",
    vendor: str = "",
    options: Choices = (),
    sku: str = "",
    price: Money | None = None,
    weight_grams: int = 0,
) -> Product:
    """Make a product that customers do not see yet, with a variant for each combination of its options' values.

    All variants have `price` and `weight_grams`; `sku` is that of a product without options. `key` becomes its id: the
    same key makes one product. Raises Invalid.
    """
    if there := find_products([key]):
        return there[0]
    check_price(price)
    chosen = _options(options)
    rows = list(combinations(*(option.values for option in chosen)))
    if chosen and sku:
        raise Invalid("Each variant gets a SKU of its own.", sku="Leave it empty; the next page asks for each.")
    made = Product(
        id=key,
        slug=_free_slug(title),
        title=title,
        kind=kind,
        vendor=vendor,
        created_at=clock.now().replace(microsecond=0),
        options=chosen,
        variants=tuple(
            Variant(id=db.new_id(), values=row, sku=sku, price=price, weight_grams=weight_grams) for row in rows
        ),
        is_published=False,
    )
    facts = {"title": title, "slug": made.slug, "variants": len(rows), "price": amount_of(price)}
    try:
        with audit.outside(actor, "product.add", f"product:{key}", after=facts):
            return save_product(made)
    except Conflict:
        if there := find_products([key]):  # the other of two clicks was quicker
            return there[0]
        raise


def add_option(actor: str, product_id: str, name: str, value: str) -> Product:
    """Let customers choose one thing more; all there is of the product is `value` of it. Raises Invalid.

    The option that was just added is not added again: the second of two clicks changes nothing.
    """

    def change(product: Product) -> Rewritten | None:
        if product.options[-1:] == (Option(name, (value,)),):
            return None
        if len(product.options) >= MOST_OPTIONS:
            raise Invalid(f"A product has at most {MOST_OPTIONS} options.")
        if name.casefold() in {option.name.casefold() for option in product.options}:
            raise Invalid(f"It has the option {name} already.", name="Choose another name.")
        [added] = _options([(name, [value])])
        variants = tuple(replace(each, values=(*each.values, *added.values)) for each in product.variants)
        after = replace(product, options=(*product.options, added), variants=variants)
        return Rewritten(after, _facts(product), _facts(after))

    return rewrite(actor, "option.add", product_id, change)


def add_variant(
    actor: str, product_id: str, values: Sequence[str], *, sku: str = "", price: Money | None = None
) -> Product:
    """Add a variant with these values, one for each option; it weighs what the first one weighs. Raises Invalid.

    The same again, with its SKU and price, is the one there is.
    """
    check_price(price)

    def change(product: Product) -> Rewritten | None:
        if not product.options or len(values) != len(product.options):
            raise Invalid("Its options have changed. Look at them and try again.")
        if len(product.variants) >= MOST_VARIANTS:
            raise Invalid(f"A product has at most {MOST_VARIANTS:,} variants.")
        _options([(option.name, [value]) for option, value in zip(product.options, values, strict=True)])
        row = tuple(_as_known(value, option.values) for value, option in zip(values, product.options, strict=True))
        if there := next((variant for variant in product.variants if variant.values == row), None):
            if (there.sku, there.price) == (sku, price):
                return None
            raise Invalid(f"{' / '.join(row)} is a variant already.")
        first = product.variants[0] if product.variants else Variant(id="")
        added = Variant(
            id=db.new_id(), values=row, sku=sku, price=price,
            weight_grams=first.weight_grams, requires_shipping=first.requires_shipping,
        )  # fmt: skip
        if product.is_gift_card:
            check(added)
        after = _with(product, (*product.variants, added))
        facts = {"variant": added.label, "sku": sku, "price": amount_of(price)}
        return Rewritten(after, _facts(product), _facts(after) | facts)

    return rewrite(actor, "variant.add", product_id, change)


def remove_variant(actor: str, product_id: str, variant_id: str) -> None:
    """Take away a variant that was never in stock. Twice is once; raises Conflict for one that must stay."""

    def change(product: Product) -> Rewritten | None:
        left = tuple(variant for variant in product.variants if variant.id != variant_id)
        if len(left) == len(product.variants):
            return None
        if not left:
            raise Conflict("A product keeps its last variant. Delete the product instead.")
        if inventory.levels([variant_id])[variant_id].version:
            raise Conflict("It has been in stock, so orders may hold it. Clear its price, and nobody can buy it.")
        after = _with(product, left)
        return Rewritten(after, _facts(product), _facts(after))

    rewrite(actor, "variant.remove", product_id, change, subject=f"variant:{variant_id}")


def remove_product(actor: str, product_id: str) -> None:
    """Delete a product that customers do not see; orders keep what they say of it. Twice is once.

    Raises Conflict for one that they see.
    """
    before = next(iter(find_products([product_id])), None)
    if before is None or before.is_deleted:
        return
    if before.is_published:
        raise Conflict("Customers see it. Clear “Customers see it” and save before you delete it.")
    was = {"title": before.title, "slug": before.slug}
    with audit.outside(actor, "product.delete", f"product:{product_id}", before=was):
        delete_product(before)


def _options(choices: Choices) -> tuple[Option, ...]:
    """Read options, each value once whatever its capitals; raise Invalid for what cannot be one."""
    found = tuple(Option(name, _once(values)) for name, values in choices)
    for option in found:
        if not option.name or not option.values or not all(option.values):
            raise Invalid("Give each option a name and at least one value.")
        if len(option.name) > _LONGEST_NAME or any(len(value) > _LONGEST_VALUE for value in option.values):
            raise Invalid(f"Use at most {_LONGEST_NAME} characters for a name and {_LONGEST_VALUE} for a value.")
    if len({option.name.casefold() for option in found}) < len(found):
        raise Invalid("Two options have the same name.")
    if (size := prod(len(option.values) for option in found)) > MOST_VARIANTS:
        raise Invalid(f"These make {size:,} variants; a product has at most {MOST_VARIANTS:,}.")
    return found


def _once(values: Sequence[str]) -> tuple[str, ...]:
    spelled: dict[str, str] = {}
    for value in values:
        spelled.setdefault(value.casefold(), value)
    return tuple(spelled.values())


def _as_known(value: str, known: Sequence[str]) -> str:
    """Return a value as the product spells it, where only its capitals differ."""
    return next((each for each in known if each.casefold() == value.casefold()), value)


def _with(product: Product, variants: tuple[Variant, ...]) -> Product:
    """Return a product with these variants, its options offering what they have, in the order it had."""
    options = []
    for place, option in enumerate(product.options):
        used = dict.fromkeys(variant.values[place] for variant in variants)
        kept = [value for value in option.values if value in used]
        options.append(replace(option, values=(*kept, *(value for value in used if value not in kept))))
    return replace(product, options=tuple(options), variants=variants)


def _free_slug(title: str) -> str:
    """Return an address made of a title that no product has or had."""
    plain = unicodedata.normalize("NFKD", title.replace("ß", "ss")).encode("ascii", "ignore").decode().lower()
    wanted = _NOT_IN_SLUG.sub("-", plain)[:190].strip("-") or "product"
    candidates = (wanted if number == 1 else f"{wanted}-{number}" for number in count(1))
    return next(slug for slug in candidates if find_by_any_slug(slug) is None)


def _facts(product: Product) -> dict[str, Any]:
    return {
        "options": {option.name: list(option.values) for option in product.options},
        "variants": len(product.variants),
    }
