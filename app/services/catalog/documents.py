"""The shapes of the catalogue in MongoDB, and the way there and back.

A variant's id is given once and never changes: carts, stock and orders hang on it. The SKU is an attribute.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from app.money import MOST, Money
from app.services.catalog.measures import Measure, UnitPrice
from app.services.images import Media

Document = Mapping[str, Any]
HOME = "home"  # the slug of the collection whose picture, words and products the home page shows

PRICES = range(MOST + 1)  # minor units that something may cost


@dataclass(frozen=True)
class Rule:
    """One condition of a collection: what is compared (RULES), and with what."""

    kind: str
    value: str


@dataclass(frozen=True, kw_only=True)
class Section:
    """One part of the home page. Which of these it uses, its kind says (`SECTIONS`); `text` is sanitised HTML.

    `shown_of` is how staff named the picture: a product's address, and which of its pictures.
    """

    id: str
    kind: str
    title: str = ""
    text: str = ""
    shown_of: str = ""
    picture: Media | None = None
    link_label: str = ""
    link_url: str = ""
    collection_ids: tuple[str, ...] = ()
    product_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Option:
    """A choice to make, its values in the order to show them."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Batch:
    """How many pieces of a product can be bought at once: `least`, then in steps of `step`, up to `most` if set."""

    least: int = 1
    step: int = 1
    most: int | None = None

    def down(self, quantity: int) -> int:
        """Return the greatest quantity that is allowed and not above `quantity`; 0 when there is none."""
        capped = quantity if self.most is None else min(quantity, self.most)
        return capped - (capped - self.least) % self.step if capped >= self.least else 0

    def advice(self, quantity: int) -> str:
        """Return what to choose instead of `quantity`; nothing when that can be bought."""
        if self.down(quantity) == quantity:
            return ""
        if quantity < self.least:
            return f"This is sold from {self.least} pieces."
        if self.most is not None and quantity > self.most:
            return f"At most {self.down(self.most)} of this can be ordered at once."
        below, above = self.down(quantity), self.down(quantity) + self.step
        choices = f"{below} or {above}" if self.down(above) == above else str(below)
        return f"This is sold in steps of {self.step}: choose {choices}."


@dataclass(frozen=True)
class Past:
    """What a variant cost, and until when."""

    price: Money
    until: datetime


@dataclass(frozen=True, kw_only=True)
class Variant:
    """One thing that can be bought; not without a price. `values` answer the product's options one by one.

    `measure` is how much it holds, where goods are compared by that. `lowest` is the least that it cost in the thirty
    days before its price was reduced, as far as that is known; each write works it out from what it cost (`past`).
    """

    id: str
    values: tuple[str, ...] = ()
    sku: str = ""
    gtin: str = ""
    price: Money | None = None
    compare_at: Money | None = None
    weight_grams: int = 0
    measure: Measure | None = None
    requires_shipping: bool = True
    media_key: str | None = None
    lowest: Money | None = None
    past: tuple[Past, ...] = ()

    @property
    def was(self) -> Money | None:
        """The price that a reduction counts from: the compare-at price, or the lowest before where that is less."""
        if self.price is None or self.compare_at is None:
            return None
        was = min(self.compare_at, self.lowest or self.compare_at)
        return was if was > self.price else None

    @property
    def label(self) -> str:
        """The chosen values in words; empty for a product without options."""
        return " / ".join(self.values)

    @property
    def unit_price(self) -> UnitPrice | None:
        """What a kilogramme, litre, metre … of it costs, where it is sold by measure."""
        return self.measure.price_of(self.price) if self.measure and self.price else None


@dataclass(frozen=True, kw_only=True)
class Product:
    """What a thing is and what it costs. `description` is sanitised HTML. `revision` 0 was never saved.

    `tax_class` is one of the classes that the table of taxes knows; a gift card (`is_gift_card`) is taxed by none.

    `old_slugs` are the addresses it had; each write keeps the one it leaves, and they lead to it for good.
    """

    id: str
    slug: str
    title: str
    created_at: datetime
    kind: str = ""
    vendor: str = ""
    description: str = ""
    tags: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()
    variants: tuple[Variant, ...] = ()
    media: tuple[Media, ...] = ()
    old_slugs: tuple[str, ...] = ()
    batch: Batch = Batch()
    tax_class: str = "standard"
    is_gift_card: bool = False
    is_published: bool = True
    is_deleted: bool = False
    revision: int = 0

    @property
    def url(self) -> str:
        """The address of its page."""
        return page_of(self.slug)

    def media_from(self, variant: Variant | None) -> tuple[Media, ...]:
        """Return the pictures with the variant's own first."""
        own = variant.media_key if variant else None
        return tuple(sorted(self.media, key=lambda picture: picture.key != own)) if own else self.media

    def media_of(self, variant: Variant) -> Media | None:
        """Return the picture of a variant: its own, or the product's first."""
        own = (picture for picture in self.media if picture.key == variant.media_key)
        return next(own, self.media[0] if self.media else None)


@dataclass(frozen=True, kw_only=True)
class Collection:
    """A shelf: products picked by hand in the order to show them, then those that its `rules` find.

    With `matches_any` one rule is enough, else all must hold. `sort` is its order where the reader asks for none ("":
    as picked). `position` orders the shelves themselves. One that is not listed is reached by its address only; the
    home page is such a shelf (HOME), made of `sections`, beside the `draft` of them that staff work on.
    """

    id: str
    slug: str
    title: str
    description: str = ""
    product_ids: tuple[str, ...] = ()
    cover: Media | None = None
    rules: tuple[Rule, ...] = ()
    matches_any: bool = False
    sort: str = ""
    sections: tuple[Section, ...] = ()
    draft: tuple[Section, ...] = ()
    position: int = 0
    old_slugs: tuple[str, ...] = ()
    is_listed: bool = True
    is_published: bool = True
    revision: int = 0

    @property
    def url(self) -> str:
        """The address of its page."""
        return f"/collections/{self.slug}"


def page_of(slug: str) -> str:
    """Return the address of a product's page, as RFC 3986 has it: an import may bring letters beyond ASCII."""
    return f"/products/{quote(slug)}"


def to_document(thing: Product | Collection) -> dict[str, Any]:
    """Write a product or collection as MongoDB keeps it."""
    document = asdict(thing)
    document["_id"] = document.pop("id")
    return document


def to_product(document: Document) -> Product:
    """Read a product."""
    return Product(
        **_known(document, "slug", "title", "created_at", "kind", "vendor", "description", "tax_class"),
        **_known(document, "is_gift_card", "is_published", "is_deleted", "revision"),
        id=document["_id"],
        tags=tuple(document.get("tags", ())),
        old_slugs=tuple(document.get("old_slugs", ())),
        options=tuple(Option(each["name"], tuple(each["values"])) for each in document.get("options", ())),
        variants=tuple(to_variant(each) for each in document.get("variants", ())),
        media=tuple(to_media(each) for each in document.get("media", ())),
        batch=Batch(**document.get("batch", {})),
    )


def to_variant(document: Document) -> Variant:
    """Read a variant."""
    return Variant(
        **_known(document, "id", "sku", "gtin", "weight_grams", "requires_shipping", "media_key"),
        values=tuple(document.get("values", ())),
        price=_to_money(document.get("price")),
        compare_at=_to_money(document.get("compare_at")),
        lowest=_to_money(document.get("lowest")),
        past=tuple(Past(Money(**each["price"]), each["until"]) for each in document.get("past", ())),
        measure=Measure(**document["measure"]) if document.get("measure") else None,
    )


def to_collection(document: Document) -> Collection:
    """Read a collection."""
    return Collection(
        **_known(document, "slug", "title", "description", "position", "is_listed", "is_published", "revision"),
        **_known(document, "matches_any", "sort"),
        id=document["_id"],
        rules=tuple(Rule(**each) for each in document.get("rules", ())),
        sections=tuple(_to_section(each) for each in document.get("sections", ())),
        draft=tuple(_to_section(each) for each in document.get("draft", ())),
        product_ids=tuple(document.get("product_ids", ())),
        old_slugs=tuple(document.get("old_slugs", ())),
        cover=to_media(document["cover"]) if document.get("cover") else None,
    )


def to_media(document: Document) -> Media:
    """Read a picture."""
    return Media(
        **_known(document, "key", "width", "height", "alt", "colour", "preview", "source", "focus_x", "focus_y"),
        formats=tuple(document.get("formats", ())),
    )


def _to_section(document: Document) -> Section:
    return Section(
        **_known(document, "id", "kind", "title", "text", "shown_of", "link_label", "link_url"),
        picture=to_media(document["picture"]) if document.get("picture") else None,
        collection_ids=tuple(document.get("collection_ids", ())),
        product_ids=tuple(document.get("product_ids", ())),
    )


def _known(document: Document, *names: str) -> dict[str, Any]:
    """Pick the fields that are there, so that a document of an older release reads with today's defaults."""
    return {name: document[name] for name in names if name in document}


def _to_money(document: Document | None) -> Money | None:
    return Money(document["amount"], document["currency"]) if document else None
