"""A checkout in progress: what the shopper entered, and what it comes to."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Literal

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from app import clock, config, db
from app.errors import Conflict, Invalid
from app.money import Money
from app.services import cart, gift_cards, orders, payments, pricing, shipping, tax
from app.services.cart import Cart, Shopper
from app.services.checkout.addresses import Address, check_address
from app.services.checkout.contacts import check_email
from app.services.checkout.models import DraftRow
from app.services.shipping import DeliveryOption

# The version of the terms that a shopper agrees to; raise it with every change of `templates/content/terms.html`.
TERMS_VERSION = "2026-11-01"

Step = Literal["cart", "address", "delivery"]


@dataclass(frozen=True, slots=True)
class Draft:
    """What a shopper has entered so far. `missing` is the first step that is not done."""

    cart_id: str | None
    email: str = ""
    address: Address | None = None
    delivery_method: str | None = None
    gift_card_ids: tuple[str, ...] = ()

    @property
    def phone(self) -> str:
        """The telephone number in E.164, or nothing."""
        return self.address.phone if self.address else ""

    @property
    def missing(self) -> Step | None:
        """The first step not done yet, by what was entered alone."""
        if self.address is None:
            return "address"
        return None if self.delivery_method else "delivery"


@dataclass(frozen=True, slots=True)
class Tender:
    """What a gift card pays of the order that the cart would become."""

    card_id: str
    last4: str
    amount: Money
    left: Money


@dataclass(frozen=True, slots=True)
class Quote:
    """What the cart would cost delivered so. `delivery` is None until a way is chosen that is still offered."""

    cart: Cart
    draft: Draft
    options: tuple[DeliveryOption, ...]
    delivery: DeliveryOption | None
    totals: pricing.Totals
    tenders: tuple[Tender, ...] = ()
    terms_version: str = TERMS_VERSION

    @property
    def breakdown(self) -> pricing.Breakdown:
        """Every cent of the total by name."""
        return pricing.break_down(self.totals, (), has_delivery=self.delivery is not None)

    @property
    def due(self) -> Money:
        """What is left to pay after gift cards."""
        return self.totals.total - Money.total((each.amount for each in self.tenders), self.cart.currency)

    @property
    def missing(self) -> Step | None:
        """The first step that must be done before an order can be placed."""
        if not self.cart.can_be_ordered:
            return "cart"
        if self.draft.address is None:
            return "address"
        return None if self.delivery else "delivery"


def draft_of(shopper: Shopper) -> Draft:
    """Return what the shopper has entered so far."""
    if shopper.cart_id is None:
        return Draft(None)
    with db.orders.reading() as session:
        row = session.get(DraftRow, shopper.cart_id)
    if row is None:
        return Draft(shopper.cart_id)
    address = Address.from_copy(row.address)
    return Draft(row.cart_id, row.email, address, row.delivery_method, tuple(row.gift_card_ids))


def quote(shopper: Shopper) -> Quote:
    """Return the shopper's cart with its delivery and totals, at today's prices."""
    contents, draft = cart.of(shopper), draft_of(shopper)
    country = draft.address.country if draft.address else ""
    options = shipping.options(country, contents.weight_grams, contents.subtotal)
    delivery = next((option for option in options if option.code == draft.delivery_method), None)
    rate = tax.rates(_place_of(draft.address)).of(tax.STANDARD)
    totals = pricing.totals(
        [
            pricing.Line(line.unit_price, line.quantity, rate.percent, rate.name)
            for line in contents.lines
            if not line.is_gone
        ],
        delivery.price if delivery else Money.zero(contents.currency),
        prices_include_tax=config.current().prices_include_tax,
    )
    return Quote(contents, draft, tuple(options), delivery, totals, _tenders(draft, totals.total))


def _tenders(draft: Draft, total: Money) -> tuple[Tender, ...]:
    """Share `total` out over the gift cards entered, the oldest first.

    What the cart's waiting order holds of them counts.
    """
    if not draft.gift_card_ids or draft.cart_id is None:
        return ()
    cards, waiting = gift_cards.list_usable(draft.gift_card_ids), orders.find_of_cart(draft.cart_id)
    held = payments.held_on_cards(waiting.id) if waiting else {}
    tenders = []
    for card in cards:
        usable = card.balance_money + Money(held.get(card.id, 0), card.currency)
        amount = min(usable, total, key=lambda money: money.amount)
        tenders.append(Tender(card.id, card.last4, amount, usable - amount))
        total -= amount
    return tuple(tenders)


def _place_of(address: Address | None) -> tax.Place:
    return tax.Place(address.country, address.region, address.postal_code) if address else tax.home()


def save_address(shopper: Shopper, *, email: str, address: Mapping[str, str]) -> None:
    """Keep where the order goes and whom to write to; raise Invalid with every mistake, Conflict without a cart."""
    wrong: dict[str, str] = {}
    checked: Address | None = None
    try:
        email = check_email(email)
    except Invalid as error:
        wrong |= error.fields
    try:
        checked = check_address(address)
    except Invalid as error:
        wrong |= error.fields
    if checked is None or wrong:
        raise Invalid("Please check what is marked below.", **wrong)
    if shopper.cart_id is None:
        raise Conflict("Your cart is empty. Please choose something first.")
    entered = {"email": email, "address": asdict(checked), "updated_at": clock.now()}
    before = draft_of(shopper)
    with db.orders.transaction() as session:
        if (before.email, before.address) != (email, checked):
            cart.touch(shopper.cart_id)
        session.execute(
            insert(DraftRow)
            .values(cart_id=shopper.cart_id, delivery_method=None, gift_card_ids=[], **entered)
            .on_conflict_do_update(index_elements=[DraftRow.cart_id], set_=entered)
        )


def save_delivery(shopper: Shopper, method: str) -> None:
    """Keep how the order is to be delivered; raise Conflict when that is not offered for it."""
    offered = quote(shopper)
    if offered.draft.address is None:
        raise Conflict("Please enter your address first.")
    if method not in {option.code for option in offered.options}:
        raise Conflict("That way of delivery is not offered for your order. Please choose another one.")
    with db.orders.transaction() as session:
        cart.lock(offered.cart.id or "")  # the cart before the draft, as settling does
        row = session.get(DraftRow, shopper.cart_id, with_for_update=True)
        if row is not None and row.delivery_method != method:
            cart.touch(row.cart_id)
            row.delivery_method, row.updated_at = method, clock.now()


def erase_draft(cart_id: str) -> None:
    """Forget what was entered: the order that came of it has its own copy."""
    with db.orders.transaction() as session:
        session.execute(delete(DraftRow).where(DraftRow.cart_id == cart_id))
