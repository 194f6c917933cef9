"""Reads Shopify's product CSV. Pure: a file in, drafts and problems out.

One row is a variant, a picture or both; the rows of a product stand together, its facts in the first
(https://help.shopify.com/en/manual/products/import-export/using-csv).
"""

from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Any

import nh3

from app.errors import Invalid
from app.money import Money
from app.services import gift_cards
from app.services.catalog.drafts import (
    Draft,
    DraftPicture,
    DraftVariant,
    Group,
    Problem,
    Row,
    is_true,
    read_money,
    read_whole,
    slug_of,
)
from app.services.catalog.measures import Measure, read_measure

NAME = "Shopify"
COLUMNS = frozenset({"Handle", "Title"})
SKU = "Variant SKU"
_NO_OPTIONS = "Title"  # the option that Shopify writes for a product without options
_HTML_TAGS = {
    *("p", "br", "strong", "b", "em", "i", "u", "s", "sub", "sup", "small", "span", "a", "ul", "ol", "li", "dl", "dt"),
    *("dd", "h2", "h3", "h4", "h5", "h6", "blockquote", "hr", "table", "thead", "tbody", "tr", "th", "td"),
}


def groups(rows: Iterator[tuple[int, Row]]) -> Iterator[Group]:
    """Put the rows of each product together: they stand under one handle."""
    return (list(group) for _, group in groupby(rows, key=lambda pair: pair[1]["Handle"]))


def address(row: Row) -> str:
    """Return the address of the product that a row belongs to."""
    return slug_of(row["Handle"])


def pictures(row: Row) -> set[str]:
    """Return the addresses or file names of the pictures that a row names."""
    return {row.get("Image Src", ""), row.get("Variant Image", "")} - {""}


def read_draft(group: Group, currency: str) -> Draft:
    """Read one product's rows, noting what is wrong and leaving out only the variants that cannot be taken."""
    number, first = group[0]
    handle, title = first.get("Handle", ""), first.get("Title", "")
    draft = Draft(
        row=number,
        slug=address(first),
        title=(title or handle.replace("-", " ").capitalize())[:300],
        says={field: read(first[column]) for field, (column, read) in _FACTS.items() if column in first},
        options=_options(group),
    )
    if {"Published", "Status"} & first.keys():
        is_active = first.get("Status", "").lower() in {"", "active"}
        draft.says["is_published"] = is_active and is_true(first.get("Published", ""), default=True)
    if not draft.slug:
        draft.problems.append(Problem(number, handle, "The handle is missing, so this row belongs to no product."))
        return draft
    for row_number, row in group:
        _read_row(draft, row_number, row, currency)
    if not draft.variants:
        draft.problems.append(Problem(number, handle, "No row of this product can be sold, so it was left out."))
    return draft


def clean_html(text: str) -> str:
    """Keep the harmless part of an HTML text: words, lists, tables and links."""
    return nh3.clean(text, tags=_HTML_TAGS, attributes={"a": {"href"}}, url_schemes={"http", "https", "mailto"}).strip()


_FACTS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "kind": ("Type", str),
    "vendor": ("Vendor", str),
    "description": ("Body (HTML)", clean_html),
    "tags": ("Tags", lambda cell: tuple(tag.strip() for tag in cell.split(",") if tag.strip())),
    "is_gift_card": ("Gift Card", lambda cell: is_true(cell, default=False)),
}


def _options(group: Group) -> tuple[str, ...] | None:
    first = group[0][1]
    if "Option1 Name" not in first:
        return None
    names = tuple(first[f"Option{place} Name"] for place in (1, 2, 3) if first.get(f"Option{place} Name"))
    values = {row.get("Option1 Value", "") for _, row in group} - {""}
    return () if names in {(_NO_OPTIONS,), ()} and len(values) < 2 else names


def _read_row(draft: Draft, number: int, row: Row, currency: str) -> None:
    def wrong(problem: str) -> None:
        draft.problems.append(Problem(number, row.get("Handle", ""), problem))

    if source := row.get("Image Src"):
        draft.pictures.append(DraftPicture(row=number, source=source, alt=row.get("Image Alt Text", "")[:500]))
    is_variant = number == draft.row or any(row.get(name) for name in ("Option1 Value", "Variant Price", "Variant SKU"))
    if not is_variant:
        return
    values = tuple(row.get(f"Option{place} Value", "") for place, _ in enumerate(draft.options or (), start=1))
    if not all(values):
        wrong("A value is missing for one of the product's options, so this variant was left out.")
    elif any(variant.values == values for variant in draft.variants):
        wrong("This variant stands in the file twice; the first was taken.")
    else:
        try:
            says = _says(row, currency, wrong)
        except ValueError as error:
            wrong(f"{error} This variant was left out.")
            return
        if draft.says.get("is_gift_card") and "price" in says and not _is_worth(says["price"]):
            most = Money(gift_cards.MOST, currency).decimal
            wrong(f"A gift card is worth something above zero and up to {most}, so this variant was left out.")
            return
        pieces = row.get("Variant Inventory Qty")
        draft.variants.append(
            DraftVariant(
                row=number,
                values=values,
                says=says,
                quantity=None if pieces is None else read_whole(pieces, "quantity", wrong),
                picture=row.get("Variant Image"),
            )
        )


def _says(row: Row, currency: str, wrong: Callable[[str], None]) -> dict[str, Any]:
    """Read the fields of a variant that the file has columns for; raise ValueError for a price that is none."""
    readers: dict[str, tuple[str, Callable[[str], Any]]] = {
        "sku": ("Variant SKU", lambda cell: cell[:200]),
        "gtin": ("Variant Barcode", lambda cell: cell.lstrip("'")[:50]),
        "price": ("Variant Price", lambda cell: read_money(cell, currency)),
        "compare_at": ("Variant Compare At Price", lambda cell: read_money(cell, currency)),
        "weight_grams": ("Variant Grams", lambda cell: read_whole(cell, "weight", wrong)),
        "requires_shipping": ("Variant Requires Shipping", lambda cell: is_true(cell, default=True)),
    }
    says = {field: read(row[column]) for field, (column, read) in readers.items() if column in row}
    if measure := _measure(row, wrong):
        says["measure"] = measure
    return says


def _is_worth(price: Money | None) -> bool:
    return price is not None and gift_cards.can_hold(price)


def _measure(row: Row, wrong: Callable[[str], None]) -> Measure | None:
    """Read what the unit price is worked out from: the total is what a piece holds, the base what it is compared by."""
    held, base = (
        f"{amount} {row.get(f'Unit Price {name} Measure Unit', '')}" if amount.strip("0.,") else ""
        for name, amount in ((name, row.get(f"Unit Price {name} Measure", "")) for name in ("Total", "Base"))
    )
    try:
        return read_measure(held, base if held else "")
    except Invalid as error:
        wrong(f"{error} This variant has no unit price.")
        return None
