"""`python -m bench.havoc.clerk`: a clerk who matches transfers, cancels pieces, gives money back and takes returns.

Run inside the settings of the shop. Killed and started again, it asks for the same things under the same keys.
"""

import os
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar
from urllib.parse import urljoin

import httpx
from sqlalchemy.exc import SQLAlchemyError

from app import create_app
from app.config import Config, current
from app.errors import ShopError
from app.services import cancellations, checkout, credits, fulfilment, orders, payments, returns
from app.services.credits import Wish
from app.services.fulfilment import ShipmentState
from app.services.orders import Order
from app.services.payments import Payment
from app.services.returns import Return, ReturnState

_ONE_IN = 20  # orders that something is cancelled of; as many get money back, and of as many all comes back
_LOOKED_AT = 50
_ACTOR = "staff:clerk"
Subject = TypeVar("Subject", Order, Payment, Return)


@dataclass(frozen=True)
class _Clerk:
    id: str = "clerk"
    actor: str = _ACTOR


def main() -> None:
    """Look again and again."""
    app = create_app(Config.from_env(os.environ), role="cli")
    with app.app_context():
        before = None
        while True:
            try:
                before = _look(before)
            except (ShopError, SQLAlchemyError, httpx.HTTPError) as error:
                print(f"again in a second: {error}", flush=True)
            time.sleep(1)


def _look(before: str | None) -> str | None:
    """Do what is to do; return where to go on among the older orders, whose parcels may have come back."""
    for payment in payments.list_transfers(limit=_LOOKED_AT):
        _attempt(_match, payment)
    for order in orders.list_as_staff(_Clerk(), state="confirmed", limit=_LOOKED_AT).orders:
        match zlib.crc32(order.id.encode()) % _ONE_IN:
            case 0:
                _attempt(_cancel, order)
            case 1:
                _attempt(_give, order)
    for found in returns.list_as_staff(_Clerk(), state="open", limit=_LOOKED_AT).returns:
        _attempt(_go_on, found)
    page = orders.list_as_staff(_Clerk(), state="confirmed", before=before, limit=_LOOKED_AT)
    for order in page.orders:
        if zlib.crc32(order.id.encode()) % _ONE_IN == 2:
            _attempt(_send_back, order)
    return page.before


def _attempt(act: Callable[[Subject], None], subject: Subject) -> None:
    try:
        act(subject)
    except ShopError as refusal:  # the others are not to wait for this one
        print(f"{subject.id}: {refusal}", flush=True)


def _match(payment: Payment) -> None:
    """Match what came on the bank account: of one in three only the half comes at first."""
    due = payment.amount_money.amount - payment.captured
    comes = due if payment.captured or zlib.crc32(payment.id.encode()) % 3 else max(1, due // 2)
    line = f"{payment.id}:{payment.captured}"
    checkout.take_transfer(
        payment.id, replace(payment.amount_money, amount=comes), received=payment.captured, sender="Havoc",
        bank_line=line, key=f"clerk:{line}", actor=_ACTOR,
    )  # fmt: skip


def _cancel(order: Order) -> None:
    """Cancel one piece of what can be cancelled."""
    key = f"clerk-cancel:{order.id}"
    piece = next(({position: 1} for position, left in cancellations.pieces_of(order).items() if left), None)
    if piece is not None and not credits.is_given(key):
        amount = cancellations.quote(order, piece).paid.amount
        cancellations.cancel(order.id, piece, amount=amount, reason="changed mind", actor=_ACTOR, key=key)


def _give(order: Order) -> None:
    """Give back some euros for a scratch."""
    key = f"clerk-give:{order.id}"
    earlier = credits.of_order(order.id)
    wish = Wish(free=credits.balance_of(order, earlier).left.amount // 2)
    if wish.free and not credits.is_given(key):
        amount = credits.quote(order, wish, earlier).paid.amount
        credits.give_as_staff(
            order, wish, reason="scratched", actor=_ACTOR, key=key, restock=(), version=len(earlier), amount=amount
        )


def _send_back(order: Order) -> None:
    """Hand the parcels to the carrier, which tells the shop; once it knows, ask for a return of all that was sent."""
    for parcel in fulfilment.shipments_of(order.id):
        if parcel.state == ShipmentState.LABEL_BOUGHT:
            move = {"lever": "move", "id": parcel.tracking_number}
            httpx.post(urljoin(current().ups_api_url, "/levers"), json=move, timeout=10).raise_for_status()
    quantities = returns.returnable(order)
    if any(quantities.values()):
        returns.request(order, quantities, reason="other", words="", key=f"clerk-return:{order.id}")


def _go_on(found: Return) -> None:
    """Take a return one step further: approve, receive (of one in three a piece is damaged), give the money back."""
    match found.state:
        case ReturnState.REQUESTED:
            returns.approve(_Clerk(), found.id)
        case ReturnState.APPROVED:
            is_damaged = zlib.crc32(found.id.encode()) % 3 == 0
            returns.receive(_Clerk(), found.id, {found.lines[0].position: 1} if is_damaged else {})
        case ReturnState.RECEIVED:
            order, earlier = orders.get_for_job(found.order_id), credits.of_order(found.order_id)
            wish = Wish({line.position: line.pieces for line in found.lines})
            amount = credits.quote(order, wish, earlier).paid.amount
            returns.refund(_Clerk(), found.id, delivery=0, amount=amount)


if __name__ == "__main__":
    main()
