"""Lists of products: their state read from the address, and written into it again for every link of the page."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlencode

from babel.numbers import get_currency_symbol
from flask import Response, g, request

from app import config, formats
from app.blueprints._pages import page
from app.blueprints.catalog import about
from app.errors import NotFound
from app.money import Money
from app.services import catalog, pages, search

PARAMETERS = ("f", "max", "min", "page", "sort", "stock")  # what the state of a list is made of, beside the words
_SORT_NAMES = {
    "newest": "Newest",
    "price": "Price, low to high",
    "-price": "Price, high to low",
    "title": "Name",
    "popular": "Most bought",
}
_FACET_NAMES = {search.COLLECTION: "Collection", "kind": "Kind", "vendor": "Maker", "tag": "Theme"}
_MOST_FILTERS = 20
_LONGEST = 600  # characters of one of them; other shops allow 255 for a name and for a value
_LONGEST_PRICE = 12  # characters, as the fields take them
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d*)?")
_FEW = 6  # values of a facet that are shown at once


@dataclass(frozen=True)
class State:
    """What the address of a list says. Prices are in minor units; a collection is chosen by its slug.

    `wrong` keeps what was typed as `min` or `max` and is no price.
    """

    url: str
    query: str = ""
    filters: search.Filters = field(default_factory=search.Filters)
    sort: str = ""
    page: int = 1
    wrong: Mapping[str, str] = field(default_factory=dict)

    def link(self, number: int = 1, **changes: Any) -> str:
        """Return the address of this list at a page, with what is changed in its filters."""
        chosen = replace(self.filters, **changes)
        state: list[tuple[str, str]] = [("q", self.query)]
        state += [("f", _written(*choice)) for choice in chosen.choices]
        bounds = {"min": _major(chosen.least), "max": _major(chosen.most), **self.wrong}
        state += [*bounds.items(), ("stock", "in" * chosen.in_stock)]
        state += [("sort", self.sort), ("page", str(number) if number > 1 else "")]
        query = urlencode([(name, value) for name, value in state if value])
        return f"{self.url}?{query}" if query else self.url

    @property
    def unfiltered(self) -> str:
        """The address of the whole list."""
        return State(self.url, self.query, sort=self.sort).link()


@dataclass(frozen=True)
class Chip:
    """Something that is chosen, and the address of the list without it."""

    label: str
    url: str


@dataclass(frozen=True)
class Choice:
    """A value to narrow the list by, as its form shows it."""

    value: str
    label: str
    count: str
    is_chosen: bool


@dataclass(frozen=True)
class Group:
    """A facet as the form shows it: some of its values at once, the rest behind a word; `is_cut`: not the rarest."""

    title: str
    first: Sequence[Choice]
    rest: Sequence[Choice]
    is_cut: bool


def read(url: str) -> State:
    """Read the state of the list at `url` from the request, or raise NotFound for what is no page number."""
    sort = request.args.get("sort", "")
    return State(
        url=url,
        query=request.args.get("q", "").strip()[: search.LONGEST_QUERY],
        filters=_filters(),
        sort=sort if sort in search.SORTS else "",
        page=_page_number(),
        wrong={name: typed for name in ("min", "max") if (typed := _typed(name)) and _minor(typed) is None},
    )


def by_id(state: State) -> search.Filters:
    """Return the filters as search knows them: collections by their id. One that is gone stays, and has nothing."""
    ids = {shelf.slug: shelf.id for shelf in listed_shelves()}
    choices = tuple(
        (facet, ids.get(value, value) if facet == search.COLLECTION else value)
        for facet, value in state.filters.choices
    )
    return replace(state.filters, choices=choices)


def show(
    listing: search.Listing, state: State, *, arranged: str, template: str = "catalog/list.html",
    picture: catalog.Media | None = None, **words: Any,
) -> Response:  # fmt: skip
    """Show a page of a list; the whole state of it is in its address. Its one address for others has no order."""
    path = f"{state.url}?page={listing.number}" if listing.number > 1 else state.url
    sorts = [("", arranged)] if arranged else []
    sorts += [(sort, _SORT_NAMES[sort]) for sort in search.SORTS if sort != "popular" or listing.has_popular]
    return page(
        template,
        part="catalog/_list.html",
        listing=listing,
        state=state,
        query=state.query,
        groups=list(_groups(listing)),
        chips=list(_chips(state)),
        sorts=sorts,
        least=state.wrong.get("min", _major(state.filters.least)),
        most=state.wrong.get("max", _major(state.filters.most)),
        cheapest=_bound(listing.cheapest),
        dearest=_bound(listing.dearest, up=True),
        money_sign=_sign(),
        about=about.shelf(config.current(), path, words["title"], description=words["lead"], picture=picture),
        **words,
    )


def listed_shelves() -> list[catalog.Collection]:
    """Return the collections that customers are shown; those of the page's state, where it has one."""
    return [shelf for shelf in pages.shelves(g.get("page_state")) if shelf.is_listed]


def address() -> str:
    """Return the address of the list that is asked for, without the fields that were left empty."""
    query = urlencode([(name, value) for name, value in request.args.items(multi=True) if value])
    return f"{request.path}?{query}" if query else request.path


def _groups(listing: search.Listing) -> Iterator[Group]:
    shelves = {shelf.id: shelf for shelf in listed_shelves()}
    for facet in listing.facets:
        if facet.name == search.COLLECTION:
            counted = {value.value: value for value in facet.values}
            choices = [
                Choice(_written(facet.name, shelf.slug), shelf.title, value.shown_count, value.is_chosen)
                for shelf in shelves.values()
                if (value := counted.get(shelf.id))
            ]
        else:
            choices = [
                Choice(_written(facet.name, value.value), value.value, value.shown_count, value.is_chosen)
                for value in facet.values
            ]
        first = [choice for number, choice in enumerate(choices) if number < _FEW or choice.is_chosen]
        rest = [choice for choice in choices[_FEW:] if not choice.is_chosen]
        if len(rest) == 1:
            first, rest = choices, []
        if choices:
            yield Group(_FACET_NAMES.get(facet.name, facet.name), first, rest, facet.is_cut)


def _chips(state: State) -> Iterator[Chip]:
    titles = {shelf.slug: shelf.title for shelf in listed_shelves()}
    chosen = state.filters
    for each in chosen.choices:
        others = tuple(other for other in chosen.choices if other != each)
        label = titles.get(each[1], each[1]) if each[0] == search.COLLECTION else each[1]
        yield Chip(label, state.link(choices=others))
    if chosen.has_price:
        bounds = [_price(bound) if bound is not None else "" for bound in (chosen.least, chosen.most)]
        label = " – ".join(bounds) if all(bounds) else f"from {bounds[0]}" if bounds[0] else f"up to {bounds[1]}"
        yield Chip(label, state.link(least=None, most=None))
    if chosen.in_stock:
        yield Chip("In stock", state.link(in_stock=False))


def _filters() -> search.Filters:
    named = [each[:_LONGEST].partition(":") for each in request.args.getlist("f")[:_MOST_FILTERS]]
    choices = dict.fromkeys((_name(facet.strip()), value.strip()) for facet, _, value in named)
    least, most = _minor(_typed("min")), _minor(_typed("max"))
    if least is not None and most is not None and least > most:
        least, most = most, least
    return search.Filters(
        choices=tuple(sorted(choice for choice in choices if all(choice) and "\0" not in "".join(choice))),
        least=least,
        most=most,
        in_stock=request.args.get("stock") == "in",
    )


def _written(facet: str, value: str) -> str:
    """Write a choice for an address. The first colon ends the facet's name, so one in the name is written otherwise."""
    return f"{facet.replace('%', '%25').replace(':', '%3A')}:{value}"


def _name(written: str) -> str:
    return written.replace("%3A", ":").replace("%25", "%")


def _typed(name: str) -> str:
    return request.args.get(name, "").strip()[:_LONGEST_PRICE]


def _minor(typed: str) -> int | None:
    """Read an amount as people type it, 12 or 12.50 or 12,50 or 1,200 or €12; what is none bounds nothing."""
    typed = typed.removeprefix(_sign()).removesuffix(_sign()).strip()
    try:
        amount = Decimal(typed.replace(",", "" if _THOUSANDS.fullmatch(typed) else "."))
        if not amount.is_finite() or not 0 <= amount < 10**9:
            return None
        return int(amount.scaleb(-int(_unit().as_tuple().exponent)))
    except InvalidOperation:
        return None


def _major(amount: int | None) -> str:
    """Write an amount for a field: no more digits than it needs."""
    if amount is None:
        return ""
    written = f"{Money(amount, config.current().currency).decimal:f}"
    return written.rstrip("0").rstrip(".") if "." in written else written


def _bound(amount: int | None, *, up: bool = False) -> str:
    """Write the edge of the prices in whole units, for the empty field."""
    if amount is None:
        return ""
    decimal = Money(amount, config.current().currency).decimal
    return str(int(decimal) + (up and decimal != int(decimal)))


def _price(amount: int) -> str:
    return formats.money(Money(amount, config.current().currency)).removesuffix(".00")


def _unit() -> Decimal:
    return Money(1, config.current().currency).decimal


def _sign() -> str:
    return get_currency_symbol(config.current().currency, locale="en")


def _page_number() -> int:
    """Return the page asked for, or raise NotFound when that is no page number."""
    number = request.args.get("page", "1")
    if not (number.isascii() and number.isdigit() and len(number) < 7 and int(number)):
        raise NotFound("There is no such page of this list. Start again from the first.")
    return int(number)
