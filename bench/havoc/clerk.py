"""`python -m bench.havoc.clerk`: a clerk who gives something back of one order in twenty, for as long as it lives.

Run inside the settings of the shop. Killed and started again, it asks for the same refunds under the same keys.
"""

import os
import time
import zlib
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

from app import create_app
from app.config import Config
from app.errors import ShopError
from app.money import Money
from app.services import orders, payments

_ONE_IN = 20
_ACTOR = "staff:clerk"


@dataclass(frozen=True)
class _Clerk:
    id: str = "clerk"


def main() -> None:
    """Give back, again and again."""
    app = create_app(Config.from_env(os.environ), role="cli")
    with app.app_context():
        while True:
            try:
                _look()
            except (ShopError, SQLAlchemyError) as error:
                print(f"again in a second: {error}", flush=True)
            time.sleep(1)


def _look() -> None:
    found = orders.list_as_staff(_Clerk(), state="confirmed", limit=200).orders
    paid = payments.of_orders(order.id for order in found if zlib.crc32(order.id.encode()) % _ONE_IN == 0)
    for order in found:
        money = paid.get(order.id, [])
        if sum(payment.captured for payment in money) == order.total and not any(p.refunded for p in money):
            half = Money(order.total // 2, order.currency)
            key = f"clerk:{order.id}"
            orders.refund_as_staff(order, half, left=order.total, reason="scratched", key=key, actor=_ACTOR)


if __name__ == "__main__":
    main()
