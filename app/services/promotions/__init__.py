"""Promotions: coupons, and what counts by itself. Owns `promotions`, `promotion_uses` and `promotion_customers`.

The one rule: of an order's promotions at most one counts by itself and at most one was entered as a code, and of what
is allowed together the shopper gets what saves most. Every limit is taken by one conditional UPDATE when the order is
placed, and given back once when it ends unpaid or is cancelled whole.
"""

from app.services.promotions.back_office import (
    WITH_PERCENT,
    Terms,
    add,
    change,
    get_as_staff,
    list_as_staff,
    new_key,
    stop,
    uses_of_promotions,
)
from app.services.promotions.choosing import Candidates, Customer, Goods, Priced, price
from app.services.promotions.models import Promotion, PromotionUse
from app.services.promotions.reading import candidates, customer, plain_code
from app.services.promotions.taking import UsedUp, give_back, take, take_again

__all__ = [
    "WITH_PERCENT",
    "Candidates",
    "Customer",
    "Goods",
    "Priced",
    "Promotion",
    "PromotionUse",
    "Terms",
    "UsedUp",
    "add",
    "candidates",
    "change",
    "customer",
    "get_as_staff",
    "give_back",
    "list_as_staff",
    "new_key",
    "plain_code",
    "price",
    "stop",
    "take",
    "take_again",
    "uses_of_promotions",
]
