"""Cancellations: an order, or pieces of it, that the carrier does not have yet are not sent, and the money goes back.

The one rule: stock, refund, parcel, state and timeline change in one transaction under the order's lock, so whatever
else happens to the order at the same moment happens before or after, and a second cancellation finds nothing left.
"""

from collections.abc import Mapping, Sequence

from app import clock, db
from app.errors import Conflict, Invalid
from app.queue import later, unfinished
from app.services import checkout, credits, fulfilment, orders, payments, promotions
from app.services.fulfilment import Shipment
from app.services.orders import Order, OrderLine, OrderState

__all__ = ["cancel", "check_sent", "end_unpaid", "pieces_of", "quote"]

_TOO_LATE = "The carrier has it already, so it cannot be cancelled any more. It can be sent back."


def pieces_of(
    order: Order, *, parcels: Sequence[Shipment] | None = None, given: Sequence[credits.Credit] | None = None
) -> dict[int, int]:
    """Return how many of each line, by position, can still be cancelled.

    `parcels` and `given` (its credits) are the order's, for whoever has read them already.
    """
    if order.state == OrderState.CANCELLED:
        return {line.position: 0 for line in order.lines}
    gone = fulfilment.gone(order.id) if parcels is None else fulfilment.gone_in(parcels)
    balance = credits.balance_of(order, credits.of_order(order.id) if given is None else given)
    return {position: max(0, left - gone.get(position, 0)) for position, left in balance.pieces.items()}


def quote(order: Order, quantities: Mapping[int, int]) -> credits.Sum:
    """Return what cancelling `quantities` (by position) gives back; Invalid for more than can be cancelled."""
    return credits.quote(order, _wish(order, quantities), credits.of_order(order.id))


def check_sent(order: Order, quantities: Mapping[int, int]) -> None:
    """Raise Invalid, by field, where the money of pieces is to go back that are here and would still be sent."""
    left, here = credits.balance_of(order, credits.of_order(order.id)).pieces, pieces_of(order)
    problems = {
        f"line-{line.position}": f"{here[line.position]} of these are not sent yet. Cancel them: then they stay here."
        for line in order.lines
        if line.requires_shipping
        and here[line.position]
        and quantities.get(line.position, 0) > left[line.position] - here[line.position]
    }
    if problems:
        raise Invalid("What is not sent yet is cancelled: that gives its money back, and nobody sends it.", **problems)


def cancel(
    order_id: str,
    quantities: Mapping[int, int],
    *,
    amount: int,
    reason: str,
    actor: str,
    key: str,
    version: int | None = None,
    despite_dispute: bool = False,
) -> Order:
    """Cancel `quantities` of a paid order's lines, or an unpaid order whole. The same `key` cancels once.

    Raises Conflict when it comes to another `amount` (minor units) than the person saw, when the order has another
    number of credits than `version`, when the carrier was faster, or a bank disputes the money, unless that is known:
    `despite_dispute` gives back the rest only. Unavailable while the payment of an unpaid order is in motion.
    """
    order = orders.get_for_job(order_id)
    if order.state == OrderState.PLACED:
        order = checkout.withdraw(order_id, f"Cancelled before it was paid: {reason}", actor=actor)
        if order.state != OrderState.CANCELLED:
            raise Conflict("The payment of this order has just come. Please look at it again before you cancel it.")
        return order
    with db.orders.transaction():
        order = orders.lock(order_id)
        if order.state == OrderState.CANCELLED or credits.is_given(key):
            return order
        pieces = pieces_of(order)
        if any(wanted > pieces.get(position, 0) for position, wanted in quantities.items()):
            raise Conflict(_TOO_LATE if fulfilment.gone(order_id) else "Some of it was cancelled meanwhile.")
        is_whole = _is_whole(order, quantities)
        if is_whole:
            promotions.give_back(order_id)  # before the stock, as placing takes them
        restock = [position for position, quantity in quantities.items() if quantity]
        credit = credits.give(
            order, _wish(order, quantities), kind="cancellation", reason=reason, actor=actor, key=key, restock=restock,
            version=version, despite_dispute=despite_dispute,
        )  # fmt: skip
        if credit.amount != amount:
            raise Conflict("Something changed meanwhile. Please look at the new amount before you cancel.")
        what = "The order was" if is_whole else "Some of the order was"
        fulfilment.take_out(order_id, quantities, f"{what} cancelled, so this parcel is not sent.", actor=actor)
        if is_whole:
            orders.move(order, OrderState.CANCELLED, f"Cancelled: {reason}", actor=actor)
            later("checkout.close_open", order_id, key=f"close-open:{credit.id}")
        later("email.order_cancelled", order_id, credit.id, key=f"cancelled:{credit.id}")
    return order


def end_unpaid(order_id: str) -> None:
    """Cancel what can be of a confirmed order whose money went again and was not paid in time. Twice is once.

    Raises Unavailable while a payment for it is in motion. What the carrier has already is left to staff.
    """
    order, live = orders.get_for_job(order_id), payments.find_live(order_id)
    asked = payments.find_asked(payments.of_order(order_id))
    if asked is not None and asked.pay_by is not None and clock.now() < asked.pay_by:
        return  # its money went once more since: that has a week, and a job, of its own
    if live is not None and live.method == "transfer" and live.state == "open":
        ends = live.created_at + payments.held_for("transfer")
        if clock.now() < ends:
            with db.orders.transaction():
                later("checkout.end_unpaid", order_id, key=f"unpaid:{live.id}:end", delay=ends - clock.now())
            return
    if not credits.owed_of(order):
        return
    if fulfilment.gone(order_id) or not any(pieces_of(order).values()):  # what came of its money stays: it is for these
        orders.note(order_id, "lapsed", "It was not paid again in time, and the carrier has some of it.")
        return
    with unfinished():
        order = checkout.close_open(order_id)
    pieces = {position: left for position, left in pieces_of(order).items() if left}
    if not (credits.owed_of(order) and pieces):
        return
    amount = quote(order, pieces).paid.amount
    cancel(
        order_id, pieces, amount=amount, reason="it was not paid again in time", actor="shop",
        key=f"unpaid:{order_id}:{amount}",
    )  # fmt: skip


def _wish(order: Order, quantities: Mapping[int, int]) -> credits.Wish:
    """Return what is given back: the pieces, and the delivery too when nothing is delivered."""
    cancelled = credits.cancelled_pieces(order.id)
    sent = [line for line in order.lines if line.requires_shipping and _is_kept(line, cancelled, quantities)]
    balance = credits.balance_of(order, credits.of_order(order.id))
    return credits.Wish(quantities, delivery=0 if sent else balance.delivery.amount)


def _is_whole(order: Order, quantities: Mapping[int, int]) -> bool:
    """Whether nothing is left of the order once these are cancelled.

    What needs no sending may have been given back in any way; of what does, a piece given back otherwise was sent.
    """
    cancelled, given = credits.cancelled_pieces(order.id), credits.given_pieces([order.id])
    back = {
        line.position: cancelled.get(line.position, 0)
        if line.requires_shipping
        else given.get((order.id, line.position), 0)
        for line in order.lines
    }
    return not any(_is_kept(line, back, quantities) for line in order.lines)


def _is_kept(line: OrderLine, back: Mapping[int, int], quantities: Mapping[int, int]) -> bool:
    return line.quantity > back.get(line.position, 0) + quantities.get(line.position, 0)
