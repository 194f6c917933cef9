"""Situations by name: one function a noun. Each makes what it needs through the services, as the shop itself would."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

import httpx

from app import clock, config, db
from app.money import Money
from app.queue import later
from app.services import (
    accounts,
    cart,
    catalog,
    checkout,
    gift_cards,
    inventory,
    orders,
    payments,
    promotions,
    tax,
)
from tests.running import WITHOUT_TLS

ADDRESSES = {
    "DE": {
        "name": "Ada Byron", "line1": "Torstraße 1", "postal_code": "10119", "city": "Berlin", "country": "DE",
    },
    "GB": {
        "name": "Ada Byron", "line1": "12 St James's Square", "postal_code": "SW1Y 4JH", "city": "London",
        "country": "GB",
    },
}  # fmt: skip


@dataclass(frozen=True)
class Buyer:
    """A shopper as the cookie makes one, and the variant they came for."""

    cart_id: str | None
    variant_id: str


def product(
    title: str = "Slack Tide",
    *,
    slug: str | None = None,
    options: dict[str, tuple[str, ...]] | None = None,
    price: int | None = 2900,
    stock: int = 5,
    sku: str = "",
    is_published: bool = True,
    media: tuple[catalog.Media, ...] = (),
    description: str = "",
) -> catalog.Product:
    """Put a product in the catalogue, `stock` of each variant on the shelf. `options`: {"Size": ("Small", "Large")}."""
    choices = options or {}
    rows: list[tuple[str, ...]] = [()]
    for values in choices.values():
        rows = [(*row, value) for row in rows for value in values]
    key = db.new_id()
    variants = tuple(
        catalog.Variant(
            id=db.new_id(),
            values=row,
            sku=sku and "-".join((sku, *(str(number) for number in [place] if len(rows) > 1))),
            price=None if price is None else Money(price, "EUR"),
            weight_grams=200,
        )
        for place, row in enumerate(rows, start=1)
    )
    made = catalog.save_product(
        catalog.Product(
            id=key,
            slug=slug or f"{title.lower().replace(' ', '-')}-{key[-6:]}",
            title=title,
            description=description,
            options=tuple(catalog.Option(name, values) for name, values in choices.items()),
            variants=variants,
            media=media,
            is_published=is_published,
            created_at=clock.now(),
        )
    )
    for each in variants:
        if stock:
            inventory.receive(each.id, stock, reason="opening stock", actor="test")
    return made


def variant(
    title: str = "Slack Tide", *, price: int = 2900, stock: int = 5, weight_grams: int = 200, holds: str = ""
) -> catalog.Variant:
    """Put a product without options in the catalogue and return its one variant, which `holds` "750 ml"."""
    made = product(title, price=price, stock=0)
    only = replace(made.variants[0], weight_grams=weight_grams, measure=catalog.read_measure(holds))
    catalog.save_product(replace(made, variants=(only,)))
    if stock:
        inventory.receive(only.id, stock, reason="opening stock", actor="test")
    return only


def promotion(name: str = "Friends", *, kind: str = "percent", **terms: Any) -> promotions.Promotion:
    """Make a promotion: a tenth off for everybody, unless told otherwise."""
    percent = {"percent": Decimal(10), "buy_get": Decimal(100)}.get(kind)
    terms = {"percent": percent} | terms
    return promotions.add(promotions.Terms(name=name, kind=kind, **terms), actor="test")


def tax_rate(country: str, percent: str, *, tax_class: str = "standard", region: str = "", postcode: str = "") -> None:
    """Put a rate in the table of taxes, valid since long ago."""
    terms = tax.Terms(
        country=country, region=region, postcode=postcode, tax_class=tax_class, percent=Decimal(percent),
        valid_from=date(2020, 1, 1),
    )  # fmt: skip
    tax.add(terms, actor="test")


def reprice(variant: catalog.Variant, price: int, *, currency: str = "EUR") -> None:
    """Give the one variant of a product another price."""
    product_id = catalog.find_variants([variant.id])[variant.id].product_id
    [product] = catalog.find_products([product_id])
    catalog.save_product(replace(product, variants=(replace(variant, price=Money(price, currency)),)))


def buyer(of: catalog.Variant, *, quantity: int = 1, email: str = "ada@example.org", country: str = "DE") -> Buyer:
    """Have a new shopper put `of` in a cart and go through the checkout up to its last page."""
    who = Buyer(cart_id=None, variant_id=of.id)
    who = replace(who, cart_id=cart.add(who, of.id, quantity).id)
    checkout.save_address(who, email=email, address=ADDRESSES[country])
    if options := checkout.quote(who).options:
        checkout.save_delivery(who, options[0].code)
    return who


def place(
    who: Buyer, *, revision: int | None = None, total_shown: int | None = None, method: str = "hosted"
) -> checkout.Placed:
    """Have a shopper order what the last page shows, or what an older one showed."""
    offer = checkout.quote(who)
    return checkout.place(
        who,
        revision=offer.cart.revision if revision is None else revision,
        total_shown=offer.totals.total.amount if total_shown is None else total_shown,
        terms_version=offer.terms_version,
        due_shown=offer.due.amount,
        method=method,
    )


def pay(placed: checkout.Placed, card: str = "4242424242424242") -> None:
    """Pay on the provider's hosted page, as a browser does, without coming back to the shop."""
    assert placed.payment is not None
    assert placed.payment.pay_url is not None
    fields = {"number": card, "expiry": "12 / 40", "cvc": "123", "name": "Ada Byron"}
    httpx.post(placed.payment.pay_url, data=fields, timeout=10, verify=WITHOUT_TLS)


def at_stripe(path: str, **fields: object) -> dict[str, Any]:
    """Do something at Stripe itself, as from its dashboard or on its page; return what it answers."""
    shop = config.current()
    address, auth = f"{shop.stripe_api_url}/v1/{path}", (shop.stripe_secret_key, "")
    answer = httpx.post(address, data=fields, auth=auth, timeout=10, verify=WITHOUT_TLS)
    answer.raise_for_status()
    done: dict[str, Any] = answer.json()
    return done


def expire(order_id: str) -> None:
    """End an order once the time is over in which a card may pay it, as the job does that it was asked for with."""
    with clock.at(clock.now() + payments.held_for("hosted")):
        checkout.expire(order_id)


def order(*, paid: bool = False, price: int = 2900, quantity: int = 1, email: str = "ada@example.org") -> orders.Order:
    """Place an order for a new product; pay and settle it when asked."""
    placed = place(buyer(variant(price=price, stock=quantity + 3), quantity=quantity, email=email))
    if not paid:
        return placed.order
    pay(placed)
    assert placed.payment is not None
    return checkout.settle(placed.payment.id)


BERLIN = {
    "name": "Ada Okafor", "company": "", "lines": ["Torstraße 1"], "city": "Berlin", "district": "", "region": "",
    "postal_code": "10119", "sorting_code": "", "country": "DE", "phone": "+493023125015",
}  # fmt: skip


def paid_order(
    *, address: dict[str, Any] | None = None, email: str = "ada@example.com", things: int = 1, method: str = "standard"
) -> orders.Order:
    """Write a paid order of `things` different prints, two of each, and queue what follows a payment."""
    rate = Decimal("19.00")
    line = {
        "product_id": db.new_id(), "options_label": "A3", "sku": "SLACK-A3", "slug": "slack-tide", "image": None,
        "quantity": 2, "unit_price": 2900, "total": 5800, "tax": 926, "tax_rate": rate, "weight_grams": 340,
        "requires_shipping": True,
    }  # fmt: skip
    subtotal = 5800 * things
    values = {
        "cart_id": db.new_id(), "cart_revision": 1, "email": email, "phone": None, "address": BERLIN | (address or {}),
        "currency": "EUR", "prices_include_tax": True, "subtotal": subtotal, "discount": 0, "delivery_full": 490,
        "delivery": 490, "delivery_tax": 78, "tax": 926 * things + 78, "total": subtotal + 490,
        "rates": [{"name": "VAT", "rate": "19.000", "net": 4874 * things + 412, "tax": 926 * things + 78}],
        "delivery_method": method, "delivery_name": method.capitalize(), "terms_version": "2026-01",
    }  # fmt: skip
    lines = [line | {"variant_id": db.new_id(), "title": f"Slack Tide {place}"} for place in range(1, things + 1)]
    with db.orders.transaction():
        order = orders.add(values, lines)
        orders.move(order, orders.OrderState.CONFIRMED, "Paid.")
        later("email.order_confirmed", order.id, key=f"confirmed:{order.id}")
        later("fulfilment.start", order.id, key=f"fulfil:{order.id}")
    return order


def staff(role: str = "owner", *, email: str = "cleo@shop.example", enrols: bool = False) -> accounts.Added:
    """Add a member of staff called Cleo."""
    return accounts.add(email, "Cleo", role, enrols=enrols)


def gift_card(amount: int = 2000, *, key: str = "") -> gift_cards.GiftCard:
    """Issue a gift card."""
    return gift_cards.issue(Money(amount, "EUR"), key=key or db.new_id(), actor="staff:cleo", note="Sorry").card


def pays_with(*cards: gift_cards.GiftCard, stock: int = 3) -> Buyer:
    """A shopper on the last page of the checkout who has entered these gift cards."""
    who = buyer(variant(stock=stock))
    for each in cards:
        checkout.enter_gift_card(who, gift_cards.code_of(each.id), address="203.0.113.7")
    return who


def gift_product(*worth: int) -> catalog.Product:
    """Put a gift card of these worths (minor units; 25 and 50 euros unless told otherwise) in the catalogue."""
    worth = worth or (2500, 5000)
    made = product("Gift card", options={"Value": tuple(str(each) for each in worth)}, stock=0)
    variants = tuple(replace(each, price=Money(price, "EUR")) for each, price in zip(made.variants, worth, strict=True))
    return catalog.save_product(replace(made, variants=variants, is_gift_card=True))


def gift_order(*, quantity: int = 2, beside: catalog.Variant | None = None) -> checkout.Placed:
    """Place an order for gift cards of 25 euros, and one piece of `beside`."""
    who = buyer(gift_product(2500).variants[0], quantity=quantity)
    if beside is not None:
        cart.add(who, beside.id, 1)
        checkout.save_delivery(who, checkout.quote(who).options[0].code)
    return place(who)


def settled(placed: checkout.Placed) -> orders.Order:
    """Pay an order and settle it."""
    pay(placed)
    assert placed.payment is not None
    return checkout.settle(placed.payment.id)


def left_on(card: gift_cards.GiftCard) -> int:
    """What is on a gift card. Its ledger must say the same."""
    found = gift_cards.find(card.id)
    assert found is not None
    assert sum(entry.change for entry in gift_cards.entries_of(card.id)) == found.balance
    return found.balance
