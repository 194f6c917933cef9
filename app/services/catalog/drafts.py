"""What a file says of a product, whatever its form, and how the cells of a spreadsheet are read. Pure."""

import codecs
import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from typing import Any, TextIO

from app.errors import Invalid
from app.money import Money, advice_on
from app.services.catalog.documents import PRICES

_MOST = 1_000_000  # pieces or grams
_FIELD_LIMIT = 10_000_000  # characters; a body may be long
_DECIMAL = re.compile(r"-?\d+(\.\d+)?")
_QUOTES = "Check its quotation marks: a cell that holds one begins and ends with another, and has its own twice."
_UNREAD = f"cannot be read. {_QUOTES}"
_CUT = "is cut off. Fetch or save the file once more; if that is all of it, end it with a line break."
_NOT_IN_SLUG = re.compile(r"[^\w-]+")

Row = dict[str, str]
Group = list[tuple[int, Row]]  # the rows of one product, each with its number in the file


@dataclass(frozen=True)
class Problem:
    """What is wrong, and in which row of the file (the header is row 1)."""

    row: int
    handle: str
    problem: str


@dataclass(frozen=True, kw_only=True)
class DraftVariant:
    """A variant as the file has it: `says` has the fields that it has columns for, and None is what has none.

    `picture` is an address or a file's name.
    """

    row: int
    values: tuple[str, ...]
    says: dict[str, Any]
    quantity: int | None
    picture: str | None


@dataclass(frozen=True, kw_only=True)
class DraftPicture:
    """A picture as the file has it."""

    row: int
    source: str
    alt: str


@dataclass(kw_only=True)
class Draft:
    """A product as the file has it, with what was wrong in its rows. Without variants it cannot be taken.

    `says` has the fields that the file has columns for; `options` is None where it has none for them.
    """

    row: int
    slug: str
    title: str
    says: dict[str, Any]
    options: tuple[str, ...] | None
    variants: list[DraftVariant] = field(default_factory=list)
    pictures: list[DraftPicture] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read_rows(path: Path) -> Iterator[tuple[int, Row]]:
    """Stream the rows of a CSV, each with the number of its line and its cells by the column's name.

    UTF-8 with or without a mark at its start, UTF-16 with one (Excel's “Unicode text”), else Windows-1252; commas,
    semicolons or tabs. Raises Invalid with the line that cannot be read, and for letters in none. A quotation mark too
    many or too few would put rows into cells and cells into each other, so after one nothing of the file is believed;
    nor of a file that ends inside a row.
    """
    with path.open(encoding=_encoding(path), newline="") as file:
        csv.field_size_limit(_FIELD_LIMIT)
        try:
            delimiter = max(",;\t", key=file.readline().count)
            file.seek(0)
            yield from _numbered(file, delimiter)
        except UnicodeDecodeError as error:
            raise Invalid("The letters of this file cannot be read. Save it as CSV UTF-8.") from error


def read_money(text: str, currency: str) -> Money | None:
    """Read a price; both 1,234.50 and 1.234,50 mean the same. No price is None."""
    if not text:
        return None
    if advice := advice_on(text, currency):
        raise ValueError(advice)
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
    if price.amount not in PRICES:
        raise ValueError(f"“{text[:50]}” is no price to sell at.")
    return price


def read_whole(text: str, name: str, wrong: Callable[[str], None]) -> int:
    """Read a number of pieces or grams, and say of one that cannot be taken as it stands what was taken instead.

    Below zero, as shops that oversold have it, is none.
    """
    if not text:
        return 0
    if not _DECIMAL.fullmatch(text) or len(text) > 12:
        wrong(f"“{text[:50]}” is no {name}; 0 was taken.")
        return 0
    taken = min(max(0, round(float(text))), _MOST)
    if taken != float(text):
        flaw = "below zero" if float(text) < 0 else f"above {_MOST}" if taken == _MOST else "no whole number"
        wrong(f"“{text}” as {name} is {flaw}; {taken} was taken.")
    return taken


def is_true(text: str, *, default: bool) -> bool:
    """Read a yes or no; `default` when nothing is said."""
    return text.lower() in {"true", "yes", "1"} if text else default


def slug_of(text: str) -> str:
    """Return the address that a handle or a name becomes."""
    return _NOT_IN_SLUG.sub("-", text.lower()).strip("-")[:200]


def _encoding(path: Path) -> str:
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        if file.read(2) in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
            return "utf-16"
        file.seek(0)
        try:
            while chunk := file.read(1 << 20):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8-sig"


def _numbered(file: TextIO, delimiter: str) -> Iterator[tuple[int, Row]]:
    """Give each row the number of the line on which it begins, as an editor shows it."""
    padding = re.compile(rf'(?<=") +(?={delimiter}|\r|\n|$)')  # as in Vendure's own files
    is_ended, names = True, list[str]()

    def lines() -> Iterator[str]:
        nonlocal is_ended
        for line in file:
            is_ended = line.endswith(("\n", "\r"))
            yield padding.sub("", line)

    reader = csv.reader(lines(), delimiter=delimiter, strict=True)
    while True:
        begins = reader.line_num + 1
        try:
            cells = [cell.replace("\0", "").strip() for cell in next(reader)]
        except StopIteration:
            return
        except csv.Error as error:
            is_cut = str(error) == "unexpected end of data" and not is_ended
            raise Invalid(f"Line {begins} of the file {_CUT if is_cut else _UNREAD}") from error
        if not names:
            names = cells
        elif any(cells):
            if len(cells) < len(names) and not is_ended:
                raise Invalid(f"Line {begins} of the file {_CUT}")
            _check(begins, cells, len(names), delimiter)
            yield begins, dict(zip_longest(names, cells[: len(names)], fillvalue=""))


def _check(line: int, cells: list[str], columns: int, delimiter: str) -> None:
    """Refuse a row that has more cells than the first, but for empty ones, or that holds another row.

    Fewer it may have, on one line: Excel leaves out empty ones at the end (Microsoft's knowledge base, 77295).
    """
    is_torn = len(cells) < columns and any(len(cell.splitlines()) > 1 for cell in cells)
    if is_torn or any(cells[columns:]):
        raise Invalid(f"Line {line} of the file has {len(cells)} cells, its first line has {columns}. {_QUOTES}")
    if any(_holds_a_row(cell, place, columns, delimiter) for place, cell in enumerate(cells)):
        raise Invalid(f"Line {line} of the file has the next row inside one of its cells. {_QUOTES}")


def _holds_a_row(cell: str, place: int, columns: int, delimiter: str) -> bool:
    """Whether a cell ends one row and begins another: its first line has all that is behind it, its last all before.

    In sentences a space follows a comma; between cells none does.
    """
    first, *others = cell.splitlines() or [""]
    if not others:
        return False
    separator = re.compile(rf"{delimiter}(?! )")
    return len(separator.findall(first)) == columns - 1 - place and len(separator.findall(others[-1])) == place
