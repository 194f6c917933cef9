"""What staff change by hand. Each act is noted in the audit before and after, and refused when what was read is old."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from hashlib import sha256
from typing import Any

from app import config, db
from app.errors import Conflict, Invalid, NotFound, all_of
from app.money import Money
from app.services import audit
from app.services.catalog.codes import is_gtin
from app.services.catalog.documents import PRICES, Collection, Product, Variant
from app.services.catalog.gift_cards import as_goods, check, end_runs
from app.services.catalog.home import find_picture
from app.services.catalog.measures import Measure
from app.services.catalog.reading import find_collections, find_product_ids, get_product_as_staff
from app.services.catalog.rewriting import Rewritten, rewrite
from app.services.catalog.rules import check_rule
from app.services.catalog.shopify import clean_html
from app.services.catalog.words import plain_text
from app.services.catalog.writing import save_collection, save_product
from app.services.images import Media

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_OLD = "Somebody else changed this meanwhile. This is how it is now; make your change again if needed."
_BAD_SLUG = "Use small letters, digits and single dashes, as in blue-hour."


def get_collection_as_staff(collection_id: str) -> Collection:
    """Return a collection, published or not, or raise NotFound."""
    found = find_collections([collection_id])
    if not found:
        raise NotFound("The catalogue has no such collection.")
    return found[0]


def changed_product(product: Product, *, tags: Sequence[str], description: str, **changes: Any) -> Product:
    """Return a product as a form would have it, its description sanitised; nothing is saved."""
    kept = tuple(dict.fromkeys(tag.strip() for tag in tags if tag.strip()))
    return replace(product, tags=kept, description=clean_html(description), **changes)


def edit_product(actor: str, product: Product, *, version: int) -> Product:
    """Save a product's words, address and whether it is published.

    Raises Conflict when `version` is not the newest revision or the address is taken, Invalid for an address that is
    none and for publishing a picture without words for those who do not see it. What is so already is no conflict,
    whoever made it so: the second of two clicks changes nothing.
    """
    before = get_product_as_staff(product.id)
    if product.slug != before.slug:  # an import may have brought another kind of address
        _check_slug(product.slug)
    if product.batch.most is not None and product.batch.most < product.batch.least:
        advice = f"Enter at least {product.batch.least}, or leave it empty."
        raise Invalid("Nothing could be bought with these numbers.", most=advice)
    if product.is_published and not all(picture.alt.strip() for picture in product.media):
        raise Invalid(
            "Describe every picture before you publish.", is_published="A picture below has no description yet."
        )
    if product.is_gift_card:
        _check_worth(product)
    elif before.is_gift_card:
        product = as_goods(product)
        if version == before.revision:  # first, so that none of it is sold as goods; the next save gives it again
            end_runs(before)
    changed = replace(product, revision=version)
    difference = _difference(_facts(before), _facts(changed))
    try:
        with audit.outside(actor, "product.edit", f"product:{product.id}", **difference):
            return save_product(changed)
    except Conflict:
        newest = get_product_as_staff(product.id)
        if _facts(newest) != _facts(changed):
            raise
        return newest


def edit_variant(
    actor: str,
    product_id: str,
    variant_id: str,
    *,
    read: str,
    sku: str,
    gtin: str,
    price: Money | None,
    compare_at: Money | None,
    weight_grams: int,
    measure: Measure | None,
) -> Variant:
    """Set a variant's codes, prices, weight and measure; raise Conflict when it is not as `read` (`fingerprint()`).

    A price of 0 is refused: nothing is sold at it, though an import may bring one; and a GTIN that is none. What is so
    already is no conflict.
    """
    check_price(price)

    def edit(product: Product) -> Rewritten | None:
        before = next((variant for variant in product.variants if variant.id == variant_id), None)
        if before is None:
            raise NotFound("This product has no such variant.")
        after = replace(
            before, sku=sku, gtin=gtin, price=price, compare_at=compare_at, weight_grams=weight_grams, measure=measure
        )
        if fingerprint(before) != read:
            if _variant_facts(before) == _variant_facts(after):
                return None
            raise Conflict(_OLD)
        if gtin and gtin != before.gtin and not is_gtin(gtin):  # an import may have brought another kind of code
            raise Invalid(f"“{gtin}” is no GTIN: its last digit does not fit the others, or some are missing.")
        if product.is_gift_card:
            check(after)
        variants = tuple(after if each.id == variant_id else each for each in product.variants)
        return Rewritten(
            replace(product, variants=variants), **_difference(_variant_facts(before), _variant_facts(after))
        )

    saved = rewrite(actor, "variant.edit", product_id, edit, subject=f"variant:{variant_id}")
    return next(variant for variant in saved.variants if variant.id == variant_id)


def fingerprint(variant: Variant) -> str:
    """Return what stands for a variant as it was read, so that rows of one product are edited beside each other."""
    return sha256(repr(sorted(_variant_facts(variant).items())).encode()).hexdigest()[:16]


def describe_picture(actor: str, product_id: str, key: str, *, read: str, alt: str) -> Media:
    """Set the words for those who do not see a picture; Conflict when they are neither as they were `read` nor so."""
    product = get_product_as_staff(product_id)
    before = next((picture for picture in product.media if picture.key == key), None)
    if before is None:
        raise NotFound("This product has no such picture.")
    if before.alt != read:
        if before.alt == alt.strip():
            return before
        raise Conflict(_OLD)
    if product.is_published and not alt.strip():
        raise Invalid("A picture that customers see needs a description.")
    after = replace(before, alt=alt.strip())
    media = tuple(after if picture.key == key else picture for picture in product.media)
    words = {"before": {"alt": before.alt}, "after": {"alt": after.alt}}
    with audit.outside(actor, "picture.describe", f"product:{product_id}", **words):
        save_product(replace(product, media=media))
    return after


def edit_collection(actor: str, collection: Collection, *, version: int) -> Collection:
    """Save a collection, as changed_collection() gave it; `version` 0 makes a new one, and one only under the same id.

    Raises Conflict as edit_product() does.
    """
    changed = replace(collection, revision=version)
    before = _shelf_facts(get_collection_as_staff(collection.id)) if version else {}
    act = "collection.edit" if version else "collection.add"
    try:
        with audit.outside(actor, act, f"collection:{collection.id}", **_difference(before, _shelf_facts(changed))):
            return save_collection(changed)
    except Conflict:
        newest = next(iter(find_collections([collection.id])), None)
        if newest and _shelf_facts(newest) == _shelf_facts(changed):
            return newest
        if newest and not version:  # Back, and other words: another one
            return edit_collection(actor, replace(collection, id=db.new_id()), version=0)
        raise


def new_collection(key: str | None = None) -> Collection:
    """Return a collection that was never saved; `key`, its id, makes two clicks one."""
    return Collection(id=key or db.new_id(), slug="", title="", is_published=False)


def changed_collection(collection: Collection, *, shown_of: str, picked: str, **changes: Any) -> Collection:
    """Return a collection as a form would have it; nothing is saved. Its description keeps its words only.

    Its picture and its products are found by what names them. One Invalid says all that is wrong.
    """
    changes["description"] = plain_text(clean_html(changes["description"]))
    written = replace(collection, **changes)
    _, *rules, cover, products = all_of(
        partial(_check_slug, written.slug),
        *(partial(check_rule, rule) for rule in written.rules),
        lambda: find_picture(shown_of) if shown_of.strip() else collection.cover,
        lambda: find_product_ids(picked),
    )
    return replace(written, rules=tuple(rules), cover=cover, product_ids=tuple(products))


def _check_slug(slug: str) -> None:
    if not _SLUG.fullmatch(slug) or len(slug) > 200:
        raise Invalid("The address cannot be used.", slug=_BAD_SLUG)


def _check_worth(product: Product) -> None:
    """Refuse a gift card with a worth that none can hold. A price before falls away when it becomes one."""
    try:
        for variant in product.variants:
            check(replace(variant, compare_at=None))
    except Invalid as refusal:
        raise Invalid(refusal.message, is_gift_card=refusal.message) from refusal


def _difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return what an act changes, as the audit keeps it."""
    names = [name for name in after if before.get(name) != after[name]]
    return {"before": {name: before.get(name) for name in names}, "after": {name: after[name] for name in names}}


def _facts(product: Product) -> dict[str, Any]:
    return {
        "title": product.title, "slug": product.slug, "kind": product.kind, "vendor": product.vendor,
        "description": product.description, "tags": list(product.tags), "is_published": product.is_published,
        "batch": [product.batch.least, product.batch.step, product.batch.most],
        "tax_class": product.tax_class, "is_gift_card": product.is_gift_card,
    }  # fmt: skip


def _variant_facts(variant: Variant) -> dict[str, Any]:
    measure = variant.measure
    return {
        "sku": variant.sku, "gtin": variant.gtin, "weight_grams": variant.weight_grams,
        "price": amount_of(variant.price), "compare_at": amount_of(variant.compare_at),
        "measure": f"{measure.contents} per {measure.reference}" if measure else None,
    }  # fmt: skip


def _shelf_facts(shelf: Collection) -> dict[str, Any]:
    rules: Sequence[list[str]] = [[rule.kind, rule.value] for rule in shelf.rules]
    return {
        "title": shelf.title, "slug": shelf.slug, "description": shelf.description, "rules": rules,
        "product_ids": list(shelf.product_ids), "matches_any": shelf.matches_any, "sort": shelf.sort,
        "position": shelf.position, "is_published": shelf.is_published, "cover": shelf.cover and shelf.cover.key,
    }  # fmt: skip


def amount_of(price: Money | None) -> str | None:
    """Return a price as the audit keeps it."""
    return str(price) if price is not None else None


def check_price(price: Money | None) -> None:
    """Refuse a price of nothing; none at all is not for sale."""
    if price is not None and not price:
        advice = "Enter a price above 0, or leave it empty while it is not for sale."
        raise Invalid(advice, price=advice)


def read_price(text: str) -> Money | None:
    """Read a price as staff type it; nothing is none. Raises Invalid that names the field `price`."""
    if not text.strip():
        return None
    try:
        price = Money.typed(text, config.current().currency)
    except ValueError as error:
        raise Invalid(str(error), price=str(error)) from error
    if price.amount not in PRICES:
        advice = f"“{text[:30]}” is no price to sell at."
        raise Invalid(advice, price=advice)
    return price
