"""Placing: one short transaction that turns a cart into an order with its stock set aside and its payment written.

The one rule: order first, money second. The network is called before it (to clear an earlier payment away) and after it
(to open the new one), never inside. Locks are taken in this order: order, payment, cart, promotion, gift card, stock.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from app import clock, config, db
from app.errors import Conflict, Unavailable
from app.money import Money
from app.queue import later
from app.services import cart, credits, inventory, orders, payments, promotions
from app.services.cart import Shopper
from app.services.checkout.capture import let_refused_go
from app.services.checkout.drafts import Quote, quote
from app.services.checkout.settle import apply, confirm, give_back_part, leave_cart, withdraw
from app.services.orders import Order, OrderState
from app.services.payments import Lanes, Payment

CHARGE_AGAIN_AFTER = timedelta(seconds=20)
_CARDS_ANEW = timedelta(days=1)  # after an order was placed, each new payment page keeps its things for its own time


class Outdated(Conflict):
    """The order would be another than the customer saw. `offer` is what it would be now."""

    def __init__(self, message: str, offer: Quote) -> None:
        super().__init__(message)
        self.offer = offer


class TotalChanged(Outdated):
    """The total is another than the one the customer saw. `total` is the new one."""

    def __init__(self, offer: Quote, why: str = "A price or a tax changed while you were here.") -> None:
        super().__init__(f"{why} Please look at the new total before you order.", offer)
        self.total = offer.totals.total


@dataclass(frozen=True)
class Placed:
    """An order and the payment that it waits for; no payment when it is paid already."""

    order: Order
    payment: Payment | None

    @property
    def token(self) -> str:
        """The secret part of the order's link."""
        return orders.token_of(self.order.id)


def place(
    shopper: Shopper,
    *,
    revision: int,
    total_shown: int,
    terms_version: str,
    method: str,
    due_shown: int | None = None,
    address: str = "",
) -> Placed:
    """Order what is in the cart at `revision`, or return the order that this revision became already.

    `due_shown` is what was shown as left to pay after gift cards; without it none were shown. `address` is where the
    request came from. TooOften when too many cards were declined from there, for this cart or order; Conflict
    when too many orders wait for transfers.

    Raises Conflict when the cart, a price, a tax or a promotion (TotalChanged) or the stock (SoldOut) moved on,
    Unavailable when the catalogue is down, or the payment company: the order then exists, and placing again goes on.
    """
    if shopper.cart_id is None:
        raise Conflict("Your cart is empty, so there is nothing to order.")
    offer = quote(shopper)
    known = orders.find_of_cart(shopper.cart_id, revision=revision)  # after the cart was read, which it may have left
    if known is not None:
        return _go_on(known, method, address)
    _check(offer, revision, total_shown, terms_version)
    if offer.due.amount != (total_shown if due_shown is None else due_shown):
        raise Outdated("What is left on your gift card has changed. Please look at what is left to pay.", offer)
    _check_method(method, offer.due)
    if offer.due:  # else no card is tried
        payments.brake.check_method(method, Lanes(cart=shopper.cart_id, address=address))
    earlier = orders.find_of_cart(shopper.cart_id)
    if earlier is not None and earlier.cart_revision == revision:  # a twin of this request was quicker
        return _go_on(earlier, method, address)
    if earlier is not None:
        withdraw(earlier.id, "The cart was changed, so this order was given up for a new one.")
    try:
        order, payment = _write(offer, revision, terms_version, method, address)
    except promotions.UsedUp as error:
        raise TotalChanged(quote(shopper), str(error)) from error
    return Placed(order, payments.charge(payment.id) if payment else None)


def pay_again(token: str, method: str, *, address: str = "") -> Placed:
    """Go on with the payment of an order that waits for its money, by `method`. A paid order is returned as it is.

    So it is with a confirmed order whose money went again: a hold that ended, or one that the bank refused to give.
    """
    order = orders.get_by_token(token)
    if order.state == OrderState.CANCELLED:
        raise Conflict("This order was cancelled, and nothing was charged. Please order again from your cart.")
    return _go_on(order, method, address)


def _check(offer: Quote, revision: int, total_shown: int, terms_version: str) -> None:
    if not offer.cart.is_current:
        raise Unavailable("The catalogue is taking a short break, so nothing was ordered. Please try again soon.")
    if offer.cart.revision != revision:
        raise Outdated("Your cart changed in another window. Please look through it before you order.", offer)
    if offer.missing == "cart":
        raise Outdated("Something in your cart changed. Please look at it before you order.", offer)
    if offer.missing is not None:
        raise Outdated("A step of the checkout is not complete yet. Please go through it once more.", offer)
    if offer.terms_version != terms_version:
        raise Outdated("Our terms changed while you were here. Please read them and agree once more.", offer)
    if offer.totals.total.amount != total_shown:
        raise TotalChanged(offer)


def _check_method(method: str, due: Money) -> None:
    """Refuse a way to pay that is not offered for what is due."""
    way = next((way for way in payments.ways(due) if way.code == method), None)
    if due and (way is None or way.problem):
        said = way.problem if way and way.problem else "That way to pay is not offered."
        raise Conflict(f"{said} Please choose another way to pay.")


def _write(offer: Quote, revision: int, terms_version: str, method: str, address: str) -> tuple[Order, Payment | None]:
    """The transaction: order, lines, reservation, payment, and the jobs that follow if this process dies now."""
    cart_id = offer.cart.id
    assert cart_id is not None  # noqa: S101 - place() saw to it
    with db.orders.transaction():
        locked = cart.lock(cart_id)
        twin = orders.find_of_cart(cart_id, revision=revision)
        if twin is not None:
            return twin, payments.find_live(twin.id)
        if locked.revision != revision:
            raise Conflict("Your cart changed in another window. Please look through it before you order.")
        if waiting := orders.find_of_cart(cart_id):
            raise Conflict(
                f"The payment of your order {waiting.number} is being looked at. Please write to us about it."
            )
        order = orders.add(_order_values(offer, revision, terms_version), _line_values(offer))
        cart.remember_order(cart_id, order.id)
        promotions.take(order.id, offer.priced.given, email=order.email)
        for tender in offer.tenders:
            if tender.amount:
                payments.hold_gift_card(order.id, tender.card_id, tender.amount)
        quantities = {line.variant_id: line.quantity for line in locked.lines}
        inventory.reserve(order.id, quantities, until=clock.now() + payments.held_for(method))
        if not offer.due:
            confirm(order, "Paid with a gift card." if order.total else "Nothing was to be paid.", actor="shop")
            return order, None
        payment = _add_payment(order, offer.due, method, address)
        later("checkout.expire", order.id, key=f"expire:{order.id}", delay=payments.held_for(method))
    return order, payment


def _go_on(order: Order, method: str, address: str) -> Placed:
    """Return a placed order with a payment by `method`; another method's payment is closed first, at the provider."""
    live, closed = payments.find_live(order.id), None
    is_refused = live is not None and live.is_refused
    if not _is_waiting(order) or (_has_money(live) and not is_refused):
        return Placed(order, None)
    if live is None or is_refused or live.method != method:
        _check_method(method, _due_of(order))
    payments.brake.check_method(method, Lanes(order=order.id, cart=order.cart_id, address=address, email=order.email))
    order, live = let_refused_go(order, live)
    if not _is_waiting(order) or _has_money(live):
        return Placed(order, None)
    is_replaced = live is not None and (live.method != method or _is_over(live) or _is_too_much(order, live))
    if live is not None and is_replaced and live.state != "created":
        closed = payments.close(live.id)
        if closed.truth.status != "cancelled":
            return Placed(apply(live.id, closed.truth), None)
    with db.orders.transaction():
        locked = orders.lock(order.id)
        if not _is_waiting(locked):
            return Placed(locked, None)
        if live is not None and is_replaced and not _give_up(live, closed):
            raise Unavailable("This order's payment was opened in another window. Please go on there, or try again.")
        if live is not None and is_replaced:
            give_back_part(locked, live.id)
        payment = payments.find_live(order.id)
        if payment is None:
            _hold_anew(locked, method)
            payment = _add_payment(locked, _due_of(locked), method, address)
    return Placed(order, payments.charge(payment.id))


def _has_money(live: Payment | None) -> bool:
    """Whether an order's payment brought its money, or a card holds it."""
    return live is not None and live.state in {"authorized", "paid"}


def _is_waiting(order: Order) -> bool:
    """Whether an order waits for money: it was placed and not paid yet, or its money went again."""
    return order.state == OrderState.PLACED or bool(credits.owed_of(order))


def _due_of(order: Order) -> Money:
    """Return what is to be paid from outside for an order that waits."""
    if order.state == OrderState.PLACED:
        return payments.due_of(order.total_money, payments.of_order(order.id))
    return credits.owed_of(order)


def _give_up(live: Payment, closed: payments.Closed | None) -> bool:
    """End a payment that another one takes the place of; one that nobody was sent to needs no word of its provider."""
    return payments.give_up_closed(closed) if closed else payments.abandon(live.id)


def _is_too_much(order: Order, live: Payment) -> bool:
    """Whether some of an order that is paid again was cancelled since its payment was opened."""
    return order.state == OrderState.CONFIRMED and live.amount != live.captured + credits.owed_of(order).amount


def _hold_anew(order: Order, method: str) -> None:
    """Set a placed order's things aside for as long as the new payment may take; never for less than was promised.

    Not for ever: raises Conflict for a transfer once the order has waited for as long as one may take.
    """
    until = inventory.held_until(order.id)
    if order.state != OrderState.PLACED or until is None:
        return
    held_for = payments.held_for(method)
    is_late = clock.now() > order.placed_at + max(held_for, _CARDS_ANEW)
    if is_late and method == "transfer":
        raise Conflict("This order has waited too long for a transfer. Please pay by card, or order again.")
    if not is_late:
        inventory.hold(order.id, until=max(until, clock.now() + held_for))  # which `expire` looks at


def _is_over(payment: Payment) -> bool:
    """Whether a hosted page's time has run out, though nobody told us yet."""
    lived = clock.now() - payment.tried_at if payment.tried_at else timedelta()
    return payment.state == "open" and payment.method == "hosted" and lived > payments.SESSION_LIVES


def _add_payment(order: Order, due: Money, method: str, address: str) -> Payment:
    if method == "transfer":
        if order.state == OrderState.PLACED:  # its customer has done their part: what is ordered next leaves it alone
            leave_cart(order)
        # After the cart, as when an order is written: who waits for whom is always the same.
        payments.brake.note_waiting(Lanes(order=order.id, cart=order.cart_id, address=address, email=order.email))
    link = orders.link_of(order.id)
    payment = payments.add(
        order_id=order.id, order_number=order.number, amount=due, method=method, email=order.email,
        return_url=f"{link}?from=payment", cancel_url=link,
        lanes=Lanes(order=order.id, cart=order.cart_id, address=address).named(),
    )  # fmt: skip
    later("checkout.charge", payment.id, delay=CHARGE_AGAIN_AFTER)
    if method == "transfer":
        later("email.transfer_asked", payment.id, key=f"transfer:{payment.id}")
        later("email.transfer_reminder", payment.id, key=f"remind:{payment.id}", delay=payments.held_for(method) * 0.6)
    return payment


def _order_values(offer: Quote, revision: int, terms_version: str) -> Mapping[str, Any]:
    draft, totals, delivery = offer.draft, offer.totals, offer.delivery
    assert draft.address is not None and delivery is not None  # noqa: S101, PT018 - _check() saw to it
    return {
        "cart_id": offer.cart.id, "cart_revision": revision,
        "email": draft.email,
        "phone": draft.phone or None,
        "address": asdict(draft.address),
        "currency": config.current().currency,
        "prices_include_tax": totals.prices_include_tax,
        "subtotal": totals.subtotal.amount,
        "discount": totals.discount.amount,
        "delivery_full": totals.delivery_full.amount, "delivery": totals.delivery.amount,
        "delivery_tax": totals.delivery_tax.amount, "tax": totals.tax.amount,
        "total": totals.total.amount,
        "rates": [
            {"name": each.name, "rate": str(each.rate), "net": each.net.amount, "tax": each.tax.amount}
            for each in totals.rates
        ],
        "reductions": [
            {"promotion": each.id, "name": each.label, "code": each.code,
             "goods": taken.goods.amount, "delivery": taken.delivery.amount}
            for each, taken in zip(offer.priced.given, totals.taken, strict=True)
        ],
        "delivery_method": delivery.code,
        "delivery_name": delivery.name,
        "terms_version": terms_version,
    }  # fmt: skip


def _line_values(offer: Quote) -> list[Mapping[str, Any]]:
    return [
        {
            "variant_id": line.variant_id,
            "product_id": line.product_id,
            "title": line.title,
            "options_label": line.options_label,
            "sku": line.sku,
            "slug": line.slug,
            "image": asdict(line.image) if line.image else None,
            "quantity": line.quantity,
            "unit_price": line.unit_price.amount,
            "discount": sums.discount.amount,
            "total": sums.total.amount,
            "tax": sums.tax.amount,
            "tax_rate": sums.rate,
            "reductions": [
                {"name": name, "amount": amount.amount} for name, amount in offer.priced.reductions_of(place)
            ],
            "weight_grams": line.weight_grams,
            "requires_shipping": line.requires_shipping,
            "is_gift_card": line.is_gift_card,
            "expected_on": line.expected_on,
        }
        for place, (line, sums) in enumerate(zip(offer.cart.lines, offer.totals.lines, strict=True))
    ]
