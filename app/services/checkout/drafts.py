"""A checkout in progress: what the shopper entered, and what it comes to."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from app import clock, db
from app.errors import Conflict, Invalid, Unavailable
from app.money import Money
from app.services import cart, gift_cards, orders, payments, pricing, promotions, shipping, tax
from app.services.cart import Cart, CartLine, Shopper
from app.services.checkout.addresses import Address, check_contact, label_problems
from app.services.checkout.models import DraftRow
from app.services.shipping import DeliveryOption

# The version of the terms that a shopper agrees to; raise it with every change of `templates/content/terms.html`.
TERMS_VERSION = "2026-11-30"

_IS_CARD = "This looks like a gift card. You can enter it at the last step, under “Pay with a gift card”."

Step = Literal["cart", "address", "delivery"]

_DRAFT = select(DraftRow.email, DraftRow.address, DraftRow.delivery_method, DraftRow.gift_card_ids).where(
    DraftRow.cart_id == bindparam("cart")
)
_DELIVERED = (
    update(db.table_of(DraftRow))
    .where(DraftRow.cart_id == bindparam("cart"))
    .values(delivery_method=bindparam("method"), updated_at=bindparam("moment"))
)
_entered = insert(db.table_of(DraftRow)).values(delivery_method=None, gift_card_ids=[])
_ENTERED = _entered.on_conflict_do_update(
    index_elements=[DraftRow.cart_id],
    set_={name: _entered.excluded[name] for name in ("email", "address", "updated_at")},
)
_ERASED = delete(db.table_of(DraftRow)).where(DraftRow.cart_id == bindparam("cart"))


@dataclass(frozen=True, slots=True)
class Draft:
    """What a shopper has entered so far."""

    cart_id: str | None
    email: str = ""
    address: Address | None = None
    delivery_method: str | None = None
    gift_card_ids: tuple[str, ...] = ()

    @property
    def phone(self) -> str:
        """The telephone number in E.164, or nothing."""
        return self.address.phone if self.address else ""


@dataclass(frozen=True, slots=True)
class Tender:
    """What a gift card pays of the order that the cart would become."""

    card_id: str
    last4: str
    amount: Money
    left: Money


@dataclass(frozen=True, slots=True)
class Quote:
    """What the cart would cost delivered so. `delivery` is None until a way is chosen that is still offered.

    Nothing is chosen where nothing is sent, as of gift cards; `delivery` then says so.
    """

    cart: Cart
    draft: Draft
    options: tuple[DeliveryOption, ...]
    delivery: DeliveryOption | None
    priced: promotions.Priced
    tenders: tuple[Tender, ...] = ()
    customer: promotions.Customer | None = None
    terms_version: str = TERMS_VERSION

    @property
    def totals(self) -> pricing.Totals:
        """What it comes to."""
        return self.priced.totals

    @property
    def breakdown(self) -> pricing.Breakdown:
        """Every cent of the total by name."""
        return self.priced.breakdown(has_delivery=self.delivery is not None and self.cart.needs_shipping)

    def reductions_of(self, line: CartLine) -> list[tuple[str, Money]]:
        """Return what is taken off a line, by name."""
        place = self.cart.places.get(line.variant_id)
        return [] if place is None else self.priced.reductions_of(place)

    def sums_of(self, line: CartLine) -> pricing.LineTotal | None:
        """Return what a line comes to; None for one that cannot be had."""
        place = self.cart.places.get(line.variant_id)
        return None if place is None else self.totals.lines[place]

    def charge_of(self, option: DeliveryOption) -> Money:
        """Return what a way of delivery costs in the end, with the promotions that count then."""
        return self.cart.price(option.price, self.customer).totals.delivery

    @property
    def due(self) -> Money:
        """What is left to pay after gift cards."""
        return self.totals.total - Money.total((each.amount for each in self.tenders), self.cart.currency)

    @property
    def address_problems(self) -> dict[str, str]:
        """What keeps the parcel from going to the address, by field; nothing where nothing is sent."""
        return label_problems(self.draft.address) if self.draft.address and self.cart.needs_shipping else {}

    @property
    def missing(self) -> Step | None:
        """The first step that must be done before an order can be placed."""
        if not self.cart.can_be_ordered:
            return "cart"
        if self.draft.address is None or self.address_problems:
            return "address"
        return None if self.delivery else "delivery"


def draft_of(shopper: Shopper) -> Draft:
    """Return what the shopper has entered so far."""
    if shopper.cart_id is None:
        return Draft(None)
    for row in db.orders.rows(_DRAFT, {"cart": shopper.cart_id}):
        address = Address.from_copy(row.address)
        return Draft(shopper.cart_id, row.email, address, row.delivery_method, tuple(row.gift_card_ids))
    return Draft(shopper.cart_id)


def quote(shopper: Shopper, *, coupon: str | None = None, tried: str | None = None) -> Quote:
    """Return the shopper's cart with its delivery and totals, at today's prices; as if `coupon` had been entered.

    With `tried`, the code of a delivery, as if that one were chosen; with an empty one as if the first that is offered
    were, until one is.
    """
    contents, draft = cart.of(shopper, coupon=coupon), draft_of(shopper)
    country = draft.address.country if draft.address else ""
    options, delivery = _ways(contents, country, tried or draft.delivery_method)
    if delivery is None and tried is not None and draft.delivery_method is None:
        delivery = next(iter(options), None)
    price = delivery.price if delivery else Money.zero(contents.currency)
    customer = _customer(draft.email, contents.candidates)
    priced = contents.price(price, customer)
    tenders = _tenders(draft, priced.totals.total - contents.gift_cards)
    return Quote(contents, draft, tuple(options), delivery, priced, tenders, customer)


def _ways(contents: Cart, country: str, chosen: str | None) -> tuple[Sequence[DeliveryOption], DeliveryOption | None]:
    """Return how the cart can be delivered, and which way was chosen. Money for later makes no delivery free."""
    if not contents.needs_shipping:
        return (), shipping.no_parcel(contents.currency)
    options = shipping.options(country, contents.weight_grams, contents.counts_for_delivery)
    return options, next((option for option in options if option.code == chosen), None)


def _tenders(draft: Draft, total: Money) -> tuple[Tender, ...]:
    """Share `total`, what is bought beside gift cards, out over the gift cards entered, the oldest first.

    What the cart's waiting order holds of them counts.
    """
    if not draft.gift_card_ids or draft.cart_id is None:
        return ()
    cards, waiting = gift_cards.list_usable(draft.gift_card_ids), orders.find_of_cart(draft.cart_id)
    held = payments.held_on_cards(waiting.id) if waiting else {}
    tenders = []
    for card in cards:
        usable = card.balance_money + Money(held.get(card.id, 0), card.currency)
        amount = min(usable, total)
        tenders.append(Tender(card.id, card.last4, amount, usable - amount))
        total -= amount
    return tuple(tenders)


def enter_coupon(shopper: Shopper, code: str) -> None:
    """Keep a code for the shopper's cart, in place of an earlier one; raise Invalid when it does not count, and why."""
    code = promotions.plain_code(code)
    if not code:
        raise Invalid("Enter a code.", code="Enter a code.")
    offer = quote(shopper, coupon=code)
    if offer.cart.id is None or not offer.cart.lines:
        raise Conflict("Your cart is empty. Please choose something first.")
    if not offer.cart.is_current:
        raise Unavailable("Codes cannot be checked at the moment. Your cart is kept; please try again in a minute.")
    if offer.priced.refusal:
        is_card = offer.cart.candidates.coupon is None and gift_cards.has_shape(code)
        refusal = _IS_CARD if is_card else offer.priced.refusal
        raise Invalid(refusal, code=refusal)
    cart.keep_coupon(offer.cart.id, code)


def remove_coupon(shopper: Shopper) -> None:
    """Take the code off the shopper's cart. Twice is once."""
    if shopper.cart_id is not None:
        cart.keep_coupon(shopper.cart_id, None)


def _customer(email: str, candidates: promotions.Candidates) -> promotions.Customer | None:
    """Return what is known of who orders, where that matters to a promotion."""
    if not email or not candidates.asks_for_customer:
        return None
    return promotions.customer(email, candidates.all, has_ordered=orders.has_ordered(email))


def save_address(shopper: Shopper, *, email: str, address: Mapping[str, str]) -> None:
    """Keep where the order goes and whom to write to; raise Invalid with every mistake, Conflict without a cart."""
    email, checked = check_contact(email, address, is_sent=lambda: cart.of(shopper).needs_shipping)
    if shopper.cart_id is None or not cart.count(shopper):
        raise Conflict("Your cart is empty. Please choose something first.")
    entered = {"cart_id": shopper.cart_id, "email": email, "address": asdict(checked), "updated_at": clock.now()}
    with db.orders.transaction() as session:
        cart.lock(shopper.cart_id)  # the cart before the draft, as settling does
        before = draft_of(shopper)
        if (before.email, before.address) != (email, checked):
            cart.send_to(shopper.cart_id, tax.Place(checked.country, checked.region, checked.postal_code))
        session.execute(_ENTERED, entered)


def save_delivery(shopper: Shopper, method: str) -> None:
    """Keep how the order is to be delivered; raise Invalid without a choice, Conflict when it is not offered for it."""
    if not method:
        raise Invalid("Please choose how the parcel is delivered.")
    offered = quote(shopper)
    if offered.missing in {"cart", "address"}:
        raise Conflict("Please look at your cart and your address first.")
    if method not in {option.code for option in offered.options}:
        raise Conflict("That way of delivery is not offered for your order. Please choose another one.")
    if method == offered.draft.delivery_method:
        return
    with db.orders.transaction() as session:
        cart.touch(offered.cart.id or "")  # which locks it: the cart before the draft, as settling does
        session.execute(_DELIVERED, {"cart": offered.cart.id, "method": method, "moment": clock.now()})


def erase_draft(cart_id: str) -> None:
    """Forget what was entered: the order that came of it has its own copy."""
    with db.orders.transaction() as session:
        session.execute(_ERASED, {"cart": cart_id})
