"""What is in a cart, at today's prices and stock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Protocol

from sqlalchemy import Row, bindparam, func, select

from app import config, db
from app.errors import Unavailable
from app.money import Money
from app.services import catalog, inventory, pricing, promotions, tax
from app.services.cart.models import CartRow, LineRow

_ROWS = (
    select(CartRow, LineRow)
    .outerjoin(LineRow, LineRow.cart_id == CartRow.id)
    .where(CartRow.id == bindparam("cart"))
    .order_by(LineRow.added_at, LineRow.variant_id)
)
_PIECES = select(func.sum(LineRow.quantity)).where(LineRow.cart_id == bindparam("cart"))


class Shopper(Protocol):
    """Who shops: a customer or a guest, with the cart their cookie names."""

    @property
    def cart_id(self) -> str | None:
        """The cart, once something was put in it."""

    @property
    def customer_id(self) -> str | None:
        """The customer, when signed in."""


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
    batch: catalog.Batch
    tax_class: str

    @property
    def total(self) -> Money:
        """What the line costs now."""
        return self.unit_price * self.quantity

    @property
    def is_gone(self) -> bool:
        """Whether it cannot be had at all: no longer sold, or sold out."""
        return not self.is_available or self.left < 1

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
                pricing.Line(line.unit_price, line.quantity, rate.percent, rate.name)
                for line, rate in zip(lines, rates, strict=True)
            ],
            [line.product_id for line in lines],
            self.members,
        )
        return promotions.price(
            goods, delivery, self.candidates, today=tax.today(), customer=customer,
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
    def weight_grams(self) -> int:
        """What a parcel with all of it weighs."""
        return sum(line.weight_grams * line.quantity for line in self.lines)

    @property
    def has_risen(self) -> bool:
        """Whether a price rose since it was agreed to, so that the shopper must consent."""
        return any(line.has_risen and not line.is_gone for line in self.lines)

    @property
    def can_be_ordered(self) -> bool:
        """Whether nothing stands in the way of an order."""
        blocked = any(line.is_gone or line.is_short or line.advice for line in self.lines)
        return bool(self.lines) and self.is_current and not blocked and not self.has_risen


def of(shopper: Shopper, *, coupon: str | None = None) -> Cart:
    """Return the shopper's cart; an empty one when they have none. With `coupon`, as if that had been entered."""
    return read(shopper.cart_id, coupon=coupon)


def count(shopper: Shopper) -> int:
    """Return how many pieces lie in the shopper's cart. Asks no store for somebody without one."""
    if shopper.cart_id is None:
        return 0
    return int(db.orders.value(_PIECES, {"cart": shopper.cart_id}) or 0)


def read(cart_id: str | None, *, coupon: str | None = None) -> Cart:
    """Return a cart in at most five SQL queries and one of the catalogue, however many lines it has.

    One query less while no order waits for its money; one more of the catalogue when a promotion is for collections.
    """
    rows = _rows(cart_id) if cart_id else []
    lines = [line for _, line in rows if line]  # an empty cart is one row without a line
    if not lines:
        revision = rows[0][0].revision if rows else 0
        return Cart(id=cart_id, revision=revision, lines=(), currency=config.current().currency)
    cart = rows[0][0]
    left = stock_left([line.variant_id for line in lines], order_id=cart.order_id)
    return compose(cart, lines, left, {}, coupon=coupon)


def compose(
    cart: CartRow,
    lines: Sequence[LineRow],
    left: Mapping[str, Left],
    known: Mapping[str, catalog.Sellable],
    *,
    coupon: str | None = None,
) -> Cart:
    """Return the cart of these lines, of which so much is `left`; asks the catalogue for what is not `known` of it."""
    currency = config.current().currency
    candidates = promotions.candidates(coupon or cart.coupon, order_id=cart.order_id)
    unknown = [line.variant_id for line in lines if line.variant_id not in known]
    sellables, members, is_current = _ask_catalog(unknown, known, candidates)
    place = _place_of(cart) or tax.home()
    return Cart(
        id=cart.id,
        revision=cart.revision,
        lines=tuple(
            _as_sold(line, sellables.get(line.variant_id), left[line.variant_id], currency)
            if is_current
            else _as_copied(line, left[line.variant_id])
            for line in lines
        ),
        currency=currency,
        is_current=is_current,
        goes_to=place,
        has_address=cart.country is not None,
        rates=tax.rates(place),
        candidates=candidates,
        members=members,
    )


def stock_left(variants: Sequence[str], *, order_id: str | None) -> dict[str, Left]:
    """Return how many of each variant this cart can have: what nobody holds, and what its own unpaid order holds."""
    held = inventory.held(order_id) if order_id else {}
    return {
        variant: Left(
            pieces=max(0, level.available + held.get(variant, 0)),
            now=max(0, level.on_hand - level.reserved + held.get(variant, 0)),
            expected_on=level.expected_on,
        )
        for variant, level in inventory.levels(variants).items()
    }


def _rows(cart_id: str) -> Sequence[Row[CartRow, LineRow]]:
    with db.orders.reading() as session:
        return session.execute(_ROWS, {"cart": cart_id}).all()


def _place_of(cart: CartRow) -> tax.Place | None:
    return tax.Place(cart.country, cart.region or "", cart.postal_code or "") if cart.country else None


def _ask_catalog(
    unknown: Sequence[str], known: Mapping[str, catalog.Sellable], candidates: promotions.Candidates
) -> tuple[Mapping[str, catalog.Sellable], Mapping[str, frozenset[str]], bool]:
    """Return what the catalogue says of variants and collections, and whether it could be asked."""
    try:
        sellables = {**known, **catalog.find_variants(unknown)}
        products = {sellable.product_id for sellable in sellables.values()}
        return sellables, catalog.members_of(candidates.collections, among=products), True
    except Unavailable:
        return known, {}, False


def _as_sold(line: LineRow, sellable: catalog.Sellable | None, left: Left, currency: str) -> CartLine:
    """Show a line as the catalogue has it. What it no longer sells keeps the copied words and price."""
    if sellable is None or sellable.price.currency != currency:
        return _as_copied(line, left, is_available=False)
    return CartLine(
        variant_id=line.variant_id,
        product_id=sellable.product_id,
        title=sellable.title,
        options_label=sellable.options_label,
        sku=sellable.sku,
        slug=sellable.slug,
        image=sellable.image,
        quantity=line.quantity,
        unit_price=sellable.price,
        price_seen=Money(line.price_seen, line.currency),
        is_available=sellable.is_available,
        left=left.pieces,
        expected_on=left.expected_on if line.quantity > left.now else None,
        weight_grams=sellable.weight_grams,
        requires_shipping=sellable.requires_shipping,
        batch=sellable.batch,
        tax_class=sellable.tax_class,
    )


def _as_copied(line: LineRow, left: Left, *, is_available: bool = True) -> CartLine:
    return CartLine(
        variant_id=line.variant_id,
        product_id="",
        title=line.title,
        options_label=line.options_label,
        sku="",
        slug=line.slug,
        image=catalog.Media(**line.image) if line.image else None,
        quantity=line.quantity,
        unit_price=Money(line.price_seen, line.currency),
        price_seen=Money(line.price_seen, line.currency),
        is_available=is_available,
        left=left.pieces,
        expected_on=left.expected_on if line.quantity > left.now else None,
        weight_grams=0,
        requires_shipping=True,
        batch=catalog.Batch(),
        tax_class=tax.STANDARD,
    )
