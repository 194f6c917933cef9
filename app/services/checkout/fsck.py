"""Checks of orders against their money and their stock. Each order is seen with both at one moment."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta

from app import clock
from app.fsck import Check, Fault
from app.money import Money
from app.services import credits, inventory, orders, payments
from app.services.orders import Order, OrderState

_ENDED_WITHIN = timedelta(minutes=30)
_STATE_OF_STOCK = {OrderState.PLACED: "held", OrderState.CONFIRMED: "sold", OrderState.CANCELLED: "released"}


def _find_wrong_money() -> Iterator[Fault]:
    return orders.examine(_see_money)


def _see_money(found: Sequence[Order]) -> Iterator[Fault]:
    paid = payments.of_orders(order.id for order in found)
    for order in found:
        brought = [payment for payment in paid[order.id] if payment.state == "paid"]
        captured = Money(sum(payment.captured for payment in brought), order.currency)
        held = sum(payment.amount if payment.is_held else payment.released for payment in paid[order.id])
        if (
            order.state == OrderState.CONFIRMED
            and captured.amount + held < order.total
            and not _is_asked(order, paid[order.id])
        ):
            yield Fault(order.number, f"is confirmed, but {captured} of {order.total_money} came")
        if order.state == OrderState.PLACED and captured:
            yield Fault(order.number, f"brought {captured} and still waits for its money")
        free = payments.undisputed(paid[order.id]) if order.state == OrderState.CANCELLED else ()  # no bank took it
        if kept := Money(sum(payment.captured - payment.refunded for payment in free), order.currency):
            yield Fault(order.number, f"was cancelled, but {kept} of it are still here")


def _is_asked(order: Order, paid: Sequence[payments.Payment]) -> bool:
    """Whether what is missing is asked for again, or was given back while it was owed."""
    waits = any(each.pay_by and each.pay_by > clock.now() - _ENDED_WITHIN for each in paid)
    return waits or (any(each.lapsed for each in paid) and not credits.owed_of(order, paid))


def _find_wrong_stock() -> Iterator[Fault]:
    return orders.examine(_see_stock)


def _see_stock(found: Sequence[Order]) -> Iterator[Fault]:
    reserved = inventory.reservations_of(order.id for order in found)
    for order in found:
        wanted: Counter[str] = Counter()
        for line in order.lines:
            wanted[line.variant_id] += line.quantity
        here = {row.variant_id: row for row in reserved[order.id]}
        state = _STATE_OF_STOCK[OrderState(order.state)]
        if order.state == OrderState.CANCELLED and order.confirmed_at:
            state = "sold"  # what came back of it is a movement of its own
        if wrong := sorted(row.variant_id for row in reserved[order.id] if row.state != state):
            yield Fault(order.number, f"is {order.state}, but not all of its stock is {state}: {', '.join(wrong)}")
        elif wanted != {variant: row.quantity for variant, row in here.items()}:
            yield Fault(order.number, "what it has set aside is not what was ordered")


def _find_waiting() -> Iterator[Fault]:
    return orders.examine(_see_waiting, Order.state == OrderState.PLACED)


def _see_waiting(found: Sequence[Order]) -> Iterator[Fault]:
    reserved = inventory.reservations_of(order.id for order in found)
    for order in found:
        until = max((row.expires_at for row in reserved[order.id]), default=order.placed_at)
        if until < clock.now() - _ENDED_WITHIN:
            yield Fault(order.number, f"waits for its money since {order.placed_at:%Y-%m-%d %H:%M}; its stock is held")


CHECKS = (
    Check("orders.paid", "A confirmed order has its money, and no other order keeps any.", _find_wrong_money),
    Check(
        "orders.stock", "An order holds its stock while it waits, and has sold it once it is paid.", _find_wrong_stock
    ),
    Check(
        "orders.ended",
        "An order whose money does not come ends.",
        _find_waiting,
        mend=orders.mend_by("checkout.expire"),
        because="its payment is cancelled at the provider first; one that turns out to be paid is settled instead",
    ),
)
