"""Products as lists show them. What a process has read is shown again until the catalogue changes.

The one rule: a card is for looking at. Nothing is put in a cart or ordered by a price that stands on one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from app import stores
from app.known import known_at
from app.money import Money
from app.services.catalog.documents import Document, page_of, to_media, to_variant
from app.services.catalog.measures import UnitPrice
from app.services.images import Media

_FIELDS = {"slug": 1, "title": 1, "kind": 1, "media": {"$slice": 1}, "variants.id": 1}
_FIELDS |= {"variants.price": 1, "variants.compare_at": 1, "variants.measure": 1}
_IS_LIVE = {"is_published": True, "is_deleted": False}
_MOST = 5_000  # cards in each process, a few kilobytes each


class Offer(NamedTuple):
    """What one variant costs, as a card can show it."""

    variant_id: str
    price: Money
    was: Money | None
    unit_price: UnitPrice | None


@dataclass(frozen=True, kw_only=True)
class Card:
    """A product in a list. `price` is the least of its variants' and None when nothing of it is for sale.

    Whoever has read the stock tells what is sold out, and then the price of the cheapest variant that can be bought.
    """

    id: str
    slug: str
    title: str
    line: str
    picture: Media | None
    price: Money | None
    was: Money | None
    is_from: bool
    unit_price: UnitPrice | None  # of the variant that has this price
    offers: tuple[Offer, ...]  # of the variants with a price, the cheapest first
    is_sold_out: bool = False

    @property
    def url(self) -> str:
        """The address of its page."""
        return page_of(self.slug)


def cards(ids: Sequence[str], *, at: str | None = None) -> list[Card]:
    """Return the cards of published products, in the order of `ids`, in at most one query.

    `at` is the generation of the catalogue that the asker knows: cards read since then will do. Without it all are
    read now.
    """
    known = known_at("cards", at)
    found = {each: known[each] for each in ids if each in known}
    missing = [each for each in ids if each not in found]
    if missing:
        documents = stores.catalog()["products"].find({"_id": {"$in": missing}, **_IS_LIVE}, _FIELDS)
        read = {document["_id"]: _to_card(document) for document in documents}
        found |= read
        if len(known) < _MOST:
            known |= read
    return [found[each] for each in ids if each in found]


def _to_card(document: Document) -> Card:
    variants = (to_variant(each) for each in document.get("variants", ()))
    offers = [Offer(each.id, each.price, each.compare_at, each.unit_price) for each in variants if each.price]
    offers.sort(key=lambda offer: offer.price.amount)
    cheapest = offers[0] if offers else None
    media = document.get("media") or ()
    return Card(
        id=document["_id"],
        slug=document["slug"],
        title=document["title"],
        line=document.get("kind", ""),
        picture=to_media(media[0]) if media else None,
        price=cheapest.price if cheapest else None,
        was=cheapest.was if cheapest else None,
        is_from=len({offer.price for offer in offers}) > 1,
        unit_price=cheapest.unit_price if cheapest else None,
        offers=tuple(offers),
    )
