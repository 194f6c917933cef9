"""Reads Vendure's product CSV. Pure: rows in, drafts and problems out.

One row is a variant; a row without a name belongs to the product above it. Several values of a cell stand between bars
(https://docs.vendure.io/guides/developer-guide/importing-data/).
"""

from collections.abc import Iterator
from typing import Any

from app.services.catalog.drafts import (
    Draft,
    DraftPicture,
    DraftVariant,
    Group,
    Problem,
    Row,
    read_money,
    read_whole,
    slug_of,
)
from app.services.catalog.shopify import clean_html

NAME = "Vendure"
COLUMNS = frozenset({"name", "optionGroups", "optionValues", "stockOnHand"})
SKU = "sku"


def groups(rows: Iterator[tuple[int, Row]]) -> Iterator[Group]:
    """Put the rows of each product together: it ends where the next name stands."""
    group: Group = []
    for number, row in rows:
        if row["name"] and group:
            yield group
            group = []
        group.append((number, row))
    if group:
        yield group


def address(row: Row) -> str:
    """Return the address of the product whose first row this is."""
    return slug_of(row.get("slug", "") or row["name"])


def pictures(row: Row) -> set[str]:
    """Return the file names of the pictures that a row names."""
    return {*_split(row.get("assets", "")), *_split(row.get("variantAssets", ""))}


def read_draft(group: Group, currency: str) -> Draft:
    """Read one product's rows, noting what is wrong and leaving out only the variants that cannot be taken.

    The facet `brand` becomes the vendor, the last `category` the kind; all other facets, and the categories, are tags.
    """
    number, first = group[0]
    title = first["name"]
    draft = Draft(
        row=number,
        slug=address(first),
        title=title[:300],
        says=_says(first),
        options=tuple(name[:1].upper() + name[1:] for name in _split(first["optionGroups"])),
        pictures=[DraftPicture(row=number, source=name, alt="") for name in _split(first.get("assets", ""))],
    )
    if not title or not draft.slug:
        draft.problems.append(Problem(number, first.get("slug", ""), "The name is missing, so this is no product."))
        return draft
    for row_number, row in group:
        _read_variant(draft, row_number, row, currency)
    if not draft.variants:
        draft.problems.append(Problem(number, draft.slug, "No row of this product can be sold, so it was left out."))
    return draft


def _says(row: Row) -> dict[str, Any]:
    """Read the fields of a product that the file has columns for."""
    says: dict[str, Any] = {}
    if "description" in row:
        says["description"] = clean_html(row["description"])
    if "facets" in row:
        facets = [facet.partition(":")[::2] for facet in _split(row["facets"])]
        categories = [value.strip() for name, value in facets if name.strip().lower() == "category"]
        says["kind"] = categories[-1] if categories else ""
        says["vendor"] = next((value.strip() for name, value in facets if name.strip().lower() == "brand"), "")
        says["tags"] = tuple(dict.fromkeys(value.strip() for name, value in facets if name.strip().lower() != "brand"))
    return says


def _read_variant(draft: Draft, number: int, row: Row, currency: str) -> None:
    def wrong(problem: str) -> None:
        draft.problems.append(Problem(number, draft.slug, problem))

    values = tuple(_split(row["optionValues"]))
    if len(values) != len(draft.options or ()):
        wrong("It has not one value for each of the product's options, so this variant was left out.")
        return
    if any(variant.values == values for variant in draft.variants):
        wrong("This variant stands in the file twice; the first was taken.")
        return
    says: dict[str, Any] = {"sku": row["sku"][:200]} if "sku" in row else {}
    try:
        if "price" in row:
            says["price"] = read_money(row["price"], currency)
    except ValueError as error:
        wrong(f"{error} This variant was left out.")
        return
    draft.variants.append(
        DraftVariant(
            row=number,
            values=values,
            says=says,
            quantity=read_whole(row["stockOnHand"], "quantity", wrong),
            picture=next(iter(_split(row["variantAssets"])), "") if "variantAssets" in row else None,
        )
    )


def _split(cell: str) -> list[str]:
    return [part.strip() for part in cell.split("|") if part.strip()]
