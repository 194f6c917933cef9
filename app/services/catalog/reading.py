"""Reads of the catalogue."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from pymongo.errors import PyMongoError

from app import config, stores
from app.errors import Invalid, NotFound, Unavailable
from app.known import known_at
from app.money import Money
from app.services import tax
from app.services.catalog.documents import (
    HOME,
    Batch,
    Collection,
    Document,
    Product,
    Variant,
    to_collection,
    to_product,
)
from app.services.catalog.gift_cards import is_worth
from app.services.catalog.measures import UnitPrice
from app.services.catalog.rules import match
from app.services.images import Media

_NO_PRODUCT = "We do not have this product any more. The collections show what there is."
_NO_COLLECTION = "We do not have this collection any more. The others are all on the collections page."
_GONE = "We do not make this any more. The collections show what there is."
_NO_ANSWER = "The catalogue does not answer just now. Nothing was lost; please try again in a moment."
_AT_ONCE = 500
_MOST_KNOWN = 200  # products in each process, some ten kilobytes each
_SOLD = (
    "slug", "title", "created_at", "media", "batch", "tax_class", "is_gift_card", "is_published", "is_deleted",
)  # fmt: skip
_SHELF_LACKS = {"product_ids": 0, "rules": 0, "draft": 0}
_IN_ORDER = [("position", 1), ("_id", 1)]  # of collections; many have the same position


@dataclass(frozen=True, kw_only=True)
class Sellable:
    """A variant as a cart or an order needs it. Not available: unpublished, deleted, or without a price."""

    id: str
    product_id: str
    slug: str
    title: str
    options_label: str
    sku: str
    price: Money
    weight_grams: int
    image: Media | None
    is_available: bool
    is_deleted: bool
    requires_shipping: bool
    is_gift_card: bool
    batch: Batch
    tax_class: str
    measured: UnitPrice | None


def find_variants(ids: Iterable[str]) -> dict[str, Sellable]:
    """Return what is known of each variant, read from MongoDB now, in one query; unknown ids are absent.

    Raises Unavailable when the catalogue does not answer: nothing is sold by an old price.
    """
    wanted = list(set(ids))
    if not wanted:
        return {}
    is_wanted = {"$in": ["$$variant.id", {"$literal": wanted}]}  # a thousand others are not read for these
    variants = {"$filter": {"input": "$variants", "as": "variant", "cond": is_wanted}}
    fields = dict.fromkeys(_SOLD, 1) | {"variants": variants}
    try:
        documents = list(stores.catalog()["products"].find({"variants.id": {"$in": wanted}}, fields))
    except PyMongoError as error:
        raise Unavailable(_NO_ANSWER) from error
    products = [to_product(document) for document in documents]
    return {variant.id: _to_sellable(product, variant) for product in products for variant in product.variants}


class State(NamedTuple):
    """The generations of the catalogue and of the stock, and the day, that a page is made in; under others it is old.

    The day, because a date that a page tells passes without any change.
    """

    catalog: str
    stock: str
    day: str


class Moved(NotFound):
    """It stands at another address now: `url`."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url


class Gone(NotFound):
    """It was here and does not come back."""


def get(slug: str, *, at: str | None = None) -> Product:
    """Return the product that customers see at `slug`, or raise NotFound: Moved or Gone where that is known.

    `at` is as in cards().
    """
    known: dict[str, Product] = known_at("products", at)
    if slug in known:
        return known[slug]
    product = find_by_slug(slug)
    if product is None:
        raise _what_became_of("products", slug, to_product) or NotFound(_NO_PRODUCT)
    if not product.is_published:
        raise NotFound(_NO_PRODUCT)
    if len(known) < _MOST_KNOWN:
        known[slug] = product
    return product


def lost_collection(slug: str) -> NotFound:
    """Return the refusal for an address where customers see no collection: Moved when it has another one now."""
    return _what_became_of("collections", slug, to_collection) or NotFound(_NO_COLLECTION)


def collections() -> list[Collection]:
    """List the published collections in their order, without their products and rules."""
    documents = stores.catalog()["collections"].find({"is_published": True}, _SHELF_LACKS).sort(_IN_ORDER)
    return [to_collection(document) for document in documents]


def list_collections_as_staff() -> list[Collection]:
    """List the collections in their order, published or not; the home page is not among them."""
    documents = stores.catalog()["collections"].find({"slug": {"$ne": HOME}}).sort(_IN_ORDER)
    return [to_collection(document) for document in documents]


def get_product_as_staff(product_id: str) -> Product:
    """Return a product, published or not, or raise NotFound."""
    found = [product for product in find_products([product_id]) if not product.is_deleted]
    if not found:
        raise NotFound("The catalogue has no such product.")
    return found[0]


def find_products(ids: Iterable[str]) -> list[Product]:
    """Return products by id, whatever their state. For jobs and staff."""
    return [to_product(document) for document in stores.catalog()["products"].find({"_id": {"$in": list(ids)}})]


def find_collections(ids: Iterable[str]) -> list[Collection]:
    """Return collections by id, whatever their state. For jobs and staff."""
    return [to_collection(document) for document in stores.catalog()["collections"].find({"_id": {"$in": list(ids)}})]


def members_of(collection_ids: Iterable[str], *, among: Iterable[str]) -> dict[str, frozenset[str]]:
    """Return which products, of those `among`, are in each collection, picked or found by rules, read from MongoDB now.

    Raises Unavailable when the catalogue does not answer: nothing is reduced by an old shelf.
    """
    wanted, products = list(collection_ids), frozenset(among)
    if not wanted:
        return {}
    try:
        return {
            each.id: products & {*each.product_ids, *match(each, among=products)} for each in find_collections(wanted)
        }
    except PyMongoError as error:
        raise Unavailable(_NO_ANSWER) from error


def list_ids(kind: str) -> list[str]:
    """Return the ids of all products or collections (`kind`), in order."""
    return [document["_id"] for document in stores.catalog()[kind].find({}, {"_id": 1}).sort("_id", 1)]


def walk(kind: str, fields: Sequence[str]) -> Iterator[list[Document]]:
    """Yield these fields of all products or collections (`kind`), whatever their state, some at a time, by id."""
    found = stores.catalog()[kind].find({}, list(fields)).sort("_id", 1).batch_size(_AT_ONCE)
    while documents := list[Document](islice(found, _AT_ONCE)):
        yield documents


def revisions(kind: str, ids: Sequence[str]) -> dict[str, int]:
    """Return the revisions of those ids that belong to a product or collection (`kind`), whatever its state."""
    found = stores.catalog()[kind].find({"_id": {"$in": list(ids)}}, {"revision": 1})
    return {document["_id"]: document["revision"] for document in found}


def find_by_slug(slug: str) -> Product | None:
    """Return the product of `slug`, published or not. For imports and staff."""
    document = stores.catalog()["products"].find_one({"slug": slug, "is_deleted": False})
    return to_product(document) if document else None


def find_by_any_slug(slug: str) -> Product | None:
    """Return the product of `slug`, else the youngest that had this address. For imports."""
    return find_by_any_slugs([slug]).get(slug)


def find_by_any_slugs(slugs: Sequence[str]) -> dict[str, Product]:
    """Return for each address what find_by_any_slug() does, in two queries; what no product has or had is absent."""
    known, found = stores.catalog()["products"], dict[str, Product]()
    for document in known.find({"slug": {"$in": slugs}, "is_deleted": False}):
        found[document["slug"]] = to_product(document)
    missing = [slug for slug in slugs if slug not in found]
    had_one = known.find({"old_slugs": {"$in": missing}, "is_deleted": False}).sort("_id", 1) if missing else ()
    older = [to_product(document) for document in had_one]
    return found | {slug: product for product in older for slug in product.old_slugs if slug in missing}


def find_collection_by_slug(slug: str) -> Collection | None:
    """Return the collection of `slug` with its products, whatever its state."""
    document = stores.catalog()["collections"].find_one({"slug": slug})
    return to_collection(document) if document else None


def find_product_ids(lines: str) -> list[str]:
    """Return the ids of the products whose addresses stand in `lines`; raise Invalid for one that is none."""
    slugs = [line.strip().rstrip("/").rsplit("/", 1)[-1] for line in lines.splitlines() if line.strip()]
    found = stores.catalog()["products"].find({"slug": {"$in": slugs}, "is_deleted": False}, {"slug": 1})
    ids = {document["slug"]: document["_id"] for document in found}
    missing = next((slug for slug in slugs if slug not in ids), None)
    if missing is not None:
        raise Invalid("One of the products is not there.", product_ids=f"There is no product at “{missing[:60]}”.")
    return list(dict.fromkeys(ids[slug] for slug in slugs))


def slugs_of(ids: Sequence[str]) -> dict[str, str]:
    """Return the addresses of products by their ids, in one query."""
    if not ids:
        return {}
    found = stores.catalog()["products"].find({"_id": {"$in": list(ids)}, "is_deleted": False}, {"slug": 1})
    return {document["_id"]: document["slug"] for document in found}


def generation() -> str:
    """Return a name that is new after every change of the catalogue: pages made under another are old."""
    document = stores.catalog()["generations"].find_one({"_id": "catalog"})
    return str(document["value"]) if document else ""


def _what_became_of(
    kind: str, slug: str, read: Callable[[Document], Product] | Callable[[Document], Collection]
) -> NotFound | None:
    """Say where the thing that had this address stands now, or that it is deleted; the youngest that still lives."""
    for document in stores.catalog()[kind].find({"old_slugs": slug}).sort([("is_deleted", 1), ("_id", -1)]).limit(1):
        thing = read(document)
        if document.get("is_deleted"):
            return Gone(_GONE)
        if thing.is_published:
            return Moved(thing.url)
    return None


def _to_sellable(product: Product, variant: Variant) -> Sellable:
    return Sellable(
        id=variant.id,
        product_id=product.id,
        slug=product.slug,
        title=product.title,
        options_label=variant.label,
        sku=variant.sku,
        price=variant.price or Money.zero(config.current().currency),
        weight_grams=variant.weight_grams,
        image=product.media_of(variant),
        is_available=product.is_published
        and not product.is_deleted
        and (is_worth(variant) if product.is_gift_card else bool(variant.price)),
        is_deleted=product.is_deleted,
        requires_shipping=variant.requires_shipping and not product.is_gift_card,
        is_gift_card=product.is_gift_card,
        batch=product.batch,
        tax_class=tax.ZERO if product.is_gift_card else product.tax_class,
        measured=variant.unit_price,
    )
