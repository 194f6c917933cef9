"""The filters of a list as SQL over `d`, a search document, and `o`, what can be had of it.

What concerns a product as a whole is a bit of its mask. What concerns its variants (price, options) is a bit string of
them, a bit for each, the cheapest first: those that fit are what is left of all when it is cut by each such filter, so
a size and a frame must be had together, at that price. None left: one more bit of the mask.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.services.search.narrowing import COLLECTION, Filters
from app.services.search.terms import LABELS

STOCK, PRICE, OFFERS = (
    "\0stock",
    "\0price",
    "\0offers",
)  # beside the facets; an option may be called stock, but never so
_ALL = 0xFFFFFFF
_MOST_FITS = 6  # hardly a product has so many options: whatever is chosen beyond, nothing fits already


@dataclass
class Masks:
    """The filters that are on: of products each with its bit and SQL, of variants each with its bit string."""

    bits: dict[str, int] = field(default_factory=dict)
    conditions: list[str] = field(default_factory=list)
    fits: dict[str, str] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)  # of the statement's parameters
    named: dict[str, str] = field(default_factory=dict)  # the parameter that has a facet's name

    def add(self, name: str, condition: str, **values: Any) -> None:
        """Add a filter of products."""
        self.conditions.append(f"CASE WHEN {condition} THEN 0 ELSE {1 << len(self.bits)} END")
        self.bits[name] = 1 << len(self.bits)
        self.values |= values

    def add_fit(self, name: str, bits: str, **values: Any) -> None:
        """Add a filter of variants."""
        self.fits[name] = f"({bits})"
        self.values |= values

    @property
    def fails(self) -> str:
        """The mask of a row as one more column; none without filters, for a wide search asks it of many rows."""
        return f", {' + '.join(self.conditions)} AS fails" if self.bits else ""

    @property
    def passed(self) -> str:
        """Narrow rows, in SQL, to those that fail no filter."""
        return "WHERE fails = 0" if self.bits else ""

    def passed_but(self, name: str = "", *, also: str = "") -> str:
        """Narrow an aggregate, in SQL, to rows that are `also` so and fail no filter, or only the one of this name."""
        passed = f"fails & {self.all_but(name)} = 0" if self.bits else ""
        conditions = " AND ".join(filter(None, (also, passed)))
        return f"FILTER (WHERE {conditions})" if conditions else ""

    def all_but(self, name: str) -> int:
        """Return the bits of all filters but this."""
        return _ALL & ~self.bits.get(name, 0)

    def by_facet(self, of: Mapping[str, Any], otherwise: str) -> str:
        """Return, in SQL, what belongs to the facet of a term `t`, for those facets that are filtered by."""
        cases = " ".join(f"WHEN :{self.named[facet]} THEN {each}" for facet, each in of.items())
        return f"CASE t.facet {cases} ELSE {otherwise} END" if cases else otherwise

    def fitting(self, but: str = "") -> str:
        """Return the bit string of the variants that fit, or would if it were not for the filter of this name."""
        return " & ".join(bits for name, bits in self.fits.items() if name != but) or "o.every"


def masks_of(filters: Filters) -> Masks:
    """Return the filters that are on."""
    masks = Masks()
    if filters.in_stock:
        masks.add(STOCK, "d.is_available")
    for number, (facet, values) in enumerate(filters.by_facet.items()):
        masks.named[facet] = f"facet{number}"
        if facet == COLLECTION:
            condition = (
                "EXISTS (SELECT FROM search_places AS p "
                f"WHERE p.product_id = d.product_id AND p.collection_id = ANY (:values{number}))"
            )
            masks.add(facet, condition, **{f"values{number}": values})
        elif facet in LABELS:
            condition = (
                "d.facets && (SELECT coalesce(array_agg(id), '{}') FROM search_terms "
                f"WHERE facet = :facet{number} AND value = ANY (:values{number}))"
            )
            masks.add(facet, condition, **{f"facet{number}": facet, f"values{number}": values})
        elif len(masks.fits) < _MOST_FITS:
            named = {f"value{number}_{place}": value for place, value in enumerate(values)}
            bits = " | ".join(_had_by(f":facet{number}", f":{name}") for name in named)
            masks.add_fit(facet, bits, **{f"facet{number}": facet}, **named)
    if filters.has_price:
        bits = (
            "o.every >> width_bucket(CAST(:least AS bigint) - 1, o.prices) "
            "& ~(o.every >> width_bucket(CAST(:most AS bigint), o.prices))"
        )
        masks.add_fit(PRICE, bits, least=filters.least or 0, most=2**62 if filters.most is None else filters.most)
    if masks.fits:
        masks.add(OFFERS, "position(B'1' IN f.fitting) > 0")
    return masks


def _had_by(facet: str, value: str) -> str:
    term = f"(SELECT id FROM search_terms WHERE facet = {facet} AND value = {value})"
    return f"coalesce(o.had_by[array_position(o.terms, {term})], ~o.every)"
