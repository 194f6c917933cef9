"""Carts: what a shopper means to buy. Owns `carts` and `cart_lines`.

The one rule: a cart promises nothing. Prices and stock are read anew when it is shown and when it is ordered.
"""

from app.services.cart.changes import (
    MAX_QUANTITY,
    ChangedElsewhere,
    accept_prices,
    add,
    forget_old,
    remove,
    set_quantities,
    set_quantity,
)
from app.services.cart.contents import Cart, CartLine, Shopper
from app.services.cart.merging import Fewer, Merged, merge
from app.services.cart.ordering import (
    LockedCart,
    LockedLine,
    keep_coupon,
    lock,
    remember_order,
    send_to,
    take_out,
    touch,
)
from app.services.cart.reading import count, of

__all__ = [
    "MAX_QUANTITY",
    "Cart",
    "CartLine",
    "ChangedElsewhere",
    "Fewer",
    "LockedCart",
    "LockedLine",
    "Merged",
    "Shopper",
    "accept_prices",
    "add",
    "count",
    "forget_old",
    "keep_coupon",
    "lock",
    "merge",
    "of",
    "remember_order",
    "remove",
    "send_to",
    "set_quantities",
    "set_quantity",
    "take_out",
    "touch",
]
