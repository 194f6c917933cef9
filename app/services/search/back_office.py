"""The list of everything that can lie on a shelf, for staff: published or not, found by words or a code."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select, tuple_

from app import db
from app.services import catalog, inventory
from app.services.search.models import SearchDocument
from app.services.search.words import bare

_LOOKS = 40  # so many times a page of levels is looked at for one page


@dataclass(frozen=True)
class StockedVariant:
    """One variant with the product it belongs to."""

    product: catalog.Product
    variant: catalog.Variant

    @property
    def id(self) -> str:
        """The variant's permanent id."""
        return self.variant.id


@dataclass(frozen=True)
class VariantPage:
    """Some variants by title; `after` continues behind the last, None at the end."""

    variants: Sequence[StockedVariant]
    after: str | None


def list_variants_as_staff(*, q: str = "", after: str = "", limit: int = 50) -> VariantPage:
    """List variants by their product's title. `q` is part of it or how a SKU begins; `after` the last page's end.

    One query for the products' ids and one for their documents, however many variants they have.
    """
    first, _, begun = after.partition(".")
    found = [
        (StockedVariant(product, variant), place)
        for product in _list(q, first, limit + 1)
        for place, variant in enumerate(product.variants)
        if product.id != first or not begun.isdecimal() or place >= int(begun)
    ]
    end = None
    if len(found) > limit:
        following, place = found[limit]
        end = f"{following.product.id}.{place}"
    return VariantPage([stocked for stocked, _ in found[:limit]], end)


@dataclass(frozen=True)
class ProductPage:
    """Some products by title; `after` continues behind the last, None at the end."""

    products: Sequence[catalog.Product]
    after: str | None


def list_products_as_staff(*, q: str = "", after: str = "", limit: int = 50) -> ProductPage:
    """List products by title, published or not. `q` is part of it or how a SKU begins; `after` the end before."""
    found = _list(q, after, limit + 1)
    return ProductPage(found[:limit], found[limit].id if len(found) > limit else None)


@dataclass(frozen=True)
class LowPage:
    """Some levels that run out, each with what lies there; `after` continues behind the last one looked at."""

    levels: Sequence[tuple[inventory.Level, catalog.Sellable]]
    after: str | None


def list_low_as_staff(*, after: str = "", limit: int = 50) -> LowPage:
    """List what runs out or has run out, by variant id; of what is deleted only what orders wait for.

    In a shop of some years most of it may be deleted. A page looks at so many levels at most, and may then show few.
    """
    shown: list[tuple[inventory.Level, catalog.Sellable]] = []
    for _ in range(_LOOKS):
        found = inventory.list_low(after=after, limit=limit + 1)
        names = catalog.find_variants(level.variant_id for level in found)
        for level in found:
            named = names.get(level.variant_id)
            if named is None or (named.is_deleted and not level.reserved and not level.owed):
                continue
            if len(shown) == limit:
                return LowPage(shown, shown[-1][0].variant_id)
            shown.append((level, named))
        if len(found) <= limit:
            return LowPage(shown, None)
        after = found[-1].variant_id
    return LowPage(shown, after)


def find_variant_as_staff(variant_id: str) -> StockedVariant | None:
    """Return one variant, or None when the catalogue has none such."""
    sellable = catalog.find_variants([variant_id]).get(variant_id)
    found = catalog.find_products([sellable.product_id]) if sellable else []
    variants = (StockedVariant(product, variant) for product in found for variant in product.variants)
    return next((stocked for stocked in variants if stocked.id == variant_id), None)


def find_variants_by_codes(codes: Iterable[str]) -> dict[str, list[StockedVariant]]:
    """Return the variants that each SKU or GTIN stands for, in two queries: none, one, or several that share it."""
    wanted = {code: bare(code) for code in codes if bare(code)}  # two may be the same thing, written differently
    found: dict[str, list[StockedVariant]] = {own: [] for own in wanted.values()}
    query = select(SearchDocument.product_id).where(SearchDocument.codes.overlap(list(found)))
    with db.orders.reading() as session:
        ids = list(session.scalars(query.order_by(SearchDocument.title, SearchDocument.product_id)))
    for product in _products(ids):
        for variant in product.variants:
            for own in {bare(variant.sku), bare(variant.gtin)} & found.keys():
                found[own].append(StockedVariant(product, variant))
    return {code: found[own] for code, own in wanted.items()}


def _list(q: str, first: str, limit: int) -> list[catalog.Product]:
    """Return so many products by title, from the product `first` on. Search knows deleted ones too: they are none."""
    ids = _ids(q, first, limit)
    found = _products(ids)
    while len(ids) == limit and len(found) < limit:
        ids = _ids(q, ids[-1], limit + 1)[1:]
        found += _products(ids)
    return found[:limit]


def _ids(q: str, first: str, limit: int) -> list[str]:
    """Return product ids by title, from the product `first` on."""
    query = select(SearchDocument.product_id)
    if wanted := q.replace("\0", "").strip():
        is_wanted: ColumnElement[bool] = SearchDocument.vocabulary.like(db.anywhere(wanted))
        if code := bare(wanted):
            own = func.unnest(SearchDocument.codes).column_valued()
            is_wanted |= select(own).where(func.starts_with(own, code)).exists()
        query = query.where(is_wanted)
    if first:
        start = select(SearchDocument.title, SearchDocument.product_id).where(SearchDocument.product_id == first)
        query = query.where(tuple_(SearchDocument.title, SearchDocument.product_id) >= start.scalar_subquery())
    with db.orders.reading() as session:
        return list(session.scalars(query.order_by(SearchDocument.title, SearchDocument.product_id).limit(limit)))


def _products(ids: list[str]) -> list[catalog.Product]:
    found = {product.id: product for product in catalog.find_products(ids)}
    return [found[each] for each in ids if each in found and not found[each].is_deleted]
