"""What is in a cart, at today's prices and stock."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Protocol

from app import clock, config
from app.money import Money
from app.services import catalog, pricing, promotions, shipping, tax


class Shopper(Protocol):
    """Who shops, with the cart their cookie names."""

    @property
    def cart_id(self) -> str | None:
        """The cart, once something was put in it."""


@dataclass(frozen=True, slots=True)
class Left:
    """How many pieces this cart can have of a variant, and how many of them at once; the others on `expected_on`."""

    pieces: int
    now: int
    expected_on: date | None


@dataclass(frozen=True, slots=True)
class CartLine:
    """One variant in a cart. `left` is how many this shopper can have; `price_seen` the price they agreed to.

    `expected_on`: the day on which the pieces come that do not lie on the shelf; mostly None.
    While the catalogue is down, or when it no longer knows the variant, only what the cart copied is filled in.
    """

    variant_id: str
    product_id: str
    title: str
    options_label: str
    sku: str
    slug: str
    image: catalog.Media | None
    quantity: int
    unit_price: Money
    price_seen: Money
    is_available: bool
    left: int
    expected_on: date | None
    weight_grams: int
    requires_shipping: bool
    is_gift_card: bool
    batch: catalog.Batch
    tax_class: str
    measured: catalog.UnitPrice | None

    @property
    def total(self) -> Money:
        """What the line costs now."""
        return self.unit_price * self.quantity

    @property
    def is_gone(self) -> bool:
        """Whether it cannot be had at all: no longer sold, or not even the least number of it left."""
        return not self.is_available or self.left < self.batch.least

    @property
    def is_short(self) -> bool:
        """Whether some are left, but fewer than wanted."""
        return not self.is_gone and self.left < self.quantity

    @property
    def advice(self) -> str:
        """What to choose instead, when so many cannot be bought at once; mostly nothing."""
        return "" if self.is_gone else self.batch.advice(self.quantity)

    @property
    def has_changed(self) -> bool:
        """Whether the price is another than the one agreed to."""
        return self.is_available and self.unit_price != self.price_seen

    @property
    def has_risen(self) -> bool:
        """Whether the new price needs consent. A price in another currency does."""
        return self.has_changed and (
            self.unit_price.currency != self.price_seen.currency or self.unit_price > self.price_seen
        )


_UNTAXED = tax.Rates({}, tax.Rate("VAT", Decimal(0)))


@dataclass(frozen=True)
class Cart:
    """A cart as its shopper sees it. `is_current` is False while the catalogue is down: prices are then copies.

    `goes_to` is the place whose `rates` tax it: the shop's own as long as `has_address` is False. `candidates` are the
    promotions that come into question, `members` the products of the collections that those are for.
    """

    id: str | None
    revision: int
    lines: tuple[CartLine, ...]
    currency: str
    is_current: bool = True
    goes_to: tax.Place = field(default_factory=tax.home)
    has_address: bool = False
    rates: tax.Rates = _UNTAXED
    candidates: promotions.Candidates = field(default_factory=promotions.Candidates)
    members: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def coupon(self) -> str | None:
        """The code that was entered."""
        return self.candidates.code

    @cached_property
    def priced(self) -> promotions.Priced:
        """What the lines that can be had come to, before delivery and before it is known who orders."""
        return self.price(Money.zero(self.currency))

    def reductions_of(self, line: CartLine) -> list[tuple[str, Money]]:
        """Return what is taken off a line, by name."""
        place = self.places.get(line.variant_id)
        return [] if place is None else self.priced.reductions_of(place)

    @cached_property
    def places(self) -> Mapping[str, int]:
        """Where the lines that can be had stand in what was priced, by variant."""
        return {line.variant_id: place for place, line in enumerate(line for line in self.lines if not line.is_gone)}

    def price(self, delivery: Money, customer: promotions.Customer | None = None) -> promotions.Priced:
        """Return what the lines that can be had come to with that delivery, for that customer."""
        lines = [line for line in self.lines if not line.is_gone]
        rates = [self.rates.of(line.tax_class) for line in lines]
        goods = promotions.Goods(
            [
                pricing.Line(line.unit_price, line.quantity, rate.percent, rate.name, line.is_gift_card)
                for line, rate in zip(lines, rates, strict=True)
            ],
            [line.product_id for line in lines],
            self.members,
        )
        return promotions.price(
            goods, delivery, self.candidates, today=clock.today(), customer=customer,
            prices_include_tax=config.current().prices_include_tax,
        )  # fmt: skip

    @property
    def count(self) -> int:
        """How many pieces lie in it."""
        return sum(line.quantity for line in self.lines)

    @property
    def subtotal(self) -> Money:
        """What the lines that can be had cost now."""
        return Money.total((line.total for line in self.lines if not line.is_gone), self.currency)

    @property
    def expected_on(self) -> date | None:
        """The day on which all of it is here; None while all of it lies on the shelf."""
        return max((line.expected_on for line in self.lines if line.expected_on and not line.is_gone), default=None)

    @property
    def weight_grams(self) -> int:
        """What a parcel with all of it that is sent weighs."""
        return sum(line.weight_grams * line.quantity for line in self.lines if line.requires_shipping)

    @property
    def needs_shipping(self) -> bool:
        """Whether something in it is sent in a parcel."""
        return any(line.requires_shipping for line in self.lines)

    @property
    def gift_cards(self) -> Money:
        """What the gift cards in it cost."""
        lines = (line.total for line in self.lines if line.is_gift_card and not line.is_gone)
        return Money.total(lines, self.currency)

    @property
    def counts_for_delivery(self) -> Money:
        """What makes delivery free from some amount on: the goods, for money for later makes none free."""
        return self.subtotal - self.gift_cards

    @property
    def freed_delivery(self) -> shipping.DeliveryOption | None:
        """The way of delivery that is free from some amount on, where it goes; None where there is none."""
        if not self.needs_shipping or not self.is_current:
            return None
        ways = shipping.options(self.goes_to.country, self.weight_grams, self.counts_for_delivery)
        return next((way for way in ways if way.free_from), None)

    @property
    def is_export(self) -> bool:
        """Whether it goes where the shop knows no tax, so that the country there may tax it when it comes in."""
        is_abroad = self.has_address and self.goes_to.country != tax.home().country
        return is_abroad and self.needs_shipping and not self.rates.by_class

    @property
    def has_risen(self) -> bool:
        """Whether a price rose since it was agreed to, so that the shopper must consent."""
        return any(line.has_risen and not line.is_gone for line in self.lines)

    @property
    def can_be_ordered(self) -> bool:
        """Whether nothing stands in the way of an order."""
        blocked = any(line.is_gone or line.is_short or line.advice for line in self.lines)
        return bool(self.lines) and self.is_current and not blocked and not self.has_risen
