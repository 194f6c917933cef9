"""The forms of product CSV that can be imported, told by the names of their columns."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from types import ModuleType

from app.errors import Invalid
from app.services.catalog import shopify, vendure
from app.services.catalog.drafts import Draft, Group, Problem, Row, read_rows
from app.services.catalog.reading import walk

_FORMS: tuple[ModuleType, ...] = (shopify, vendure)
_LONGEST = 100  # characters, as in the form of a product
_LONGEST_VALUE = 200
_EACH_ITS_OWN = "Give each its own: stock cannot be booked by a SKU that stands for two things."


def read_groups(path: Path, repeated: list[Problem], shared: list[Problem]) -> Iterator[Group]:
    """Stream a file as the rows of one product after the other; raise Invalid when it has none of the forms.

    Rows of a product that stood before, apart from these, are left out and noted in `repeated`; a SKU that another
    product of the file or the shop has too is taken, and noted in `shared`, which is whole after the last.
    """
    rows = read_rows(path)
    first = next(rows, None)
    if first is None:
        raise Invalid("There is no product in this file: it has no row below its first.")
    form = _form_of(first[1])
    begins: dict[str, int] = {}
    owners: dict[str, tuple[int, str]] = {}  # of a SKU
    for group in form.groups(chain([first], rows)):
        number, row = group[0]
        slug = form.address(row)
        if slug and (before := begins.setdefault(slug, number)) != number:
            said = f"This product stands in the file twice, from row {before} and from row {number}; the first counts."
            repeated.append(Problem(number, slug, said))
        else:
            skus = [(number, row[form.SKU]) for number, row in group if row.get(form.SKU)]
            shared += _find_shared(slug, skus, owners)
            yield group
    shared += _find_taken(owners, begins)


def _find_shared(slug: str, skus: Iterable[tuple[int, str]], owners: dict[str, tuple[int, str]]) -> Iterator[Problem]:
    for number, sku in skus:
        first, owner = owners.setdefault(sku.casefold(), (number, slug))
        if owner != slug:
            said = f"The SKU “{sku[:50]}” is also that of “{owner}”, in row {first}. {_EACH_ITS_OWN}"
            yield Problem(number, slug, said)


def _find_taken(owners: Mapping[str, tuple[int, str]], in_file: Mapping[str, int]) -> Iterator[Problem]:
    """Compare the SKUs of a file with those of the shop's other products; of its own the file itself says them."""
    for products in walk("products", ("slug", "old_slugs", "is_deleted", "variants.sku")) if owners else ():
        for product in products:
            if product.get("is_deleted") or in_file.keys() & {product["slug"], *product.get("old_slugs", ())}:
                continue
            for sku in sorted({variant.get("sku", "") for variant in product.get("variants", ())}):
                if owner := owners.get(sku.casefold()):
                    said = f"The SKU “{sku[:50]}” is also that of “{product['slug']}”, which the shop has already. "
                    yield Problem(*owner, said + _EACH_ITS_OWN)


def read_draft(group: Group, currency: str) -> Draft:
    """Read one product's rows, in whichever form they are. What is too long for the shop is shortened or left out."""
    draft: Draft = _form_of(group[0][1]).read_draft(group, currency)
    for name in ("kind", "vendor"):
        if name in draft.says:
            draft.says[name] = _shorten(draft, draft.says[name])
    if "tags" in draft.says:
        draft.says["tags"] = tuple(_shorten(draft, tag) for tag in draft.says["tags"])
    if draft.options is not None:
        draft.options = tuple(_shorten(draft, name) for name in draft.options)
    _leave_out_long_values(draft)
    _tell_of_no_price(draft)
    return draft


def pictures(group: Group) -> set[str]:
    """Return the addresses and file names of the pictures that a product's rows name."""
    form = _form_of(group[0][1])
    return {source for _, row in group for source in form.pictures(row)}


def _shorten(draft: Draft, text: str) -> str:
    if len(text) > _LONGEST:
        said = f"“{text[:30]}…” is longer than {_LONGEST} characters; the rest was left out."
        draft.problems.append(Problem(draft.row, draft.slug, said))
    return text[:_LONGEST]


def _leave_out_long_values(draft: Draft) -> None:
    """Take out variants with a value that is too long: shortened it might be that of another."""
    said = f"A value is longer than {_LONGEST_VALUE} characters, so this variant was left out."
    for variant in list(draft.variants):
        if any(len(value) > _LONGEST_VALUE for value in variant.values):
            draft.variants.remove(variant)
            draft.problems.append(Problem(variant.row, draft.slug, said))


def _tell_of_no_price(draft: Draft) -> None:
    """Note the variants that nobody can buy: for some a price follows later, for others it was forgotten."""
    said = "It has no price above 0, so it is shown as “Not for sale just now” until it has one."
    for variant in draft.variants:
        if "price" in variant.says and not variant.says["price"]:
            draft.problems.append(Problem(variant.row, draft.slug, said))


def _form_of(row: Row) -> ModuleType:
    for form in _FORMS:
        if row.keys() >= form.COLUMNS:
            return form
    known = " or ".join(f"{form.NAME}'s ({', '.join(sorted(form.COLUMNS))})" for form in _FORMS)
    raise Invalid(f"This is no product CSV that can be read: its first row must name the columns of {known}.")
