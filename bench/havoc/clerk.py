"""`python -m bench.havoc.clerk`: a clerk who matches transfers, cancels pieces and gives money back, while it lives.

Run inside the settings of the shop. Killed and started again, it asks for the same things under the same keys.
"""

import os
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from sqlalchemy.exc import SQLAlchemyError

from app import create_app
from app.config import Config
from app.errors import ShopError
from app.services import cancellations, checkout, credits, orders, payments
from app.services.credits import Wish
from app.services.orders import Order
from app.services.payments import Payment

_ONE_IN = 20  # orders that something is cancelled of; as many get money back
_LOOKED_AT = 50
_ACTOR = "staff:clerk"
Subject = TypeVar("Subject", Order, Payment)


@dataclass(frozen=True)
class _Clerk:
    id: str = "clerk"


def main() -> None:
    """Look again and again."""
    app = create_app(Config.from_env(os.environ), role="cli")
    with app.app_context():
        while True:
            try:
                _look()
            except (ShopError, SQLAlchemyError) as error:
                print(f"again in a second: {error}", flush=True)
            time.sleep(1)


def _look() -> None:
    for payment in payments.list_transfers(limit=_LOOKED_AT):
        _attempt(_match, payment)
    for order in orders.list_as_staff(_Clerk(), state="confirmed", limit=_LOOKED_AT).orders:
        match zlib.crc32(order.id.encode()) % _ONE_IN:
            case 0:
                _attempt(_cancel, order)
            case 1:
                _attempt(_give, order)


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


if __name__ == "__main__":
    main()
