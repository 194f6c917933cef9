"""Reads Shopify's product CSV. Pure: a file in, drafts and problems out.

One row is a variant, a picture or both; the rows of a product stand together, its facts in the first
(https://help.shopify.com/en/manual/products/import-export/using-csv).
"""

import codecs
import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

import nh3

from app.errors import Invalid
from app.money import Money

_FIELD_LIMIT = 10_000_000  # characters; a body may be long
_NO_OPTIONS = "Title"  # the option that Shopify writes for a product without options
_DECIMAL = re.compile(r"-?\d+(\.\d+)?")
_NOT_IN_SLUG = re.compile(r"[^\w-]+")
_HTML_TAGS = {
    *("p", "br", "strong", "b", "em", "i", "u", "s", "sub", "sup", "small", "span", "a", "ul", "ol", "li", "dl", "dt"),
    *("dd", "h2", "h3", "h4", "h5", "h6", "blockquote", "hr", "table", "thead", "tbody", "tr", "th", "td"),
}

Row = dict[str, str]


@dataclass(frozen=True)
class Problem:
    """What is wrong, and in which row of the file (the header is row 1)."""

    row: int
    handle: str
    problem: str


@dataclass(frozen=True, kw_only=True)
class DraftVariant:
    """A variant as the file has it. `picture` is an address or a file's name."""

    row: int
    values: tuple[str, ...]
    sku: str
    gtin: str
    price: Money | None
    compare_at: Money | None
    weight_grams: int
    requires_shipping: bool
    quantity: int
    picture: str


@dataclass(frozen=True, kw_only=True)
class DraftPicture:
    """A picture as the file has it."""

    row: int
    source: str
    alt: str


@dataclass(kw_only=True)
class Draft:
    """A product as the file has it, with what was wrong in its rows. Without variants it cannot be taken."""

    row: int
    slug: str
    title: str
    kind: str
    vendor: str
    description: str
    tags: tuple[str, ...]
    is_published: bool
    options: tuple[str, ...]
    variants: list[DraftVariant] = field(default_factory=list)
    pictures: list[DraftPicture] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read_groups(path: Path) -> Iterator[list[tuple[int, Row]]]:
    """Stream a file as groups of (row number, row), one a product; raise Invalid when it is no product CSV.

    UTF-8 with or without a mark at its start, else Windows-1252; commas, semicolons or tabs.
    """
    with path.open(encoding=_encoding(path), newline="") as file:
        csv.field_size_limit(_FIELD_LIMIT)
        delimiter = max(",;\t", key=file.readline().count)
        file.seek(0)
        reader = csv.DictReader(file, delimiter=delimiter, restkey="", restval="", strict=False)
        if not {"Handle", "Title"} <= {name.strip() for name in reader.fieldnames or ()}:
            raise Invalid("This is no Shopify product CSV: its first row must name Handle and Title among the columns.")
        for _, group in groupby(_numbered(reader), key=lambda pair: pair[1].get("Handle", "")):
            yield list(group)


def read_draft(group: list[tuple[int, Row]], currency: str) -> Draft:
    """Read one product's rows, noting what is wrong and leaving out only the variants that cannot be taken."""
    number, first = group[0]
    handle, title = first.get("Handle", ""), first.get("Title", "")
    draft = Draft(
        row=number,
        slug=_NOT_IN_SLUG.sub("-", handle.lower()).strip("-")[:200],
        title=(title or handle.replace("-", " ").capitalize())[:300],
        kind=first.get("Type", ""),
        vendor=first.get("Vendor", ""),
        description=clean_html(first.get("Body (HTML)", "")),
        tags=tuple(tag.strip() for tag in first.get("Tags", "").split(",") if tag.strip()),
        is_published=_is_true(first.get("Published", ""), default=True)
        and first.get("Status", "active").lower() in {"", "active"},
        options=_options(group),
    )
    if not draft.slug:
        draft.problems.append(Problem(number, handle, "The handle is missing, so this row belongs to no product."))
        return draft
    if _is_true(first.get("Gift Card", ""), default=False):
        draft.problems.append(Problem(number, handle, "Gift cards are not products of this shop."))
        return draft
    for row_number, row in group:
        _read_row(draft, row_number, row, currency)
    if not draft.variants:
        draft.problems.append(Problem(number, handle, "No row of this product can be sold, so it was left out."))
    return draft


def clean_html(text: str) -> str:
    """Keep the harmless part of an HTML text: words, lists, tables and links."""
    return nh3.clean(text, tags=_HTML_TAGS, attributes={"a": {"href"}}, url_schemes={"http", "https", "mailto"}).strip()


def _encoding(path: Path) -> str:
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        try:
            while chunk := file.read(1 << 20):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8-sig"


def _numbered(reader: "csv.DictReader[str]") -> Iterator[tuple[int, Row]]:
    """Give each row the number of the line on which it begins, as an editor shows it."""
    while True:
        begins = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise Invalid(f"Line {begins} of the file cannot be read: {error}.") from error
        texts = ((name, value) for name, value in row.items() if isinstance(value, str))
        cells = {(name or "").strip(): value.replace("\0", "").strip() for name, value in texts}
        if any(cells.values()):
            yield begins, cells


def _options(group: list[tuple[int, Row]]) -> tuple[str, ...]:
    first = group[0][1]
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
    values = tuple(row.get(f"Option{place} Value", "") for place, _ in enumerate(draft.options, start=1))
    if not all(values):
        wrong("A value is missing for one of the product's options, so this variant was left out.")
    elif any(variant.values == values for variant in draft.variants):
        wrong("This variant stands in the file twice; the first was taken.")
    else:
        try:
            price, was = (_money(row.get(f"Variant {name}", ""), currency) for name in ("Price", "Compare At Price"))
        except ValueError as error:
            wrong(f"{error} This variant was left out.")
            return
        draft.variants.append(
            DraftVariant(
                row=number,
                values=values,
                sku=row.get("Variant SKU", "")[:200],
                gtin=row.get("Variant Barcode", "").lstrip("'")[:50],
                price=price,
                compare_at=was if price and was and was > price else None,
                weight_grams=_whole(row.get("Variant Grams", ""), "weight", wrong),
                requires_shipping=_is_true(row.get("Variant Requires Shipping", ""), default=True),
                quantity=_whole(row.get("Variant Inventory Qty", ""), "quantity", wrong),
                picture=row.get("Variant Image", ""),
            )
        )


def _money(text: str, currency: str) -> Money | None:
    """Read a price; both 1,234.50 and 1.234,50 mean the same. No price is None."""
    if not text:
        return None
    plain = text
    if "," in text:
        mark, thousands = (",", ".") if text.rfind(",") > text.rfind(".") else (".", ",")
        plain = text.replace(thousands, "").replace(mark, ".")
    if not _DECIMAL.fullmatch(plain):
        raise ValueError(f"“{text[:50]}” is no price.")
    try:
        price = Money.parse(plain, currency)
    except ValueError as error:
        raise ValueError(f"“{text[:50]}” has more digits than {currency} knows.") from error
    if not 0 <= price.amount < 10**12:
        raise ValueError(f"“{text[:50]}” is no price to sell at.")
    return price


def _whole(text: str, name: str, wrong: Callable[[str], None]) -> int:
    """Read a number of pieces or grams; below zero, as shops that oversold have it, is none."""
    if not text:
        return 0
    if not _DECIMAL.fullmatch(text) or len(text) > 12:
        wrong(f"“{text[:50]}” is no {name}; 0 was taken.")
        return 0
    return min(max(0, round(float(text))), 1_000_000)


def _is_true(text: str, *, default: bool) -> bool:
    return text.lower() in {"true", "yes", "1"} if text else default
